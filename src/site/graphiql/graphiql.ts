import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import process from 'node:process';
import { type BuildOptions, build } from 'esbuild';
import { html } from 'hono/html';
import { demoKey } from '../../local/demo-command.ts';
import { demoPaylinks } from '../../local/life/paylinks.ts';
import { write } from '../write.ts';

const root = join(import.meta.dirname, '../../..');
// The editor is GraphiQL's own dependency, so it is looked for from there.
const ofGraphiql = createRequire(createRequire(import.meta.url).resolve('graphiql/package.json'));
const { resolve } = createRequire(ofGraphiql.resolve('@graphiql/react/package.json'));

/** The editor's workers by the label that it asks for. Each is a file of its own. */
const workers = {
  editor: resolve('monaco-editor/esm/vs/editor/editor.worker.js'),
  json: resolve('monaco-editor/esm/vs/language/json/json.worker.js'),
  graphql: resolve('monaco-graphql/esm/graphql.worker.js'),
};

const query = `# Your latest sessions. The API key is in the headers, below; Ctrl-Enter runs.
query LatestSessions {
  paymentSessions(first: 5) {
    nodes {
      id
      status
      amountDue
      currency
      link
      deliveryLogs {
        channel
        status
        recipient
      }
    }
  }
}
`;

const session = `# One session, by the id in the variables, below.
query Session($id: ID!) {
  paymentSession(id: $id) {
    status
    shortLink
    total
    deliveryLogs {
      channel
      status
      recipient
    }
  }
}
`;

const mutation = `# Creates a session, and answers its link.
mutation CreateSession {
  createPaymentSession(
    input: {
      amount: "213.12"
      currency: "USD"
      customerConsent: true
      contactRef: { givenName: "Ada", email: "ada@example.com" }
    }
  ) {
    id
    link
  }
}
`;

/** The demo Paylink that is asked for first: sent, and not yet opened. */
const demoId = demoPaylinks.find(({ invoice }) => invoice === 'NW-1013')?.id ?? '';

const headersWith = (key: string) => JSON.stringify({ Authorization: `Bearer ${key}` }, null, 2);

const options = (outdir: string): BuildOptions => ({
  outdir,
  bundle: true,
  minify: true,
  platform: 'browser',
  target: 'es2022',
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  loader: { '.ttf': 'file' },
  define: { 'process.env.NODE_ENV': '"production"' },
  legalComments: 'none',
  logLevel: 'error',
});

const found = (folder: string, name: RegExp): string => {
  const file = readdirSync(folder).find((one) => name.test(one));
  if (file === undefined) throw new Error(`GraphiQL's build made no ${name}`);
  return `/graphiql/${file}`;
};

const page = (script: string, styles: string[]): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>GraphiQL – Paylink Gateway</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
${styles.map((style) => html`<link rel="stylesheet" href="${style}">`)}
</head>
<body>
<main>
<h1>GraphiQL</h1>
<div id="graphiql"><p>GraphiQL needs a script. The schema is <a href="/schema.graphql">schema.graphql</a>.</p></div>
</main>
<script type="module" src="${script}"></script>
</body>
</html>
`.toString();

/** Bundles GraphiQL into public/graphiql/, under names that change with their content, and writes its page. */
export async function writeGraphiql(): Promise<void> {
  const folder = join(root, `.wrangler/site/graphiql.${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const entries = Object.entries(workers);
  for (const [label, entry] of entries) {
    await build({ ...options(folder), entryPoints: { [label]: entry }, format: 'iife' });
  }
  const urls = Object.fromEntries(entries.map(([label]) => [label, found(folder, new RegExp(`^${label}-\\w+\\.js$`))]));
  const variables = JSON.stringify({ id: demoId }, null, 2);
  const setup = {
    workers: urls,
    tabs: [{ query }, { query: session, variables }, { query: mutation }],
    demoHeaders: headersWith(demoKey),
    headers: headersWith('YOUR_API_KEY'),
  };
  const own = options(folder);
  await build({
    ...own,
    entryPoints: { start: join(import.meta.dirname, 'start.js'), page: join(import.meta.dirname, 'graphiql.css') },
    format: 'esm',
    splitting: true,
    define: { ...own.define, GRAPHIQL_SETUP: JSON.stringify(setup) },
  });
  const target = join(root, 'public', 'graphiql');
  const styles = [/^start-\w+\.css$/, /^page-\w+\.css$/].map((name) => found(folder, name));
  const text = page(found(folder, /^start-\w+\.js$/), styles);
  rmSync(target, { recursive: true, force: true });
  renameSync(folder, target);
  write(`${basename(target)}.html`, text);
}
