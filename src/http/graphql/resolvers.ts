import { GraphQLError, type GraphQLResolveInfo } from 'graphql';
import * as z from 'zod/mini';
import { parsePaylinkId } from '../../paylink-id.ts';
import type { Idempotency } from '../../paylinks/send.ts';
import { retryAfterOf } from '../problem.ts';
import type { GraphqlContext } from './context.ts';
import { paymentSession } from './payment-session.ts';
import { readSendArguments } from './send-arguments.ts';
import { type OperationSuccess, operationSuccess } from './send-result.ts';

const SessionArguments = z.object({ id: z.string() });

/**
 * One HTTP request has one key. In a document with several sends, each send's response name is added to the key: they are different
 * operations, and a repeated request replays each. A single send uses the key alone, as REST does.
 */
function idempotencyOf({ run, rootFields }: GraphqlContext, info: GraphQLResolveInfo): Idempotency {
  const { key, waitSeconds } = run.idempotency;
  if (key === null || rootFields === 1) return { key, waitSeconds };
  // No key that a caller can send has a line break, so this cannot be another request's key.
  return { key: `${key}\n${info.path.key}`, waitSeconds };
}

async function sendPaymentSessionLink(
  args: unknown,
  context: GraphqlContext,
  info: GraphQLResolveInfo,
): Promise<OperationSuccess> {
  const { run, tally } = context;
  tally.sends += 1;
  const asked = readSendArguments(args);
  if (asked.kind === 'invalid') return { success: false, message: asked.message };
  const { paylinkId, channel, to } = asked;
  const input = {
    paylinkId,
    channels: [channel],
    to,
    requireEnabled: false,
    idempotency: idempotencyOf(context, info),
  };
  const outcome = await run.verbs.send(run.ctx, input);
  if (outcome.kind !== 'refused' && outcome.replayed) tally.replays += 1;
  const answer = operationSuccess(outcome, channel);
  if (answer instanceof GraphQLError) {
    if (outcome.kind === 'refused') tally.retryAfterSeconds ??= retryAfterOf(outcome.refusal);
    throw answer;
  }
  return answer;
}

async function findPaymentSession(args: unknown, { run }: GraphqlContext) {
  const id = parsePaylinkId(SessionArguments.parse(args).id);
  const paylink = id === null ? null : await run.verbs.find(run.ctx, id);
  return paylink ? paymentSession(paylink, run.ctx.config, run.ctx.now) : null;
}

/** The root fields, as graphql-js's default resolver calls them. */
export const rootValue = { sendPaymentSessionLink, paymentSession: findPaymentSession };
