import type { Bindings, Config } from '../env.ts';
import { notFound } from '../errors.ts';
import { log } from '../lib/log.ts';
import type { Merchant, Paylink } from '../model.ts';
import { listExpired } from '../store/paylinks.ts';
import type { Context } from './context.ts';
import { callCoordinator } from './coordinator/client.ts';
import type { PaymentReport } from './domain/change.ts';
import type { Outcome } from './domain/outcome.ts';
import { ownerOf } from './read.ts';

/** Paylinks a sweep expires at most; the next one takes the rest. */
const MAX_BATCH = 500;

/**
 * Writes EXPIRED, with its event, into the Paylinks whose expiration has passed. They cannot be sent from that very moment on; this
 * only writes it down (and tells merchants). @returns how many were found
 */
export async function sweepExpired(env: Bindings, config: Config, now: number): Promise<number> {
  const ids = await listExpired(env.DB, now, MAX_BATCH);
  const expire = (id: string) =>
    callCoordinator(env, config, id, (coordinator) => coordinator.change(id, null, { kind: 'expire' }));
  const ended = await Promise.allSettled(ids.map(expire));
  const failed = ended.filter((end) => end.status === 'rejected').length;
  if (failed > 0) log('error', 'expire_failed', { failed, found: ids.length });
  return ids.length;
}

/** Notes that the customer has opened the link of a Paylink that exists. */
export async function openPaylink(env: Bindings, config: Config, paylinkId: string): Promise<void> {
  await callCoordinator(env, config, paylinkId, (coordinator) => coordinator.change(paylinkId, null, { kind: 'open' }));
}

/** Records what the merchant's checkout reports of an order, once for each order's own id. */
export async function recordPayment(
  ctx: Context,
  paylinkId: string,
  payment: PaymentReport,
): Promise<Outcome<{ paylink: Paylink }>> {
  const { merchant } = ctx.caller;
  if (!(await ownerOf(ctx, paylinkId))) return { kind: 'refused', refusal: notFound };
  const reply = await callCoordinator(ctx.env, ctx.config, paylinkId, (stub) =>
    stub.change(paylinkId, merchant.id, { kind: 'payment', payment }),
  );
  return reply.kind === 'refused' ? reply : { kind: 'done', paylink: reply.paylink };
}

/**
 * Cancels a Paylink: once this says done, no provider call for it begins. `owner` is this Paylink's `ownerOf`, if it was begun earlier.
 */
export async function cancelPaylink(
  ctx: Context,
  paylinkId: string,
  owner?: Promise<Merchant | null>,
): Promise<Outcome<object>> {
  if (!(await (owner ?? ownerOf(ctx, paylinkId)))) return { kind: 'refused', refusal: notFound };
  const callerId = ctx.caller.merchant.id;
  let calls = 0;
  const reply = await ctx.timings.during(
    'coordinator',
    callCoordinator(ctx.env, ctx.config, paylinkId, (stub) => {
      calls += 1;
      return stub.change(paylinkId, callerId, { kind: 'cancel', createdBy: 'API Key' });
    }),
  );
  // A second call after a lost answer may find what the first one did.
  const isOurs = calls > 1 && reply.kind === 'refused' && reply.refusal.code === 'already_canceled';
  return reply.kind === 'refused' && !isOurs ? reply : { kind: 'done' };
}
