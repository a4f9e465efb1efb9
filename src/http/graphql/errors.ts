import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Context } from 'hono';
import { type Refusal, statusOf } from '../../errors.ts';
import type { AppEnv } from '../app-env.ts';
import { refusalHeaders } from '../problem.ts';

function errorCode({ code }: Refusal): GraphqlErrorCode {
  if (code === 'unauthenticated') return 'UNAUTHENTICATED';
  if (code === 'forbidden' || code === 'suspended') return 'FORBIDDEN';
  // The published code after which clients wait and repeat the request; `reason` says why.
  if (code === 'rate_limited' || code === 'idempotency_in_progress') return 'RATE_LIMITED';
  if (statusOf[code] === 503) return 'UNAVAILABLE';
  return statusOf[code] < 500 ? 'BAD_USER_INPUT' : 'INTERNAL';
}

/** A refusal of a verb as an error to throw. */
export function refusalError(refused: Refusal): GraphQLError {
  return new GraphQLError(refused.detail, { extensions: extensionsOf(refused) });
}

/** What a refusal's problem says too: `reason` is its code, `errors` the wrong fields, and the facts by their names. */
function extensionsOf(refused: Refusal): { code: GraphqlErrorCode; [name: string]: unknown } {
  const { code: reason, errors, facts, retryAfterSeconds } = refused;
  const more = { ...(errors ? { errors } : {}), ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
  return { ...facts, code: errorCode(refused), reason, ...more };
}

/** Refuses a whole request as a GraphQL error. */
export function refuseGraphql(c: Context<AppEnv>, refusal: Refusal, headers: Record<string, string> = {}): Response {
  c.set('code', refusal.code);
  const more = { ...headers, ...refusalHeaders(refusal) };
  const said = { message: refusal.detail, extensions: extensionsOf(refusal) };
  return errorAnswer(statusOf[refusal.code], said, more, c.req.header('accept') ?? null);
}

/**
 * `extensions.code` tells a client what to do: authenticate, correct the request, wait and repeat it, or repeat it and tell us.
 * `extensions.reason`, where present, is the more precise code of REST problems.
 */
export type GraphqlErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE'
  | 'INTERNAL';

/** The media type of an answer to this `Accept` header when no operation was executed. */
const mediaTypeFor = (accept: string | null): string =>
  accept?.includes('application/graphql-response+json') ? 'application/graphql-response+json' : 'application/json';

/** The answer to a request that GraphQL cannot run. `accept` is the request's header. */
export const graphqlError = (
  status: number,
  code: GraphqlErrorCode,
  message: string,
  headers: Record<string, string> = {},
  accept: string | null = null,
): Response => errorAnswer(status, { message, extensions: { code } }, headers, accept);

function errorAnswer(
  status: number,
  error: { message: string; extensions: { code: GraphqlErrorCode } },
  headers: Record<string, string>,
  accept: string | null,
): Response {
  return new Response(JSON.stringify({ errors: [error] }), {
    status,
    headers: {
      'content-type': `${mediaTypeFor(accept)}; charset=utf-8`,
      'cache-control': 'no-store',
      ...headers,
    },
  });
}

/** A request that could not be read, parsed or validated. The caller must correct it, so the message is shown. */
export const badInput = (error: Readonly<Error>): GraphQLError =>
  error instanceof GraphQLError
    ? new GraphQLError(error.message, {
        nodes: error.nodes ?? null,
        source: error.source ?? null,
        positions: error.positions ?? null,
        path: error.path ?? null,
        extensions: { code: 'BAD_USER_INPUT', ...error.extensions },
      })
    : new GraphQLError(error.message, { extensions: { code: 'BAD_USER_INPUT' } });

/**
 * An error of execution as the caller may see it; null for a fault of the gateway, which must be masked. Resolvers throw expected errors
 * as GraphQLErrors with a code; errors of graphql-js about arguments have nodes.
 */
export function expectedError(error: GraphQLError): GraphQLError | null {
  const thrown = error.originalError ?? error;
  if (!(thrown instanceof GraphQLError)) return null;
  if (typeof thrown.extensions.code === 'string') return error;
  return thrown.nodes && thrown.nodes.length > 0 ? badInput(error) : null;
}

/** Seconds after which a request may come again that met a fault of D1 or of an object. */
export const RETRY_AFTER_FAULT = 1;

/** What the caller sees of a fault of D1 or of an object: a later try may succeed. */
export const unavailableError = (error: GraphQLError, requestId: string): GraphQLError =>
  new GraphQLError('The gateway is unavailable for a moment: repeat this request with the same Idempotency-Key.', {
    nodes: error.nodes ?? null,
    path: error.path ?? null,
    extensions: { code: 'UNAVAILABLE', reason: 'unavailable', retryAfterSeconds: RETRY_AFTER_FAULT, requestId },
  });

/** Did the whole request fail for faults that may be over in a moment? Then nothing of its data is there. */
export const isWhollyUnavailable = ({ data, errors }: ExecutionResult): boolean =>
  errors?.every(({ extensions }) => extensions.code === 'UNAVAILABLE') === true &&
  Object.values(data ?? {}).every((value) => value === null);

/** What the caller sees of a fault of the gateway. The log has the details under the same request id. */
export const maskedError = (error: GraphQLError, requestId: string): GraphQLError =>
  new GraphQLError('Something went wrong on our side. Repeat the request with the same Idempotency-Key.', {
    nodes: error.nodes ?? null,
    path: error.path ?? null,
    extensions: { code: 'INTERNAL', requestId },
  });
