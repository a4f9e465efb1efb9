import * as z from 'zod/mini';
import type { Bindings, Config } from '../env.ts';
import { notFound } from '../errors.ts';
import { log } from '../lib/log.ts';
import { Slots } from '../lib/slots.ts';
import { type Turn, type TurnEnd, wholeTurn } from '../lib/turn.ts';
import type { Merchant } from '../model/merchant.ts';
import type { Paylink } from '../model/paylink.ts';
import { coordinatorOf } from '../paylink-id.ts';
import { type Expired, listExpired } from '../store/paylinks.ts';
import { actorOf, type Context, MAX_CALLS } from './context.ts';
import { callCoordinator } from './coordinator/client.ts';
import type { PaymentReport } from './domain/change.ts';
import { CANCEL_FINGERPRINT, changeFingerprint } from './domain/idempotency.ts';
import type { Outcome } from './domain/outcome.ts';
import { ownerOf } from './read.ts';
import { recipientKey } from './recipients/recipient-key.ts';

/** Paylinks that one query finds, and that one call has a coordinator expire. */
const MAX_FOUND = 2_000;
const MAX_CALL = 500;

const Position = z.object({ expiration: z.int(), row: z.int() });

/**
 * Writes EXPIRED, with its event, to Paylinks whose expiration has passed. Sends are refused from that moment on without it; the sweep
 * only records it, and merchants get their webhook. Those whose coordinator fails keep back no other: the next round comes to them.
 */
export async function sweepExpired(
  env: Bindings,
  config: Config,
  now: number,
  turn: Turn = wholeTurn,
): Promise<TurnEnd> {
  let after = turn.position === null ? undefined : Position.parse(JSON.parse(turn.position));
  let done = 0;
  do {
    const found = await listExpired(env.DB, now, MAX_FOUND, after);
    done += await expireAll(env, config, found);
    const last = found.at(-1);
    after = last && found.length === MAX_FOUND ? { expiration: last.expiration, row: last.row } : undefined;
  } while (after && turn.mayGoOn());
  return { done, position: after ? JSON.stringify(after) : null };
}

/** One call a coordinator for many. @returns how many were expired */
async function expireAll(env: Bindings, config: Config, found: readonly Expired[]): Promise<number> {
  const slots = new Slots(MAX_CALLS);
  const groups = Map.groupBy(found, ({ id }) => coordinatorOf(id)).values();
  const parts = [...groups].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / MAX_CALL) }, (_, n) => group.slice(n * MAX_CALL, (n + 1) * MAX_CALL)),
  );
  const call = async (part: readonly Expired[]) => {
    const ids = part.map(({ id }) => id);
    return callCoordinator(env, config, ids[0] ?? '', (coordinator) => coordinator.expire(ids));
  };
  const ended = await Promise.allSettled(parts.map((part) => slots.run(() => call(part))));
  const expired = ended.reduce((sum, end) => sum + (end.status === 'fulfilled' ? end.value : 0), 0);
  if (expired < found.length) log('error', 'expire_failed', { failed: found.length - expired, found: found.length });
  return expired;
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
  const report = ctx.caller.manners === 'skipify' ? { ...payment, foldsOrderId: true } : payment;
  const idempotency = key !== null && {
    idempotency: {
      key,
      fingerprint: await changeFingerprint(await recipientKey(ctx.env.DB, ctx.config), 'payment', payment),
    },
  };
  const reply = await callCoordinator(ctx.env, ctx.config, paylinkId, (stub) =>
    stub.change(paylinkId, merchant.id, { kind: 'payment', payment: report, actor: actorOf(ctx), ...idempotency }),
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
      stub.change(paylinkId, callerId, {
        kind: 'cancel',
        createdBy: 'API Key',
        actor: actorOf(ctx),
        again,
        ...idempotency,
      }),
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
      stub.change(paylinkId, callerId, { kind: 'settle', ...settled, createdBy: 'API Key', actor: actorOf(ctx) }),
    ),
  );
  return reply.kind === 'refused' ? reply : { kind: 'done', paylink: reply.paylink };
}
