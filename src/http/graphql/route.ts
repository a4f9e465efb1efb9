import type { Context } from 'hono';
import * as z from 'zod/mini';
import { suspended } from '../../auth/scopes.ts';
import { createPaylink } from '../../paylinks/create.ts';
import { findPaylink } from '../../paylinks/read.ts';
import { searchPaylinks } from '../../paylinks/search.ts';
import { type Idempotency, sendPaylink } from '../../paylinks/send.ts';
import { cancelPaylink } from '../../paylinks/transitions.ts';
import { updatePaylink } from '../../paylinks/update.ts';
import type { AppEnv } from '../app-env.ts';
import { authenticateAndAdmit, callerOf } from '../authenticated.ts';
import { parseIdempotency } from '../idempotency-headers.ts';
import type { Routes } from '../routing.ts';
import { verbContext } from '../verb-context.ts';
import type { Verbs } from './context.ts';
import { refuseGraphql } from './errors.ts';
import { runGraphql } from './handler.ts';
import { type PreparedGraphql, prepareGraphql } from './prepare.ts';

/** The verbs; each notes for the log which Paylink it was asked for. Of several in one document the last one is told. */
function verbsNoting(c: Context<AppEnv>): Verbs {
  const note = (id: string) => c.set('paylinkId', id);
  return {
    send: (ctx, input) => {
      note(input.paylinkId);
      return sendPaylink(ctx, input);
    },
    find: (ctx, id) => {
      note(id);
      return findPaylink(ctx, id);
    },
    create: async (...asked) => {
      const created = await createPaylink(...asked);
      if (created.kind === 'done') note(created.paylink.id);
      return created;
    },
    update: (ctx, id, ...asked) => {
      note(id);
      return updatePaylink(ctx, id, ...asked);
    },
    cancel: (ctx, id, ...asked) => {
      note(id);
      return cancelPaylink(ctx, id, ...asked);
    },
    search: searchPaylinks,
  };
}
const decoder = new TextDecoder();
/** The media type that the vendor's older clients send. */
const GRAPHQL_JSON = 'application/graphql+json';
const Operation = z.looseObject({ query: z.string() });
/** A GET only reads, so its key is ignored, even a malformed one. */
const unkeyed: Idempotency = { key: null, waitSeconds: 0 };

const mediaTypeOf = (headers: Headers) => headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();

/**
 * Whether a `POST /` is GraphQL: by its media type, or a JSON object with a string `query`, which no create has. It is decided before
 * authentication, so that every refusal has the right form and admission the right cost.
 */
export function isGraphql(headers: Headers, body: Uint8Array): boolean {
  const type = mediaTypeOf(headers);
  if (type === GRAPHQL_JSON) return true;
  if (type !== 'application/json') return false;
  const text = decoder.decode(body);
  if (!text.includes('"query"')) return false;
  try {
    return Operation.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

/** The headers with the media type by which the GraphQL over HTTP specification calls the same thing. */
function standardHeaders(given: Headers): Headers {
  if (mediaTypeOf(given) !== GRAPHQL_JSON) return given;
  const headers = new Headers(given);
  headers.set('content-type', 'application/json');
  return headers;
}

/** Authenticates, admits at the document's cost, then executes. */
export async function graphql(c: Context<AppEnv>): Promise<Response> {
  c.set('surface', 'graphql');
  const { method, url } = c.req.raw;
  const headers = standardHeaders(c.req.raw.headers);
  const wantsPage =
    method === 'GET' && !new URL(url).searchParams.has('query') && headers.get('accept')?.includes('text/html');
  // A static page; it is told that the demo merchant is here, also where a tunnel leads to this machine.
  if (wantsPage && c.get('config').ENVIRONMENT === 'local') return c.redirect('/graphiql?demo');
  const body = c.get('body');
  const request = { method, url, headers, body: body.length === 0 ? null : decoder.decode(body) };
  let prepared: PreparedGraphql | undefined;
  // After authentication only: parsing and validating is work, and the document takes space in the cache.
  const prepare = async () => {
    prepared = await prepareGraphql(request);
    return prepared.cost;
  };
  // Scopes are the root fields' (see resolvers.ts).
  const rejection = await authenticateAndAdmit(c, prepare, ({ merchant }) =>
    merchant.suspendedAt === null ? null : suspended,
  );
  if (rejection) return refuseGraphql(c, rejection.refusal, rejection.headers);
  const idempotency = method === 'GET' ? unkeyed : parseIdempotency(headers);
  if ('code' in idempotency) return refuseGraphql(c, idempotency);
  return runGraphql(prepared ?? (await prepareGraphql(request)), {
    ctx: verbContext(c, callerOf(c)),
    verbs: verbsNoting(c),
    idempotency,
  });
}

/** `/graphql`. */
export const graphqlRoutes: Routes = { '/graphql': graphql };
