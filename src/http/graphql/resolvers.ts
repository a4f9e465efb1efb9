import { GraphQLError, type GraphQLResolveInfo } from 'graphql';
import * as z from 'zod/mini';
import { parsePaylinkId } from '../../paylink-id.ts';
import { retryAfterOf } from '../problem.ts';
import { type GraphqlContext, idempotencyOf } from './context.ts';
import { paymentSession } from './payment-session.ts';
import { readSendArguments } from './send-arguments.ts';
import { type OperationSuccess, operationSuccess } from './send-result.ts';
import { paymentSessions } from './session-connection.ts';
import { sessionMutations } from './session-resolvers.ts';

const SessionArguments = z.object({ id: z.string() });

async function sendPaymentSessionLink(
  args: unknown,
  context: GraphqlContext,
  info: GraphQLResolveInfo,
): Promise<OperationSuccess> {
  const { run, tally } = context;
  tally.mutations += 1;
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
export const rootValue = {
  sendPaymentSessionLink,
  ...sessionMutations,
  paymentSession: findPaymentSession,
  paymentSessions,
};
