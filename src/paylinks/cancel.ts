import { notFound } from '../errors.ts';
import { databaseOfPaylink } from '../store/shards.ts';
import { readStanding } from '../store/standing.ts';
import type { Context } from './context.ts';
import { callCoordinator } from './coordinators.ts';
import type { Outcome } from './outcome.ts';

/** Cancels a Paylink: once this says done, no provider call for it begins. */
export async function cancelPaylink(ctx: Context, paylinkId: string): Promise<Outcome<object>> {
  const callerId = ctx.caller.merchant.id;
  // An id that does not exist is refused before its object is called: a call would make the object.
  if (
    !(await ctx.waits.during(
      'read',
      readStanding(databaseOfPaylink(ctx.env, paylinkId), paylinkId, callerId, [], ctx.now),
    ))
  )
    return { kind: 'refused', refusal: notFound };
  const reply = await ctx.waits.during(
    'coordinator',
    callCoordinator(ctx.env, ctx.config, paylinkId, (stub) =>
      stub.change(paylinkId, callerId, { kind: 'cancel', createdBy: 'API Key' }),
    ),
  );
  return reply.kind === 'refused' ? reply : { kind: 'done' };
}
