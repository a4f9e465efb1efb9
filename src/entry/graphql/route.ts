import type { Context, Hono } from 'hono';
import { type Refusal, statusOf } from '../../errors.ts';
import { findPaylink } from '../../paylinks/find.ts';
import { type Idempotency, sendPaylink } from '../../paylinks/send.ts';
import type { AppEnv } from '../app-env.ts';
import { enter } from '../enter.ts';
import { parseIdempotency } from '../idempotency-headers.ts';
import { verbContext } from '../verb-context.ts';
import { type GraphqlErrorCode, graphqlError } from './errors.ts';
import { graphiqlPage } from './graphiql.ts';
import { runGraphql } from './handler.ts';
import { type PreparedGraphql, prepareGraphql } from './prepare.ts';

const verbs = { send: sendPaylink, find: findPaylink };
const decoder = new TextDecoder();
/** A GET only reads: its key is ignored, also a malformed one. */
const unkeyed: Idempotency = { key: null, waitSeconds: 0 };

function errorCode({ code }: Refusal): GraphqlErrorCode {
  if (code === 'unauthenticated') return 'UNAUTHENTICATED';
  if (code === 'rate_limited') return 'RATE_LIMITED';
  return statusOf[code] < 500 ? 'BAD_USER_INPUT' : 'INTERNAL';
}

/** A refusal of the whole request, in GraphQL's shape. */
export function refuseGraphql(c: Context<AppEnv>, refusal: Refusal, headers: Record<string, string> = {}): Response {
  const more = {
    ...headers,
    ...(refusal.retryAfterSeconds === undefined ? {} : { 'retry-after': String(refusal.retryAfterSeconds) }),
    ...(refusal.code === 'unauthenticated'
      ? { 'www-authenticate': 'Bearer realm="paylinks", ApiKey realm="paylinks"' }
      : {}),
  };
  return graphqlError(statusOf[refusal.code], errorCode(refusal), refusal.detail, more, c.req.header('accept') ?? null);
}

/** Authenticates, admits for what the document costs, then executes. */
async function graphql(c: Context<AppEnv>): Promise<Response> {
  const { method, url, headers } = c.req.raw;
  const wantsPage =
    method === 'GET' && !new URL(url).searchParams.has('query') && headers.get('accept')?.includes('text/html');
  if (wantsPage && c.get('config').ENVIRONMENT === 'local') return graphiqlPage(c);
  const body = c.get('body');
  const request = { method, url, headers, body: body.length === 0 ? null : decoder.decode(body) };
  let prepared: PreparedGraphql | undefined;
  // Only for who is authenticated: parsing and validating a document is work, and its place in the cache is another's.
  const entrance = await enter(c, async () => {
    prepared = await prepareGraphql(request);
    return prepared.cost;
  });
  if (entrance.kind === 'out') return refuseGraphql(c, entrance.refusal, entrance.headers);
  c.set('caller', entrance.caller);
  c.set('quotaHeaders', entrance.headers);
  const idempotency = method === 'GET' ? unkeyed : parseIdempotency(headers);
  if ('code' in idempotency) return refuseGraphql(c, idempotency);
  return runGraphql(prepared ?? (await prepareGraphql(request)), {
    ctx: verbContext(c, entrance.caller),
    verbs,
    idempotency,
  });
}

/** `/graphql`. */
export function graphqlRoutes(app: Hono<AppEnv>): void {
  app.all('/graphql', graphql);
}
