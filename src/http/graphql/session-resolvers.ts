import { GraphQLError, type GraphQLResolveInfo } from 'graphql';
import * as z from 'zod/mini';
import { notFound, type Refusal } from '../../errors.ts';
import type { Paylink } from '../../model/paylink.ts';
import { parsePaylinkId } from '../../paylink-id.ts';
import { retryAfterOf } from '../problem.ts';
import { type GraphqlContext, idempotencyOf } from './context.ts';
import { refusalError } from './errors.ts';
import { paymentSession } from './payment-session.ts';
import { sessionNotFound } from './send-arguments.ts';
import { type OperationSuccess, refusedOperation } from './send-result.ts';
import { inVendorWords, readCreateArguments, readUpdateArguments } from './session-arguments.ts';

const CancelArguments = z.object({ id: z.string() });

/** What a mutation answers: the session, or an error to throw. */
function sessionOf(context: GraphqlContext, outcome: { kind: 'done'; paylink: Paylink } | Refused) {
  const { run } = context;
  if (outcome.kind === 'refused') throw thrown(context, outcome.refusal);
  return paymentSession(outcome.paylink, run.ctx.config, run.ctx.now);
}

type Refused = { kind: 'refused'; refusal: Refusal };

function thrown({ tally }: GraphqlContext, refused: Refusal): GraphQLError {
  tally.retryAfterSeconds ??= retryAfterOf(refused);
  // A create may name a merchant that is not found.
  if (refused.detail === notFound.detail) return refusalError({ ...refused, detail: sessionNotFound });
  return refusalError(inVendorWords(refused));
}

async function createPaymentSession(args: unknown, context: GraphqlContext, info: GraphQLResolveInfo) {
  const { run, tally } = context;
  tally.mutations += 1;
  const asked = readCreateArguments(args, run.ctx.caller.merchant.id);
  if (asked.kind === 'refused') throw thrown(context, asked.refusal);
  const { key } = idempotencyOf(context, info);
  const created = await run.verbs.create(run.ctx, asked.value, key, false);
  if (created.kind === 'done' && created.replayed) tally.replays += 1;
  return sessionOf(context, created);
}

async function updatePaymentSession(args: unknown, context: GraphqlContext, info: GraphQLResolveInfo) {
  const { run, tally } = context;
  tally.mutations += 1;
  const find = async (id: string) => {
    const paylinkId = parsePaylinkId(id);
    return paylinkId === null ? null : run.verbs.find(run.ctx, paylinkId);
  };
  const asked = await readUpdateArguments(args, async (id) => (await find(id))?.currencyCode ?? null);
  if (asked.kind === 'refused') throw thrown(context, asked.refusal);
  const { id, cancel, fields } = asked.value;
  const paylinkId = parsePaylinkId(id);
  if (paylinkId === null) throw thrown(context, notFound);
  const { key } = idempotencyOf(context, info);
  if (!cancel) {
    const updated = await run.verbs.update(run.ctx, paylinkId, fields, key);
    if (updated.kind === 'done' && updated.replayed) tally.replays += 1;
    return sessionOf(context, updated);
  }
  const canceled = await run.verbs.cancel(run.ctx, paylinkId, key);
  if (canceled.kind === 'refused') throw thrown(context, canceled.refusal);
  if (canceled.replayed) tally.replays += 1;
  const paylink = await run.verbs.find(run.ctx, paylinkId);
  return sessionOf(context, paylink ? { kind: 'done', paylink } : { kind: 'refused', refusal: notFound });
}

async function cancelPaymentSession(
  args: unknown,
  context: GraphqlContext,
  info: GraphQLResolveInfo,
): Promise<OperationSuccess> {
  const { run, tally } = context;
  tally.mutations += 1;
  const paylinkId = parsePaylinkId(CancelArguments.parse(args).id);
  if (paylinkId === null) return { success: false, message: sessionNotFound };
  const canceled = await run.verbs.cancel(run.ctx, paylinkId, idempotencyOf(context, info).key);
  if (canceled.kind === 'done' && canceled.replayed) tally.replays += 1;
  if (canceled.kind === 'done') return { success: true, message: 'The payment session is cancelled.' };
  const answer = refusedOperation(canceled.refusal);
  if (answer instanceof GraphQLError) throw thrown(context, canceled.refusal);
  return answer;
}

export const sessionMutations = { createPaymentSession, updatePaymentSession, cancelPaymentSession };
