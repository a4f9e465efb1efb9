import type { GraphQLError } from 'graphql';
import { createHandler } from 'graphql-http';
import { utf8 } from '../../lib/encoding.ts';
import { log } from '../../lib/log.ts';
import type { GraphqlContext, GraphqlRun, SendTally } from './context.ts';
import { badInput, expectedError, graphqlError, maskedError } from './errors.ts';
import { limits } from './limits.ts';
import type { GraphqlRequest, PreparedGraphql } from './prepare.ts';
import { rootValue } from './resolvers.ts';
import { schema } from './schema.ts';

type RawRequest = { prepared: PreparedGraphql; run: GraphqlRun; tally: SendTally };

/** An expected error as it is; any other is logged and masked. */
function forCaller(error: GraphQLError, requestId: string): GraphQLError {
  const expected = expectedError(error);
  if (expected) return expected;
  const thrown = error.originalError ?? error;
  log('error', 'graphql_error', {
    requestId,
    path: error.path?.join('.'),
    error: thrown.name,
    message: thrown.message,
    stack: thrown.stack,
  });
  return maskedError(error, requestId);
}

// graphql-http checks the HTTP request, negotiates the media type and executes; prepare.ts has parsed and validated the document.
const handler = createHandler<RawRequest, null, GraphqlContext>({
  rootValue,
  parseRequestParams: ({ raw }) => raw.prepared.params(),
  onSubscribe: ({ raw: { prepared, run, tally } }, { operationName, variables }) => {
    const { plan } = prepared;
    if (plan.kind === 'refuse') return plan.errors;
    const contextValue: GraphqlContext = { run, rootFields: plan.rootFields, tally };
    return { schema, document: plan.document, operationName, variableValues: variables, contextValue };
  },
  onOperation: ({ raw }, _args, result) =>
    result.errors
      ? { ...result, errors: result.errors.map((error) => forCaller(error, raw.run.ctx.requestId)) }
      : undefined,
  formatError: badInput,
});

const refusals: Record<number, string> = {
  405: 'Send queries by GET or POST, mutations by POST.',
  406: 'Accept application/graphql-response+json or application/json.',
  415: 'Send the body as Content-Type: application/json.',
};

function headersOf(tally: SendTally): Record<string, string> {
  return {
    ...(tally.sends > 0 && tally.replays === tally.sends ? { 'idempotency-replayed': 'true' } : {}),
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
 * `Idempotency-Replayed: true` if every send of the document was a replay.
 */
export async function runGraphql(prepared: PreparedGraphql, run: GraphqlRun): Promise<Response> {
  const { request } = prepared;
  const tally: SendTally = { sends: 0, replays: 0, retryAfterSeconds: null };
  const raw: RawRequest = { prepared, run, tally };
  const [body, init] = await handler({ ...request, raw, context: null });
  const wrongForm = refusals[init.status];
  if (wrongForm !== undefined) {
    const allow = init.headers?.allow;
    const accept = request.headers.get('accept');
    return graphqlError(init.status, 'BAD_USER_INPUT', wrongForm, allow === undefined ? {} : { allow }, accept);
  }
  if (body !== null && isTooLarge(body)) return tooLarge(request);
  return new Response(body, {
    status: init.status,
    headers: { ...init.headers, 'cache-control': 'no-store', ...headersOf(tally) },
  });
}
