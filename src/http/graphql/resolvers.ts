import { GraphQLError, type GraphQLResolveInfo } from 'graphql';
import * as z from 'zod/mini';
import type { Idempotency } from '../../paylinks/send.ts';
import type { GraphqlContext } from './context.ts';
import { paymentSession } from './payment-session.ts';
import { readSendArguments } from './send-arguments.ts';
import { type OperationSuccess, operationSuccess } from './send-result.ts';

const SessionArguments = z.object({ id: z.string() });

/**
 * One HTTP request has one key. Where its document sends several times, each send's response name joins the key, so that they
 * are different operations and a repeat of the request replays each; a single send has the bare key, the one a REST retry would use.
 */
function idempotencyOf({ run, rootFields }: GraphqlContext, info: GraphQLResolveInfo): Idempotency {
  const { key, waitSeconds } = run.idempotency;
  if (key === null || rootFields === 1) return { key, waitSeconds };
  // A line break stands in no key that a caller can send, so this names no other request's operation.
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
  if (asked.kind === 'no') return { success: false, message: asked.message };
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
    if (outcome.kind === 'refused') tally.retryAfterSeconds ??= outcome.refusal.retryAfterSeconds ?? null;
    throw answer;
  }
  return answer;
}

async function findPaymentSession(args: unknown, { run }: GraphqlContext) {
  const paylink = await run.verbs.find(run.ctx, SessionArguments.parse(args).id);
  return paylink ? paymentSession(paylink, run.ctx.config, run.ctx.now) : null;
}

/** The root fields, as graphql-js's default resolver calls them. */
export const rootValue = { sendPaymentSessionLink, paymentSession: findPaymentSession };
