import { GraphQLError, type GraphQLResolveInfo } from 'graphql';
import * as z from 'zod/mini';
import { lackOf } from '../../auth/scopes.ts';
import { parsePaylinkId } from '../../paylink-id.ts';
import { fieldScopes } from '../access.ts';
import { waitOf } from '../idempotency-headers.ts';
import { retryAfterOf } from '../problem.ts';
import { type GraphqlContext, idempotencyOf } from './context.ts';
import { refusalError } from './errors.ts';
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
  if (outcome.kind !== 'refused') {
    if (outcome.replayed) tally.replays += 1;
    tally.waitSeconds = waitOf(input.idempotency);
  }
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

type Resolve<R> = (args: unknown, context: GraphqlContext, info: GraphQLResolveInfo) => Promise<R>;

/** A root field that only callers with its scope may run. */
const scoped =
  <R>(field: keyof typeof fieldScopes, resolve: Resolve<R>): Resolve<R> =>
  async (args, context, info) => {
    const { run, tally } = context;
    const lack = lackOf(run.ctx.caller, [fieldScopes[field]]);
    if (!lack) return resolve(args, context, info);
    tally.mutations += 1;
    throw refusalError(lack);
  };

/** The root fields, as graphql-js's default resolver calls them. */
export const rootValue = {
  sendPaymentSessionLink: scoped('sendPaymentSessionLink', sendPaymentSessionLink),
  createPaymentSession: scoped('createPaymentSession', sessionMutations.createPaymentSession),
  updatePaymentSession: scoped('updatePaymentSession', sessionMutations.updatePaymentSession),
  cancelPaymentSession: scoped('cancelPaymentSession', sessionMutations.cancelPaymentSession),
  paymentSession: scoped('paymentSession', findPaymentSession),
  paymentSessions: scoped('paymentSessions', paymentSessions),
};
