import type { Paylink } from '../model.ts';
import { findPaylink as find } from '../store/paylinks.ts';
import { databaseOfPaylink } from '../store/shards.ts';
import type { Context } from './context.ts';
import { parsePaylinkId } from './id.ts';

/** A Paylink of the caller's or of its direct child's; null for any other id, well-formed or not. */
export async function findPaylink(ctx: Context, id: string): Promise<Paylink | null> {
  const paylinkId = parsePaylinkId(id);
  if (!paylinkId) return null;
  const stored = await ctx.waits.during(
    'read',
    find(databaseOfPaylink(ctx.env, paylinkId), ctx.caller.merchant.id, paylinkId),
  );
  return stored?.paylink ?? null;
}
