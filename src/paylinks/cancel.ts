import { notFound } from '../errors.ts';
import type { Context } from './context.ts';
import { callCoordinator } from './coordinators.ts';
import type { Outcome } from './outcome.ts';
import { type Preparation, prepareSend } from './send.ts';

/**
 * Cancels a Paylink: once this says done, no provider call for it begins. `prepared` is this Paylink's `prepareSend`, if it was begun
 * earlier: an id that does not exist is refused before its object is called, as a call would make the object.
 */
export async function cancelPaylink(
  ctx: Context,
  paylinkId: string,
  prepared?: Promise<Preparation>,
): Promise<Outcome<object>> {
  if (!(await (prepared ?? prepareSend(ctx, paylinkId, null, null)))) return { kind: 'refused', refusal: notFound };
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
