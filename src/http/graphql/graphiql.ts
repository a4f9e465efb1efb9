import type { Context } from 'hono';
import * as z from 'zod/mini';
import type { AppEnv } from '../app-env.ts';

/** Where `npm start` serves GraphiQL's files (src/local/graphiql-files.ts). They are not part of the worker. */
const Files = z.pipe(
  z.url({ protocol: /^https?$/ }),
  z.transform((url) => new URL(url).origin),
);

const page = (files: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>GraphiQL – Paylink Gateway</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${files}/graphiql.css">
<style>body { margin: 0 } #graphiql { height: 100dvh }</style>
</head>
<body>
<div id="graphiql">GraphiQL did not load. Start the gateway with npm start, which serves its files.</div>
<script src="${files}/react.js"></script>
<script src="${files}/react-dom.js"></script>
<script src="${files}/graphiql.js"></script>
<script src="${files}/start.js"></script>
</body>
</html>
`;

/** GraphiQL for a browser on this machine; it needs no network. */
export function graphiqlPage(c: Context<AppEnv>): Response {
  const files = Files.safeParse(c.env.GRAPHIQL_FILES).data ?? '';
  const policy = [
    "default-src 'none'",
    `script-src ${files || "'none'"}`,
    `style-src ${files} 'unsafe-inline'`,
    'font-src data:',
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return new Response(page(files), {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
  });
}
