import { notFound } from '../errors.ts';
import type { Merchant } from '../model.ts';
import type { Context } from './context.ts';
import { callCoordinator } from './coordinators.ts';
import type { Outcome } from './outcome.ts';
import { ownerOf } from './owner.ts';

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
  const reply = await ctx.waits.during(
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
