import type { Context } from 'hono';
import { findPaylink } from '../../paylinks/read.ts';
import { type Idempotency, sendPaylink } from '../../paylinks/send.ts';
import type { AppEnv } from '../app-env.ts';
import { authenticateAndAdmit, callerOf } from '../authenticated.ts';
import { parseIdempotency } from '../idempotency-headers.ts';
import type { Routes } from '../routing.ts';
import { verbContext } from '../verb-context.ts';
import { refuseGraphql } from './errors.ts';
import { graphiqlPage } from './graphiql.ts';
import { runGraphql } from './handler.ts';
import { type PreparedGraphql, prepareGraphql } from './prepare.ts';

const verbs = { send: sendPaylink, find: findPaylink };
const decoder = new TextDecoder();
/** A GET only reads, so its key is ignored, even a malformed one. */
const unkeyed: Idempotency = { key: null, waitSeconds: 0 };

/** Authenticates, admits at the document's cost, then executes. */
async function graphql(c: Context<AppEnv>): Promise<Response> {
  const { method, url, headers } = c.req.raw;
  const wantsPage =
    method === 'GET' && !new URL(url).searchParams.has('query') && headers.get('accept')?.includes('text/html');
  if (wantsPage && c.get('config').ENVIRONMENT === 'local') return graphiqlPage(c);
  const body = c.get('body');
  const request = { method, url, headers, body: body.length === 0 ? null : decoder.decode(body) };
  let prepared: PreparedGraphql | undefined;
  // After authentication only: parsing and validating is work, and the document takes space in the cache.
  const rejection = await authenticateAndAdmit(c, async () => {
    prepared = await prepareGraphql(request);
    return prepared.cost;
  });
  if (rejection) return refuseGraphql(c, rejection.refusal, rejection.headers);
  const idempotency = method === 'GET' ? unkeyed : parseIdempotency(headers);
  if ('code' in idempotency) return refuseGraphql(c, idempotency);
  return runGraphql(prepared ?? (await prepareGraphql(request)), {
    ctx: verbContext(c, callerOf(c)),
    verbs,
    idempotency,
  });
}

/** `/graphql`. */
export const graphqlRoutes: Routes = { '/graphql': graphql };
