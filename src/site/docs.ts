import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { contentsPage, documentPage, nothingHerePage, referencePage } from './docs-page.ts';
import { documentsByGroup, type Group, textOf } from './documents.ts';
import { errorsPage } from './errors-page.ts';
import { write } from './write.ts';

const redocFile = createRequire(import.meta.url).resolve('redoc/bundles/redoc.standalone.js');
/** The one thing that redoc fetches from elsewhere: its maker's mark. In its place is an empty picture. */
const MARK = 'https://cdn.redoc.ly/redoc/logo-mini.svg';
const NOTHING = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==';

/** redoc as it is published, but for what it would fetch from elsewhere. @throws Error when that has changed */
function redocScript(): string {
  const script = readFileSync(redocFile, 'utf8');
  if (!script.includes(MARK)) throw new Error('redoc has changed what it fetches: see src/site/docs.ts');
  return script.replaceAll(MARK, NOTHING);
}

/** For programs that read: what there is, in Markdown (llmstxt.org). */
function llmsText(groups: Group[]): string {
  const lists = groups.map(({ title, documents }) => {
    const lines = documents.map(
      ({ name, file, title: text, says }) =>
        `- [${text}](/docs/${name}${file?.startsWith('docs/') ? '.md' : ''}): ${says}`,
    );
    return `## ${title}\n\n${lines.join('\n')}\n`;
  });
  return `# Paylink Gateway

> Create a payment link, have it emailed or texted once, and know what became of it. REST and GraphQL over the same records.

The machine-readable descriptions: [openapi.json](/openapi.json) (OpenAPI 3.1) and [schema.graphql](/schema.graphql).

${lists.join('\n')}`;
}

/** Writes the documentation, its reference and what they need. */
export function writeDocs(): void {
  const groups = documentsByGroup([errorsPage(textOf('docs/api.md'))]);
  for (const document of groups.flatMap(({ documents }) => documents)) {
    write(`docs/${document.name}.html`, documentPage(groups, document));
    if (document.file?.startsWith('docs/')) write(document.file, textOf(document.file));
  }
  write('docs/index.html', contentsPage(groups));
  write('docs/404.html', nothingHerePage(groups));
  write('docs/reference.html', referencePage());
  write('docs/reference.js', readFileSync(join(import.meta.dirname, 'reference.js'), 'utf8'));
  write('docs/redoc.standalone.js', redocScript());
  write('docs/redoc.standalone.js.LICENSE.txt', readFileSync(`${redocFile}.LICENSE.txt`, 'utf8'));
  write('docs/vectors/hmac.json', textOf('test/vectors/hmac.json'));
  write('docs/vectors/hmac-v2.json', textOf('test/vectors/hmac-v2.json'));
  write('docs/license.txt', textOf('LICENSE'));
  write('llms.txt', llmsText(groups));
}
