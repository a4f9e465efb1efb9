import type { Merchant, Paylink } from '../model.ts';
import { parsePaylinkId } from '../paylink-id.ts';
import { findOwner } from '../store/merchants.ts';
import { findPaylink as find, listPaylinks as list, type PaylinkFilter } from '../store/paylinks.ts';
import type { Context } from './context.ts';

/** A Paylink of the caller's or of its direct child's; null for any other id, well-formed or not. */
export async function findPaylink(ctx: Context, id: string): Promise<Paylink | null> {
  const paylinkId = parsePaylinkId(id);
  if (!paylinkId) return null;
  const stored = await ctx.timings.during('read', find(ctx.env.DB, ctx.caller.merchant.id, paylinkId));
  return stored?.paylink ?? null;
}

/** A page of the caller's own Paylinks, newest first, and whether more follow. */
export async function listPaylinks(ctx: Context, filter: PaylinkFilter): Promise<{ page: Paylink[]; more: boolean }> {
  const { merchant } = ctx.caller;
  const found = await ctx.timings.during('read', list(ctx.env.DB, merchant.id, { ...filter, limit: filter.limit + 1 }));
  return { page: found.slice(0, filter.limit).map(({ paylink }) => paylink), more: found.length > filter.limit };
}

/**
 * The merchant of a Paylink that the caller may act on; null for any other id, well-formed or not. One D1 query. An id that does not
 * exist is to be refused before its coordinator is called: a call makes the object.
 */
export async function ownerOf(ctx: Pick<Context, 'env' | 'caller' | 'timings'>, id: string): Promise<Merchant | null> {
  const paylinkId = parsePaylinkId(id);
  if (!paylinkId) return null;
  return ctx.timings.during('read', findOwner(ctx.env.DB, paylinkId, ctx.caller.merchant.id));
}
