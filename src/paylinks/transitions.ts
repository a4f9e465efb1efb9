import type { Bindings, Config } from '../env.ts';
import { notFound } from '../errors.ts';
import { log } from '../lib/log.ts';
import type { Merchant, Paylink } from '../model.ts';
import { listExpired } from '../store/paylinks.ts';
import type { Context } from './context.ts';
import { callCoordinator } from './coordinator/client.ts';
import type { PaymentReport } from './domain/change.ts';
import { CANCEL_FINGERPRINT, changeFingerprint } from './domain/idempotency.ts';
import type { Outcome } from './domain/outcome.ts';
import { ownerOf } from './read.ts';
import { recipientKey } from './recipients/recipient-key.ts';

/** The most Paylinks that one sweep expires. */
const MAX_BATCH = 500;

/**
 * Writes EXPIRED, with its event, to Paylinks whose expiration has passed. Sends are refused from that moment on without it; the sweep
 * only records it, and merchants get their webhook. @returns how many were found
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

/** Records that the customer has opened the link of an existing Paylink. */
export async function openPaylink(env: Bindings, config: Config, paylinkId: string): Promise<void> {
  await callCoordinator(env, config, paylinkId, (coordinator) => coordinator.change(paylinkId, null, { kind: 'open' }));
}

/** Records what the merchant's checkout reports about an order, once for each order id. */
export async function recordPayment(
  ctx: Context,
  paylinkId: string,
  payment: PaymentReport,
  key: string | null = null,
): Promise<Outcome<{ paylink: Paylink; replayed: boolean }>> {
  const { merchant } = ctx.caller;
  if (!(await ownerOf(ctx, paylinkId))) return { kind: 'refused', refusal: notFound };
  const idempotency = key !== null && {
    idempotency: {
      key,
      fingerprint: await changeFingerprint(await recipientKey(ctx.env.DB, ctx.config), 'payment', payment),
    },
  };
  const reply = await callCoordinator(ctx.env, ctx.config, paylinkId, (stub) =>
    stub.change(paylinkId, merchant.id, { kind: 'payment', payment, ...idempotency }),
  );
  return reply.kind === 'refused' ? reply : { kind: 'done', paylink: reply.paylink, replayed: reply.replayed === true };
}

/**
 * Cancels a Paylink: after `done`, no provider call for it begins.
 * @param key the idempotency key
 * @param owner this Paylink's `ownerOf`, if it is being read already
 */
export async function cancelPaylink(
  ctx: Context,
  paylinkId: string,
  key: string | null = null,
  owner?: Promise<Merchant | null>,
): Promise<Outcome<{ replayed: boolean }>> {
  if (!(await (owner ?? ownerOf(ctx, paylinkId)))) return { kind: 'refused', refusal: notFound };
  const callerId = ctx.caller.merchant.id;
  const idempotency = key !== null && { idempotency: { key, fingerprint: CANCEL_FINGERPRINT } };
  const reply = await ctx.timings.during(
    'coordinator',
    // A second call after a lost answer may find what the first one did; it waits as the first would have.
    callCoordinator(ctx.env, ctx.config, paylinkId, (stub, again) =>
      stub.change(paylinkId, callerId, { kind: 'cancel', createdBy: 'API Key', again, ...idempotency }),
    ),
  );
  return reply.kind === 'refused' ? reply : { kind: 'done', replayed: reply.replayed === true };
}

/**
 * A person says what became of an attempt whose outcome is unknown. It frees no idempotency key: whoever took the message for lost
 * may be wrong.
 * @param owner this Paylink's `ownerOf`, if it is being read already
 */
export async function settleDelivery(
  ctx: Context,
  paylinkId: string,
  settled: { attemptId: string; status: 'SENT' | 'FAILED' },
  owner?: Promise<Merchant | null>,
): Promise<Outcome<{ paylink: Paylink }>> {
  if (!(await (owner ?? ownerOf(ctx, paylinkId)))) return { kind: 'refused', refusal: notFound };
  const callerId = ctx.caller.merchant.id;
  const reply = await ctx.timings.during(
    'coordinator',
    callCoordinator(ctx.env, ctx.config, paylinkId, (stub) =>
      stub.change(paylinkId, callerId, { kind: 'settle', ...settled, createdBy: 'API Key' }),
    ),
  );
  return reply.kind === 'refused' ? reply : { kind: 'done', paylink: reply.paylink };
}
