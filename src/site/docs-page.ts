import { html, raw } from 'hono/html';
import type { Document, Group } from './documents.ts';

export type HtmlText = ReturnType<typeof html>;

/** A whole page of the site. */
export const sitePage = (title: string, description: string, head: HtmlText | string, body: HtmlText): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${description}">
<title>${title}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/site.css">
<script src="/docs/copy.js" defer></script>
${head}</head>
<body>
${body}
</body>
</html>
`.toString();

export const topBar = html`<a class="skip" href="#main">To the text</a>
<header class="top">
<a class="brand" href="/"><img src="/favicon.svg" alt="" width="28" height="28">Paylink Gateway</a>
<span class="ways"><a class="to-contents" href="#contents">Contents</a> <a href="/docs/reference">API reference</a></span>
</header>`;

/** The second level of the page that is open. */
const sections = ({ headings }: Document) => {
  const second = headings.filter(({ depth }) => depth === 2);
  if (second.length < 2) return '';
  return html`<ul>${second.map(({ id, text }) => html`<li><a href="#${id}">${raw(text)}</a></li>`)}</ul>`;
};

const contents = (
  groups: Group[],
  open: Document | null,
) => html`<nav id="contents" class="contents" aria-label="Documentation">
${groups.map(
  ({ title, documents }) => html`<h2>${title}</h2>
<ul>${documents.map((one) => {
    const isOpen = one.name === open?.name;
    return html`<li><a href="/docs/${one.name}"${raw(isOpen ? ' aria-current="page"' : '')}>${raw(one.title)}</a>${isOpen ? sections(one) : ''}</li>`;
  })}</ul>`,
)}
<h2>Reference</h2>
<ul><li><a href="/docs/reference">API reference</a></li><li><a href="/graphiql">GraphiQL</a></li></ul>
</nav>`;

const withContents = (groups: Group[], open: Document | null, main: HtmlText) => html`${topBar}
<div class="columns">
<main id="main" class="text">${main}</main>
${contents(groups, open)}
</div>`;

/** A document's page. */
export const documentPage = (groups: Group[], document: Document): string =>
  sitePage(
    `${document.title.replace(/&\w+;|<[^>]+>/g, '')} – Paylink Gateway`,
    document.says,
    '',
    withContents(groups, document, html`${raw(document.html)}`),
  );

/** The first page: every document, and what it is for. */
export const contentsPage = (groups: Group[]): string =>
  sitePage(
    'Documentation – Paylink Gateway',
    'Guides and reference of the Paylink Gateway.',
    '',
    withContents(
      groups,
      null,
      html`<h1>Documentation</h1>
<p>Create a Paylink, have it emailed or texted, and know what became of it. For programs: <a href="/openapi.json">openapi.json</a>,
<a href="/schema.graphql">schema.graphql</a>, <a href="/llms.txt">llms.txt</a>.</p>
${groups.map(
  ({ title, documents }) => html`<h2>${title}</h2>
<ul class="places">${documents.map(
    (one) => html`<li><a href="/docs/${one.name}"><strong>${raw(one.title)}</strong><span>${one.says}</span></a></li>`,
  )}</ul>`,
)}`,
    ),
  );

/** What an address below `/docs` shows that is none of these pages. */
export const nothingHerePage = (groups: Group[]): string =>
  sitePage(
    'There is nothing here – Paylink Gateway',
    'This page is not part of the documentation.',
    '',
    withContents(
      groups,
      null,
      html`<h1>There is nothing here.</h1>
<p>The address may be mistyped, or the page has another name now. All pages are in the contents; <a href="/docs/">this is the first</a>.</p>`,
    ),
  );

/** The API reference: redoc reads openapi.json in the browser. */
export const referencePage = (): string =>
  sitePage(
    'API reference – Paylink Gateway',
    'Every route, field and answer of the Paylink Gateway.',
    html`<script src="/docs/redoc.standalone.js" defer></script>
<script src="/docs/reference.js" defer></script>
`,
    html`${topBar}
<main id="main">
<div id="reference"><p class="text">The reference needs a script to show <a href="/openapi.json">openapi.json</a>. The <a href="/docs/api">API guide</a> needs none.</p></div>
</main>`,
  );
