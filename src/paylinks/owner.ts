import type { Merchant } from '../model.ts';
import { findOwner } from '../store/merchants.ts';
import { databaseOfPaylink } from '../store/shards.ts';
import type { Context } from './context.ts';
import { parsePaylinkId } from './id.ts';

/**
 * The merchant of a Paylink that the caller may act on; null for any other id, well-formed or not. One D1 query. An id that does not
 * exist is to be refused before its coordinator is called: a call makes the object.
 */
export async function ownerOf(ctx: Pick<Context, 'env' | 'caller' | 'waits'>, id: string): Promise<Merchant | null> {
  const paylinkId = parsePaylinkId(id);
  if (!paylinkId) return null;
  return ctx.waits.during('read', findOwner(databaseOfPaylink(ctx.env, paylinkId), paylinkId, ctx.caller.merchant.id));
}
