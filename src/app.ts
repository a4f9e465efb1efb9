import { Hono } from 'hono';
import { adminRoutes } from './http/admin/lazy-routes.ts';
import type { AppEnv, Handle } from './http/app-env.ts';
import { webhookRoutes } from './http/callbacks/routes.ts';
import { graphqlRoutes } from './http/graphql/route.ts';
import { checkoutRoutes } from './http/pages/checkout.tsx';
import { inboxRoutes } from './http/pages/inbox/routes.ts';
import { publicRoutes } from './http/pages/public.tsx';
import { pipeline } from './http/pipeline.ts';
import { readyz } from './http/readiness.ts';
import { auditRoutes } from './http/rest/audit.ts';
import { credentialRoutes } from './http/rest/credentials.ts';
import { paylinkRoutes } from './http/rest/paylinks.ts';
import { sandboxRoutes } from './http/rest/sandbox.ts';
import { settingsRoutes } from './http/rest/settings.ts';
import { statsRoutes } from './http/rest/stats.ts';
import { suppressionRoutes } from './http/rest/suppressions.ts';
import { webhookEndpointRoutes } from './http/rest/webhook-endpoints.ts';
import { byMethod, nothingHere, type Routes } from './http/routing.ts';
import { unsubscribe } from './paylinks/recipients/suppressions.ts';
import { openPaylink } from './paylinks/transitions.ts';

/** The inbox, and the pages that customers see. */
export const pageRoutes: Routes = {
  ...inboxRoutes,
  ...publicRoutes({
    opened: (c, paylinkId) => openPaylink(c.env, c.get('config'), paylinkId),
    unsubscribe: (c, token, onlySigned) => unsubscribe(c.env, c.get('config'), token, c.get('now'), onlySigned),
  }),
  ...checkoutRoutes((c, request) => app.fetch(request, c.env, c.executionCtx)),
};

/** The console's code is loaded when somebody asks for it first, so that it adds nothing to the start of an isolate. */
const consolePages: Handle = async (c) => (await import('./http/console/routes.tsx')).consolePages(c);

// Static paths first: a Paylink's id may be the whole path.
const routes: Routes = {
  '/healthz': byMethod({ GET: (c) => c.json({ status: 'ok' }) }),
  '/readyz': byMethod({ GET: readyz }),
  ...pageRoutes,
  ...graphqlRoutes,
  ...adminRoutes,
  ...webhookRoutes,
  ...auditRoutes,
  ...credentialRoutes,
  ...suppressionRoutes,
  ...sandboxRoutes,
  ...settingsRoutes,
  ...statsRoutes,
  ...webhookEndpointRoutes,
  '/console': consolePages,
  '/console/*': consolePages,
  ...paylinkRoutes,
};

const app = new Hono<AppEnv>({ strict: false });
for (const [path, handle] of Object.entries(routes)) app.all(path, pipeline(handle, path));
app.notFound(pipeline(nothingHere, null));

export default app;
