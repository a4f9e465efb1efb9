/**
 * Keeps the page as it is on the server: when something happened, after a link was followed and after a button was pressed, only what
 * differs is put in its place, so that neither the list nor the email jumps. Without it every link and button does the same by loading.
 */
export const inboxScript = `(() => {
  const parts = ['home', 'list', 'filters', 'only', 'delete-all', 'message'];
  const within = ['fate', 'notice', 'tabs', 'view'];
  const find = (id, from = document) => from.getElementById(id);
  let events, asked = 0, busy = 0;

  const put = (old, next) => {
    if (old.outerHTML === next.outerHTML) return;
    const focused = old.contains(document.activeElement) ? document.activeElement.id : '';
    for (const { name } of [...old.attributes]) if (!next.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of [...next.attributes]) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    if (old.innerHTML !== next.innerHTML) old.replaceChildren(...next.childNodes);
    if (focused) find(focused)?.focus({ preventScroll: true });
  };

  const show = (page) => {
    const [old, next] = [find('inbox'), find('inbox', page)];
    if (!next) return location.reload();
    const same = find('message').dataset.id === find('message', page).dataset.id && find('message').dataset.id !== '';
    for (const id of parts) {
      if (id === 'delete-all' && find(id).open) continue;
      if (id !== 'message' || !same) put(find(id), find(id, page));
      else for (const part of within) put(find(part), find(part, page));
    }
    if (same) {
      find('message').className = find('message', page).className;
      for (const form of find('message').querySelectorAll('form')) {
        const twin = [...find('message', page).querySelectorAll('form')].find((one) => new URL(one.action).pathname === new URL(form.action).pathname);
        if (twin) form.action = twin.action;
      }
    }
    const [words, nextWords] = [find('words'), find('words', page)];
    if (words !== document.activeElement) words.value = nextWords.value;
    old.className = next.className;
    old.dataset.mark = next.dataset.mark;
    document.title = page.title;
    listen();
  };

  const load = async (url, options, remember) => {
    const mine = ++asked;
    busy += 1;
    try {
      const answer = await fetch(url, { ...options, headers: { accept: 'text/html' } });
      const text = await answer.text();
      if (mine !== asked) return;
      if (!answer.ok && answer.status !== 404) throw new Error(answer.status);
      // This page's policy knows neither the style sheet nor the script of another.
      const bare = text.replace(/<(style|script)\\b[^]*?<\\/\\1>/g, '');
      show(new DOMParser().parseFromString(bare, 'text/html'));
      if (remember) remember(answer.url);
    } catch {
      if (options) location.reload();
      else if (remember) location.href = url;
      else setTimeout(listen, 3000);
    } finally {
      busy -= 1;
    }
  };
  const visit = (url) => {
    const away = !document.querySelector('.reading');
    return load(url, undefined, (to) => {
      history.pushState(null, '', to);
      if (away && getComputedStyle(find('list')).display === 'none') find('subject')?.focus();
    });
  };

  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href]');
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.origin !== location.origin || !/^\\/inbox(\\/|$)/.test(link.pathname) || link.target) return;
    event.preventDefault();
    visit(link.href);
  });
  document.addEventListener('submit', (event) => {
    const form = event.target;
    event.preventDefault();
    const fields = new URLSearchParams(new FormData(form, event.submitter));
    if (form.method === 'get') return visit(location.pathname + '?' + fields);
    const open = form.closest('details');
    if (open) open.open = false;
    load(form.action, { method: 'POST', body: fields }, (to) => {
      const plain = new URL(to);
      plain.searchParams.delete('done');
      history[plain.pathname === location.pathname ? 'replaceState' : 'pushState'](null, '', plain);
    });
  });
  let typing;
  document.addEventListener('input', (event) => {
    const form = event.target.form;
    if (form?.id !== 'search') return;
    clearTimeout(typing);
    typing = setTimeout(() => {
      load(location.pathname + '?' + new URLSearchParams(new FormData(form)), undefined, (to) => history.replaceState(null, '', to));
    }, 180);
  });
  addEventListener('popstate', () => load(location.href));
  document.addEventListener('keydown', (event) => {
    const line = event.target.closest?.('.line');
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!line || !way) return;
    const lines = [...document.querySelectorAll('.line')];
    const next = lines[lines.indexOf(line) + way];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  document.addEventListener('click', (event) => {
    const menu = find('delete-all');
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener('keydown', (event) => {
    const menu = find('delete-all');
    if (event.key !== 'Escape' || !menu.open) return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });

  const listen = () => {
    events?.close();
    events = undefined;
    if (document.visibilityState !== 'visible') return;
    const query = new URLSearchParams({ mark: find('inbox').dataset.mark, id: find('message').dataset.id });
    const mine = new EventSource('/inbox/events?' + query);
    events = mine;
    mine.addEventListener('change', () => {
      mine.close();
      if (busy === 0) load(location.href);
    });
    mine.onopen = () => (find('live').hidden = false);
    mine.onerror = () => {
      if (mine !== events || mine.readyState !== EventSource.CLOSED) return;
      find('live').hidden = true;
      setTimeout(() => mine === events && listen(), 3000);
    };
  };
  document.addEventListener('visibilitychange', listen);
  document.querySelector('.line[aria-current]')?.scrollIntoView({ block: 'nearest' });
  listen();
})();`;
