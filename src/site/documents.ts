import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Rendered, renderMarkdown } from './markdown.ts';

const root = join(import.meta.dirname, '../..');

/** A page of the documentation. `name` is the end of its address; `file` its Markdown in the repository, null for what is made here. */
export type Document = Rendered & { name: string; file: string | null; says: string };
export type Group = { title: string; documents: Document[] };

/** The order in which a reader meets them, and what each is for. What is not named here comes last. */
const order: { title: string; names: { [name: string]: string } }[] = [
  {
    title: 'Use it',
    names: {
      start: 'Two commands, a first message, and how to deploy.',
      api: 'All routes, fields, authentication, idempotency, quotas.',
      errors: 'What each code means, and what to do.',
      signing: 'Sign requests, in seven languages.',
      webhooks: 'Hear what happens to your Paylinks.',
      client: 'The typed client for TypeScript.',
      console: 'Pages for people: find a Paylink, send it again.',
    },
  },
  {
    title: 'Run it',
    names: {
      operations: 'Configuration, providers, keys, logs, outages.',
      security: 'What is promised, and how it is tested.',
      benchmark: 'How fast it is, and how to measure it.',
    },
  },
  {
    title: 'Change it',
    names: {
      architecture: 'How it is built, and why.',
      contributing: 'Add a provider, a route, a field, a column.',
      changelog: 'What changed.',
    },
  },
];

const files = (): { [name: string]: string } => ({
  start: 'README.md',
  changelog: 'CHANGELOG.md',
  ...Object.fromEntries(
    globSync('docs/*.md', { cwd: root })
      .sort()
      .map((path) => [basename(path, '.md'), path]),
  ),
});

export const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Every page by group. @param made pages that have no Markdown of their own */
export function documentsByGroup(made: Document[]): Group[] {
  const read = Object.entries(files()).map(([name, file]): Document => {
    const rendered = renderMarkdown(file, textOf(file));
    return { ...rendered, name, file, says: '', title: name === 'start' ? 'Start here' : rendered.title };
  });
  const all = new Map([...read, ...made].map((document) => [document.name, document]));
  const groups = order.map(({ title, names }) => {
    const documents = Object.entries(names).flatMap(([name, says]) => {
      const document = all.get(name);
      all.delete(name);
      return document ? [{ ...document, says }] : [];
    });
    return { title, documents };
  });
  return all.size === 0 ? groups : [...groups, { title: 'More', documents: [...all.values()] }];
}
