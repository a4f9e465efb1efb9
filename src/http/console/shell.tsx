import type { Child } from 'hono/jsx';
import { consoleDocument, type DocumentOptions } from './document.tsx';
import { Icon } from './icons.tsx';
import { operatorSections, type Section, sectionsFor } from './navigation.ts';
import { Flash, flashOf } from './parts/flash.tsx';
import { FormToken } from './parts/form.tsx';
import type { MerchantVisit, Visit } from './visit.ts';

export type ShellOptions = DocumentOptions & {
  /** One line under the title. */
  about?: Child;
  /** Where this page hangs; default: nowhere above. */
  above?: { name: string; path: string };
  /** Buttons beside the title. */
  actions?: Child;
};

/** The section that a path lies in: the one whose path says most of it. */
const sectionOf = (path: string, sections: readonly Section[]): Section | undefined =>
  sections
    .filter((section) => path === section.path || (section.path !== '/console' && path.startsWith(`${section.path}/`)))
    .sort((a, b) => b.path.length - a.path.length)[0];

/** A page of the console: navigation, title, what was just done (`?done=`), and its content. */
export function shell(visit: Visit, options: ShellOptions, content: Child): Promise<Response> {
  const { c } = visit;
  const path = c.req.path.replace(/\/+$/, '') || '/console';
  const sections = visit.kind === 'operator' ? operatorSections : sectionsFor(visit.caller);
  const current = sectionOf(path, sections);
  const done = flashOf(c.req.query('done'));
  const whose = visit.kind === 'operator' ? 'Operator' : visit.caller.merchant.name;
  return consoleDocument(
    c,
    { ...options, whose },
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <div class="shell">
        <header class="side">
          <a class="brand" href="/console">
            <Icon name="paylinks" />
            <span>{whose}</span>
          </a>
          <nav aria-label="Console">
            <ul>
              {sections.map((section) => (
                <li>
                  <a href={section.path} aria-current={section === current ? 'page' : undefined}>
                    <Icon name={section.icon} />
                    {section.name}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <form class="who" method="post" action="/console/sign-out">
            <FormToken visit={visit} />
            {visit.kind === 'operator' ? null : <Mode visit={visit} />}
            <div class="row">
              <a href={visit.kind === 'operator' ? '/docs/operations' : '/docs/console'}>Help</a>
              <button class="link" type="submit">
                Sign out
              </button>
            </div>
          </form>
        </header>
        <main class="main" id="content">
          {options.above ? (
            <p class="crumbs">
              <a href={options.above.path}>← {options.above.name}</a>
            </p>
          ) : null}
          <div class="head">
            <div class="grow">
              <h1>{options.title}</h1>
              {options.about ? <p>{options.about}</p> : null}
            </div>
            {options.actions}
          </div>
          {done ? <Flash tone={done.tone}>{done.text}</Flash> : null}
          {content}
        </main>
      </div>
    </>,
  );
}

/** Where messages go. To the inbox leads a link in a local run alone, where it is open to everybody. */
const Mode = ({ visit: { c, caller } }: { visit: MerchantVisit }) => {
  const { ENVIRONMENT, EMAIL_PROVIDERS, SMS_PROVIDERS } = c.get('config');
  const isTest = caller.merchant.mode === 'test';
  const hasProvider = [...EMAIL_PROVIDERS, ...SMS_PROVIDERS].some((name) => name !== 'inbox');
  if (!isTest && hasProvider) return <p>Live: messages reach customers.</p>;
  const inbox = ENVIRONMENT === 'local' ? <a href="/inbox">inbox</a> : 'inbox';
  return (
    <p>
      {isTest ? 'Test mode' : 'No provider is set up'}: messages stay in the {inbox}.
    </p>
  );
};
