// `node src/site/build.ts <part>`: writes one part of public/. src/local/build.mjs calls it when the part's sources have changed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { writeDocs } from './docs.ts';
import { writeGraphiql } from './graphiql/graphiql.ts';
import { landingPage } from './landing.ts';
import { openApiText } from './openapi.ts';
import { write } from './write.ts';

const source = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');

const parts: { [part: string]: () => void | Promise<void> } = {
  graphiql: writeGraphiql,
  openapi: async () => write('openapi.json', await openApiText()),
  pages: () => {
    write('docs/site.css', source('site.css'));
    write('docs/copy.js', source('copy.js'));
    writeDocs();
    write('landing.html', landingPage(false));
    write('landing-local.html', landingPage(true));
  },
};

await parts[process.argv[2] ?? '']?.();
