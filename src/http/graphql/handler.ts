import type { ExecutionResult, GraphQLError } from 'graphql';
import { createHandler } from 'graphql-http';
import { utf8 } from '../../lib/encoding.ts';
import { log } from '../../lib/log.ts';
import { isUnavailable } from '../../lib/unavailable.ts';
import { idempotencyAnswer } from '../idempotency-headers.ts';
import { countingResolver, isTooLargeAlready } from './answer-size.ts';
import type { GraphqlContext, GraphqlRun, Tally } from './context.ts';
import {
  badInput,
  expectedError,
  graphqlError,
  isWhollyUnavailable,
  maskedError,
  RETRY_AFTER_FAULT,
  unavailableError,
} from './errors.ts';
import { limits } from './limits.ts';
import type { GraphqlRequest, PreparedGraphql } from './prepare.ts';
import { rootValue } from './resolvers.ts';
import { schema } from './schema.ts';

type RawRequest = { prepared: PreparedGraphql; run: GraphqlRun; tally: Tally };

/** An expected error as it is; any other is logged, and masked as a passing fault or as a bug. */
function forCaller(error: GraphQLError, { run, tally }: RawRequest): GraphQLError {
  const expected = expectedError(error);
  if (expected) return expected;
  const { requestId } = run.ctx;
  const thrown = error.originalError ?? error;
  const fields = { requestId, path: error.path?.join('.'), error: thrown.name, message: thrown.message };
  if (isUnavailable(thrown)) {
    log('error', 'unavailable', fields);
    tally.retryAfterSeconds ??= RETRY_AFTER_FAULT;
    return unavailableError(error, requestId);
  }
  log('error', 'graphql_error', { ...fields, stack: thrown.stack });
  return maskedError(error, requestId);
}

/** The result with its errors as the caller may see them. One that failed as a whole has no data, so that its HTTP status may say so. */
function resultForCaller(raw: RawRequest, result: ExecutionResult): ExecutionResult | undefined {
  if (!result.errors) return undefined;
  const shown = { ...result, errors: result.errors.map((error) => forCaller(error, raw)) };
  if (!isWhollyUnavailable(shown)) return shown;
  raw.tally.unavailable = true;
  return { errors: shown.errors };
}

// graphql-http checks the HTTP request, negotiates the media type and executes; prepare.ts has parsed and validated the document.
const handler = createHandler<RawRequest, null, GraphqlContext>({
  rootValue,
  parseRequestParams: ({ raw }) => raw.prepared.params(),
  onSubscribe: ({ raw: { prepared, run, tally } }, { operationName, variables }) => {
    const { plan } = prepared;
    if (plan.kind === 'refuse') return plan.errors;
    const contextValue: GraphqlContext = { run, rootFields: plan.rootFields, tally };
    const { document } = plan;
    const fieldResolver = countingResolver;
    return { schema, document, operationName, variableValues: variables, contextValue, fieldResolver };
  },
  onOperation: ({ raw }, _args, result) => resultForCaller(raw, result),
  formatError: badInput,
});

const refusals: Record<number, string> = {
  405: 'Send queries by GET or POST, mutations by POST.',
  406: 'Accept application/graphql-response+json or application/json.',
  415: 'Send the body as Content-Type: application/json.',
};

function headersOf(tally: Tally): Record<string, string> {
  return {
    ...idempotencyAnswer(tally.mutations > 0 && tally.replays === tally.mutations, tally.waitSeconds),
    ...(tally.retryAfterSeconds === null ? {} : { 'retry-after': String(tally.retryAfterSeconds) }),
  };
}

/** Bytes are counted only where the characters do not tell: UTF-8 has one to three for each. */
const isTooLarge = (body: string) =>
  body.length > limits.answerBytes ||
  (body.length > limits.answerBytes / 3 && utf8(body).byteLength > limits.answerBytes);

function tooLarge({ headers }: GraphqlRequest): Response {
  const accept = headers.get('accept');
  // As graphql-http does for other refusals: the older media type knows only 200.
  const status = accept?.includes('application/graphql-response+json') ? 400 : 200;
  return graphqlError(
    status,
    'BAD_USER_INPUT',
    'The answer is larger than 1 MiB. Ask for less in one request.',
    {},
    accept,
  );
}

/**
 * Answers an admitted request as the GraphQL over HTTP specification says. It never throws, whatever the caller sends.
 * `Idempotency-Replayed: true` if every mutation of the document was a replay; 503 if all of it failed for faults that may be over soon.
 */
export async function runGraphql(prepared: PreparedGraphql, run: GraphqlRun): Promise<Response> {
  const { request } = prepared;
  const tally: Tally = {
    mutations: 0,
    replays: 0,
    waitSeconds: 0,
    retryAfterSeconds: null,
    unavailable: false,
    answerBytes: 0,
  };
  const raw: RawRequest = { prepared, run, tally };
  const [body, init] = await handler({ ...request, raw, context: null });
  const wrongForm = refusals[init.status];
  if (wrongForm !== undefined) {
    const allow = init.headers?.allow;
    const accept = request.headers.get('accept');
    return graphqlError(init.status, 'BAD_USER_INPUT', wrongForm, allow === undefined ? {} : { allow }, accept);
  }
  if (isTooLargeAlready(tally) || (body !== null && isTooLarge(body))) return tooLarge(request);
  return new Response(body, {
    status: tally.unavailable ? 503 : init.status,
    headers: { ...init.headers, 'cache-control': 'no-store', ...headersOf(tally) },
  });
}
