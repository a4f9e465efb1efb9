import { env } from 'cloudflare:workers';
import { Hono } from 'hono';
import { authenticate } from '../../../src/auth/authenticate.ts';
import { credentialCache } from '../../../src/auth/credential-cache.ts';
import { configOf } from '../../../src/env.ts';
import { adminRoutes } from '../../../src/http/admin/lazy-routes.ts';
import type { AppEnv } from '../../../src/http/app-env.ts';

/** The operator's routes at a fixed time, and what a test asks of them. */
export const now = 1_750_000_000_123;
export const iso = '2025-06-15T15:06:40.123Z';
export const app = new Hono<AppEnv>();
app.use(async (c, next) => {
  c.set('requestId', 'request-1');
  c.set('now', now);
  c.set('config', configOf(c.env));
  c.set('body', new Uint8Array(await c.req.raw.arrayBuffer()));
  await next();
});
for (const [path, handle] of Object.entries(adminRoutes)) app.all(path, handle);

export const token = 'Bearer test-admin-token-0123456789abcdef';
export async function call(
  method: string,
  path: string,
  body?: unknown,
  authorization: string | null = token,
  bindings = env,
) {
  const headers = new Headers({ 'content-type': 'application/json' });
  if (authorization !== null) headers.set('authorization', authorization);
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const response = await app.request(`/admin${path}`, init, bindings);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}
export const create = async (some: object = {}) => (await call('POST', '/merchants', { name: 'Books', ...some })).body;
export const issue = (id: string, some: object) => call('POST', `/merchants/${id}/credentials`, some);
/** Whom a request is authenticated as, if anybody. */
export const who = async (request: Parameters<typeof authenticate>[0] & { body: Uint8Array }) => {
  const answer = await authenticate(request, request.body, {
    config: configOf(env),
    db: env.DB,
    cache: credentialCache,
    now,
  });
  return answer.kind === 'authenticated' ? answer.caller : null;
};
