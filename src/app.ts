import { Hono } from 'hono';
import { adminRoutes } from './entry/admin.ts';
import type { AppEnv } from './entry/app-env.ts';
import { exchange } from './entry/exchange.ts';
import { graphqlRoutes } from './entry/graphql/route.ts';
import { pageRoutes } from './entry/pages/routes.ts';
import { paylinkRoutes } from './entry/rest/paylinks.ts';
import { suppressionRoutes } from './entry/rest/suppressions.ts';
import { webhookEndpointRoutes } from './entry/rest/webhook-endpoints.ts';
import { byMethod, nothingHere, type Routes } from './entry/routes.ts';
import { webhookRoutes } from './entry/webhooks/routes.ts';

// Static paths first: a Paylink's id may stand at the root.
const routes: Routes = {
  '/healthz': byMethod({ GET: (c) => c.json({ status: 'ok' }) }),
  ...pageRoutes,
  ...graphqlRoutes,
  ...adminRoutes,
  ...webhookRoutes,
  ...suppressionRoutes,
  ...webhookEndpointRoutes,
  ...paylinkRoutes,
};

const app = new Hono<AppEnv>();
for (const [path, handle] of Object.entries(routes)) app.all(path, exchange(handle));
app.notFound(exchange(nothingHere));

export default app;
