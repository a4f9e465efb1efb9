import { notFound, type Refusal, refusal } from '../errors.ts';
import type { Merchant } from '../model/merchant.ts';
import type { Paylink } from '../model/paylink.ts';
import { findOwner } from '../store/merchants.ts';
import { findPaylink as find } from '../store/paylinks.ts';
import type { Context } from './context.ts';

/** A Paylink of the caller or of its direct child; null for any other id. `paylinkId` is parsed (`parsePaylinkId`). */
export async function findPaylink(ctx: Context, paylinkId: string): Promise<Paylink | null> {
  const stored = await ctx.timings.during('read', find(ctx.env.DB, ctx.caller.merchant.id, paylinkId));
  return stored?.paylink ?? null;
}

/**
 * The merchant of a Paylink that the caller may act on; null for any other id. `paylinkId` is parsed. One D1 query. Refuse an unknown id
 * before calling its coordinator: a call would create the object.
 */
export async function ownerOf(
  ctx: Pick<Context, 'env' | 'caller' | 'timings'>,
  paylinkId: string,
): Promise<Merchant | null> {
  return ctx.timings.during('read', findOwner(ctx.env.DB, paylinkId, ctx.caller.merchant.id));
}

const ownerSuspended = refusal('suspended', 'The merchant of this Paylink is suspended: nothing is changed for it.');

/**
 * Why a Paylink of this merchant (`ownerOf`) may not be changed by a caller now; null: it may. A suspended merchant comes not so far, its
 * parent does. The parent may still cancel, and settle what became of a message: neither has a customer hear or pay more.
 */
export const refusalOfOwner = (owner: Merchant | null): Refusal | null => {
  if (owner === null) return notFound;
  return owner.suspendedAt === null ? null : ownerSuspended;
};
