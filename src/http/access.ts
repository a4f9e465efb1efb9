import type { Context } from 'hono';
import { routePath } from 'hono/route';
import { lackOf, suspended } from '../auth/scopes.ts';
import type { Refusal } from '../errors.ts';
import type { Caller, Scope } from '../model/caller.ts';
import type { AppEnv } from './app-env.ts';

/**
 * Who may call a route: `public` (nobody is asked who they are), `operator`, `provider` (a callback with the provider's own signature),
 * `session` (a page of the console: its gate asks for the scopes), `fields` (GraphQL: its root fields say), or any of some scopes.
 */
export type Access = 'public' | 'operator' | 'provider' | 'session' | 'fields' | readonly [Scope, ...Scope[]];

const read: Access = ['paylinks:read'];
const write: Access = ['paylinks:write'];
const send: Access = ['paylinks:send'];
const payments: Access = ['payments:write'];
const webhooks: Access = ['webhooks:manage'];
const readsWebhooks: Access = ['paylinks:read', 'webhooks:manage'];
const settings: Access = ['settings:manage'];
const credentials: Access = ['credentials:manage'];

/**
 * Every route, by method and pattern (`*`: any method), and who may call it. A route that is not here is refused to everyone, and a test
 * fails: add its line with it. A HEAD is a GET.
 */
export const access: { readonly [route: string]: Access } = {
  'POST /': write,
  'GET /paylinks': read,
  'GET /:paylinkId': read,
  'PATCH /:paylinkId': write,
  'PATCH /:paylinkId/cancel': write,
  'PATCH /:paylinkId/send': send,
  'POST /:paylinkId/notify_by/:medium': send,
  'POST /:paylinkId/delivery-logs/:deliveryLogId/settle': payments,
  'POST /:paylinkId/attachments': write,
  'DELETE /:paylinkId/attachments/:name': write,
  'GET /:paylinkId/qr.svg': read,
  'GET /stats': read,
  'GET /audit': read,
  '* /graphql': 'fields',
  '* /console': 'session',
  '* /console/*': 'session',

  'POST /sandbox/:paylinkId/pay': send,
  'POST /sandbox/:paylinkId/open': send,
  'POST /sandbox/:paylinkId/fail': send,
  'POST /webhooks/payments': payments,

  'GET /suppressions': read,
  'DELETE /suppressions/:suppressionId': ['recipients:erase'],
  'POST /recipients/erase': ['recipients:erase'],

  'GET /webhook-endpoints': readsWebhooks,
  'POST /webhook-endpoints': webhooks,
  'GET /webhook-endpoints/:endpointId': readsWebhooks,
  'PATCH /webhook-endpoints/:endpointId': webhooks,
  'DELETE /webhook-endpoints/:endpointId': webhooks,
  'POST /webhook-endpoints/:endpointId/rotate': webhooks,
  'POST /webhook-endpoints/:endpointId/test': webhooks,
  'GET /webhook-endpoints/:endpointId/attempts': readsWebhooks,
  'POST /webhook-endpoints/:endpointId/replay': webhooks,

  'GET /settings': settings,
  'PATCH /settings': settings,
  'POST /settings/callback-secret/rotate': settings,
  'GET /credentials': credentials,
  'POST /credentials': credentials,
  'PATCH /credentials/:credentialId': credentials,
  'DELETE /credentials/:credentialId': credentials,

  // Elsewhere than locally with authentication; locally open.
  'GET /inbox.json': read,
  'DELETE /inbox': send,
  'DELETE /inbox/:id': send,
  'POST /inbox/delete': send,
  'POST /inbox/:id/play': send,
  'POST /inbox/:id/delete': send,
  // Only locally.
  'GET /inbox': 'public',
  'GET /inbox/events': 'public',
  'GET /inbox/:id': 'public',
  'GET /inbox/:id/html': 'public',
  'GET /inbox/:id/raw': 'public',

  'GET /healthz': 'public',
  'GET /readyz': 'public',
  'GET /s/:code': 'public',
  'GET /p/:code': 'public',
  'GET /p/:code/files/:name': 'public',
  'POST /o/:code': 'public',
  'GET /u/:token': 'public',
  'POST /u/:token': 'public',
  'GET /checkout/:code': 'public',
  'POST /checkout/:code': 'public',

  'POST /webhooks/mailchannels': 'provider',
  'POST /webhooks/resend': 'provider',
  'POST /webhooks/telnyx': 'provider',
  'POST /webhooks/twilio': 'provider',

  'GET /admin/merchants': 'operator',
  'POST /admin/merchants': 'operator',
  'GET /admin/merchants/:id': 'operator',
  'PATCH /admin/merchants/:id': 'operator',
  'GET /admin/merchants/:id/credentials': 'operator',
  'POST /admin/merchants/:id/credentials': 'operator',
  'PATCH /admin/merchants/:id/credentials/:credentialId': 'operator',
  'DELETE /admin/merchants/:id/credentials/:credentialId': 'operator',
  'GET /admin/audit': 'operator',
  'GET /admin/health': 'operator',
};

/** What each root field of GraphQL needs. */
export const fieldScopes = {
  paymentSession: 'paylinks:read',
  paymentSessions: 'paylinks:read',
  createPaymentSession: 'paylinks:write',
  updatePaymentSession: 'paylinks:write',
  cancelPaymentSession: 'paylinks:write',
  sendPaymentSessionLink: 'paylinks:send',
} as const satisfies Record<string, Scope>;

/** What a suspended merchant may still call: its customers can pay, and their payments are recorded. */
const openWhileSuspended = ['POST /webhooks/payments'];

/** The line of a route. */
export const accessTo = (method: string, path: string): Access | undefined =>
  access[`${method === 'HEAD' ? 'GET' : method} ${path}`] ?? access[`* ${path}`];

/**
 * Why an authenticated caller may not call a route; null: it may.
 * @throws Error for a route without a line, or with one that asks for no scope: a bug that must not open it
 */
export function refusalOfRoute(caller: Caller, method: string, path: string): Refusal | null {
  const needed = accessTo(method, path);
  if (typeof needed !== 'object') throw new Error(`no scope is decided for ${method} ${path}`);
  if (caller.merchant.suspendedAt !== null && !openWhileSuspended.includes(`${method} ${path}`)) return suspended;
  return lackOf(caller, needed);
}

/** The pattern of the route that is answering; '' for none. */
export const routeOf = (c: Context<AppEnv>): string => routePath(c);
