import { posix } from 'node:path';
import { Marked, Renderer, type Tokens } from 'marked';

export type Heading = { id: string; text: string; depth: number };
/** A document as HTML, with its headings. */
export type Rendered = { title: string; headings: Heading[]; html: string };

export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A heading's anchor, as the documents themselves link to it. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

/** Text without the entities that Markdown makes. */
const plainText = (html: string): string =>
  html.replaceAll(/&(?:#39|quot|lt|gt|amp);/g, (entity) => entities[entity] ?? entity);
const entities: { [entity: string]: string | undefined } = {
  '&#39;': "'",
  '&quot;': '"',
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
};

/** Where a file of the repository is served. */
const served: { [path: string]: string | undefined } = {
  'README.md': '/docs/start',
  'CHANGELOG.md': '/docs/changelog',
  LICENSE: '/docs/license.txt',
  'public/schema.graphql': '/schema.graphql',
  'test/vectors/hmac.json': '/docs/vectors/hmac.json',
  'test/vectors/hmac-v2.json': '/docs/vectors/hmac-v2.json',
};

/** A document's link as the page has it; null: what it leads to is not served. @param from the document's path in the repository */
export function linkOf(from: string, href: string): string | null {
  if (/^[a-z]+:/.test(href) || href.startsWith('#') || href.startsWith('/')) return href;
  const [path = '', anchor] = href.split('#');
  const file = posix.normalize(posix.join(posix.dirname(from), path));
  const url = served[file] ?? /^docs\/([\w-]+)\.md$/.exec(file)?.[1]?.replace(/^/, '/docs/');
  if (url === undefined) return null;
  return anchor === undefined ? url : `${url}#${anchor}`;
}

/** What is wider than the page scrolls by itself, also by keyboard; a cell without text heads nothing. */
const scrolling = (table: string) =>
  `<div class="scrolls" tabindex="0">${table.replaceAll(/<th( align="\w+")?><\/th>/g, '<td$1></td>')}</div>\n`;

/** Markdown as HTML. @param from the document's path in the repository */
export function renderMarkdown(from: string, markdown: string): Rendered {
  const headings: Heading[] = [];
  const renderer = new Renderer();
  const plainTable = renderer.table;
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth }: Tokens.Heading) {
        const html = this.parser.parseInline(tokens);
        const text = html.replace(/<[^>]+>/g, '');
        const id = anchorOf(plainText(text));
        headings.push({ id, text, depth });
        const anchor = `<a class="anchor" href="#${id}" aria-hidden="true" tabindex="-1">#</a>`;
        return `<h${depth} id="${id}">${html}${depth === 1 ? '' : anchor}</h${depth}>\n`;
      },
      link({ href, tokens }: Tokens.Link) {
        const url = linkOf(from, href);
        const text = this.parser.parseInline(tokens);
        return url === null ? text : `<a href="${escapeHtml(url)}">${text}</a>`;
      },
      table(token: Tokens.Table) {
        return scrolling(plainTable.call(this, token));
      },
      code({ text }: Tokens.Code) {
        return `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`;
      },
    },
  });
  const html = marked.parse(markdown, { async: false });
  return { title: headings.find(({ depth }) => depth === 1)?.text ?? from, headings, html };
}
