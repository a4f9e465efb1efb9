/**
 * What makes the console quicker. All of it may be missing: every page works without scripts.
 * - `data-copy` copies its text, and shows itself only here.
 * - `/` goes to the search, as in many consoles.
 * - A form that was sent is not sent again by a second click.
 * - `data-submit` sends its form when it changes.
 * - `data-preview` is a button that fills a frame: it presses itself while somebody types.
 */
export const consoleScript = `(() => {
  for (const button of document.querySelectorAll('[data-copy]')) {
    if (!navigator.clipboard) break;
    button.hidden = false;
    const label = button.textContent;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(button.dataset.copy).then(() => (button.textContent = 'Copied'), () => {});
      setTimeout(() => (button.textContent = label), 1500);
    });
  }
  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest?.('input, textarea, select, [contenteditable]');
    if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const search = document.querySelector('[type=search]');
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  });
  for (const field of document.querySelectorAll('[data-submit]'))
    field.addEventListener('change', () => field.form.requestSubmit());
  for (const form of document.querySelectorAll('form[method=post]')) {
    form.addEventListener('submit', (event) => {
      if (event.submitter?.hasAttribute('data-preview')) return;
      if (form.dataset.sent) return event.preventDefault();
      form.dataset.sent = 'yes';
    });
  }
  const preview = document.querySelector('[data-preview]');
  let soon;
  preview?.form.addEventListener('input', () => {
    clearTimeout(soon);
    soon = setTimeout(() => preview.form.requestSubmit(preview), 350);
  });
  addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
  });
})();`;
