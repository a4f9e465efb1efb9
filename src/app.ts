import { type Context, Hono } from 'hono';
import { adminRoutes } from './entry/admin.ts';
import type { AppEnv } from './entry/app-env.ts';
import { readBody } from './entry/body.ts';
import { graphqlRoutes, refuseGraphql } from './entry/graphql/route.ts';
import { pageRoutes } from './entry/pages/routes.ts';
import { problem } from './entry/problem.ts';
import { logRequest } from './entry/request-log.ts';
import { paylinkRoutes } from './entry/rest/paylinks.ts';
import { suppressionRoutes } from './entry/rest/suppressions.ts';
import { webhookEndpointRoutes } from './entry/rest/webhook-endpoints.ts';
import { route } from './entry/routes.ts';
import { webhookRoutes } from './entry/webhooks/routes.ts';
import { configOf, Misconfigured } from './env.ts';
import { type Refusal, refusal } from './errors.ts';
import { log } from './log.ts';
import { Waits } from './waits.ts';

const bodyLimit = 64 * 1024;
const webhookBodyLimit = 1024 * 1024;

/** A refusal that no route has made, in the shape of the surface it was asked on; named also when the middleware below breaks off. */
function refuse(c: Context<AppEnv>, refused: Refusal): Response {
  const response = c.req.path === '/graphql' ? refuseGraphql(c, refused) : problem(c, refused);
  response.headers.set('x-request-id', c.get('requestId'));
  return response;
}

/** The runtime marks what an object could not answer: overloaded, or lost on the way (Durable Objects, error handling). */
const isRemoteTrouble = (error: Error): boolean =>
  Reflect.get(error, 'overloaded') === true || Reflect.get(error, 'retryable') === true;

/** The caller's own, if it looks like one, so that both logs tell of the same request. */
const requestIdOf = (given: string | undefined): string =>
  given !== undefined && /^[\w=-]{1,255}$/.test(given) ? given : crypto.randomUUID();

const app = new Hono<AppEnv>();

app.use(async (c, next) => {
  const now = Date.now();
  c.set('now', now);
  c.set('requestId', requestIdOf(c.req.header('x-request-id')));
  c.set('waits', new Waits());
  c.set('config', configOf(c.env));
  const limit = c.req.path.startsWith('/webhooks/') ? webhookBodyLimit : bodyLimit;
  const body = await readBody(c.req.raw, limit);
  if (body) {
    c.set('body', body);
    await next();
  } else c.res = refuse(c, refusal('payload_too_large', `The body may have ${limit} bytes.`));
  // Set here and not before: an answer that a handler builds itself takes no headers set earlier. Not by `c.header`, which would make
  // a new answer of the body's stream.
  const { headers } = c.res;
  headers.set('x-request-id', c.get('requestId'));
  const quotaHeaders = c.get('quotaHeaders');
  if (quotaHeaders) {
    headers.set('server-timing', c.get('waits').header());
    for (const [name, value] of Object.entries(quotaHeaders)) headers.set(name, value);
  }
  logRequest(c, now);
});

app.onError((error, c) => {
  const requestId = c.get('requestId');
  if (error instanceof Misconfigured) {
    log('error', 'misconfigured', { requestId, variables: error.message });
    return refuse(
      c,
      refusal('misconfigured', 'The gateway is misconfigured; its operator finds the reason in the log.'),
    );
  }
  if (isRemoteTrouble(error)) {
    log('error', 'unavailable', { requestId, error: error.message });
    return refuse(c, refusal('unavailable', 'The gateway is busy. Try again.', { retryAfterSeconds: 1 }));
  }
  log('error', 'internal', { requestId, error: error.name, message: error.message, stack: error.stack });
  return refuse(
    c,
    refusal('internal', 'Something went wrong on our side. Repeat the request with the same Idempotency-Key.'),
  );
});

app.notFound((c) => problem(c, refusal('not_found', 'There is nothing here.')));

// Static paths first: a Paylink's id may stand at the root.
route(app, '/healthz', { GET: (c) => c.json({ status: 'ok' }) });
pageRoutes(app);
graphqlRoutes(app);
adminRoutes(app);
webhookRoutes(app);
suppressionRoutes(app);
webhookEndpointRoutes(app);
paylinkRoutes(app);

export default app;
