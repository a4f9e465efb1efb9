import { existsSync, globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { statusOf } from '../../src/errors.ts';
import { measured } from '../../src/lib/metrics.ts';
import { adviceOf } from '../../src/site/errors-page.ts';
import { linkOf, renderMarkdown } from '../../src/site/markdown.ts';

const textOf = (path: string) => readFileSync(path, 'utf8');
const documents = () => ['README.md', ...globSync('docs/*.md')];
/** The first cells of a document's tables, as text. */
const firstCells = (path: string) =>
  textOf(path)
    .split('\n')
    .flatMap((line) => /^\| (.+?) \|/.exec(line)?.[1] ?? [])
    .join(' ');

/** The anchors of a document's headings. */
const anchorsOf = (path: string) =>
  [...textOf(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

test('every error code has a line in docs/api.md', () => {
  const cells = firstCells('docs/api.md');
  expect(Object.keys(statusOf).filter((code) => !cells.includes(`\`${code}\``))).toEqual([]);
});

test('every warning and error that the gateway logs has a line in docs/operations.md', () => {
  const cells = firstCells('docs/operations.md');
  const logged = globSync('src/**/*.{ts,tsx}').flatMap((path) =>
    [...textOf(path).matchAll(/log\(\s*'(?:error|warn)',\s*'(\w+)'/g)].map(([, event]) => event),
  );
  expect(logged.length).toBeGreaterThan(20);
  expect([...new Set(logged)].filter((event) => !cells.includes(`\`${event}\``))).toEqual([]);
});

test('every measurement is described in docs/operations.md and has a query there', () => {
  const text = textOf('docs/operations.md');
  const queries = [...text.matchAll(/```sql\n(?:(?!```)[\s\S])*blob1[\s\S]*?```/g)].join('\n');
  for (const what of measured) {
    expect(text).toContain(`| \`${what}\` |`);
    expect(queries).toMatch(new RegExp(`blob1 (= |IN \\([^)]*)'${what}'`));
  }
  const datasets = [...textOf('wrangler.toml').matchAll(/^dataset = "(\w+)"/gm)].map(([, name]) => name);
  expect([...queries.matchAll(/FROM (\w+)/g)].every(([, name]) => name === datasets[0])).toBe(true);
});

test('every file and folder that a document names is there', () => {
  const named = documents().flatMap((document) =>
    [...textOf(document).matchAll(/`((?:src|test|bench|docs|public|\.ci)\/[\w./-]+)`/g)].map(([, path = '']) => path),
  );
  expect(named.length).toBeGreaterThan(20);
  // What a reader adds, and what a run makes.
  const madeLater = /acme|000N|results\.json|\.generated\.ts/;
  expect([...new Set(named)].filter((path) => !madeLater.test(path) && !existsSync(path))).toEqual([]);
});

test('every link between documents leads to a file and a heading that is there', () => {
  const dead = documents().flatMap((document) =>
    [...textOf(document).matchAll(/\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)/g)].flatMap(
      ([link, file = '', anchor = '']) => {
        const path = file === '' ? document : document.startsWith('docs/') ? `docs/${file}` : file;
        const found = existsSync(path) && (anchor === '' || anchorsOf(path).includes(anchor));
        return found ? [] : [`${document}: ${link}`];
      },
    ),
  );
  expect(dead).toEqual([]);
});

test('what documents link to is served with them, and each error code has an entry of its own', () => {
  const links = documents().flatMap((document) =>
    [...textOf(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, href = '']) => [document, href] as const),
  );
  expect(links.length).toBeGreaterThan(50);
  expect(links.filter(([document, href]) => linkOf(document, href) === null)).toEqual([]);
  expect(linkOf('docs/api.md', '../package.json')).toBeNull();
  const advice = adviceOf(textOf('docs/api.md'));
  expect(Object.keys(statusOf).filter((code) => !advice.has(code))).toEqual([]);
});

test('a heading has the anchor on its page that links between documents have', () => {
  const unlike = documents().flatMap((document) => {
    const { headings } = renderMarkdown(document, textOf(document));
    return headings.filter(({ id }) => !anchorsOf(document).includes(id)).map(({ id }) => `${document}#${id}`);
  });
  expect(unlike).toEqual([]);
});
