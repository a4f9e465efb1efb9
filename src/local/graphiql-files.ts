import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { demoKey } from './demo-command.ts';
import { demoPaylinks } from './life/paylinks.ts';

const javascript = 'text/javascript; charset=utf-8';

/** By path, from the development dependencies. */
const files: ReadonlyMap<string, { from: string; type: string }> = new Map([
  ['/graphiql.css', { from: 'graphiql/graphiql.min.css', type: 'text/css; charset=utf-8' }],
  ['/graphiql.js', { from: 'graphiql/graphiql.min.js', type: javascript }],
  ['/react.js', { from: 'react/umd/react.production.min.js', type: javascript }],
  ['/react-dom.js', { from: 'react-dom/umd/react-dom.production.min.js', type: javascript }],
]);

const welcome = `# The demo merchant's API key is set (Headers, below).
# Variables name one of its Paylinks; docs/api.md has the others.

mutation SendPaymentSessionLink($input: SendPaymentSessionLinkInput!) {
  sendPaymentSessionLink(input: $input) {
    success
    message
  }
}

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

/** The Paylink of the first query: sent, and not yet opened. */
const id = demoPaylinks.find(({ invoice }) => invoice === 'NW-1013')?.id;

/** Starts GraphiQL on the page of src/http/graphql/graphiql.ts. */
function startScript(): string {
  const props = {
    defaultQuery: welcome,
    defaultHeaders: JSON.stringify({ Authorization: `Bearer ${demoKey}` }, null, 2),
    variables: JSON.stringify({ input: { id, channel: 'Email' }, id }, null, 2),
    defaultEditorToolsVisibility: 'variables',
  };
  return `ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, { fetcher: GraphiQL.createFetcher({ url: '/graphql' }), ...${JSON.stringify(props)} }));
`;
}

/**
 * Serves the files of GraphiQL's page (GET /graphql) on a free port of this machine, so that it works without a network and outside the
 * worker. It ends with this process. @returns the URL for the variable `GRAPHIQL_FILES`
 */
export function serveGraphiqlFiles(): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url === '/start.js') {
      response.writeHead(200, { 'content-type': javascript, 'cache-control': 'no-store' }).end(startScript());
      return;
    }
    const file = files.get(request.url ?? '');
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    const path = join(import.meta.dirname, '../../node_modules', file.from);
    response.writeHead(200, { 'content-type': file.type, 'cache-control': 'max-age=3600' });
    createReadStream(path)
      .on('error', () => response.destroy())
      .pipe(response);
  });
  server.unref();
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(`http://127.0.0.1:${address.port}`);
    });
  });
}
