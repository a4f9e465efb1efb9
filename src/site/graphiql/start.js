// GraphiQL's page. It is bundled once, with the editor and its workers, and asks only this origin: so it also works behind a tunnel.
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import { buildSchema } from 'graphql';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';

// The build puts in where the workers are, and what is asked first (src/site/graphiql/graphiql.ts).
const { workers, tabs, demoHeaders, headers } = GRAPHIQL_SETUP;

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(workers[label] ?? workers.editor),
};

// The demo merchant is there on this machine, and wherever the gateway itself says so (src/http/graphql/route.ts).
const isLocal =
  ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname) || new URLSearchParams(location.search).has('demo');

async function ask(operation, { headers = {} } = {}) {
  const answer = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(operation),
  });
  return answer.json();
}

// The published schema, so that completion works before there is a key.
const schema = buildSchema(await (await fetch('/schema.graphql')).text());

const defaultHeaders = isLocal ? demoHeaders : headers;
const props = {
  fetcher: ask,
  schema,
  defaultHeaders,
  defaultTabs: tabs.map((tab) => ({ ...tab, headers: defaultHeaders })),
  defaultEditorToolsVisibility: 'headers',
};
const home = createElement('a', { href: '/docs/' }, 'Paylink Gateway');
createRoot(document.getElementById('graphiql')).render(
  createElement(GraphiQL, props, createElement(GraphiQL.Logo, null, home)),
);
