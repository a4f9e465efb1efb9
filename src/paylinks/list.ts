import type { Paylink } from '../model.ts';
import { listPaylinks as list, type PaylinkFilter } from '../store/paylinks.ts';
import { databaseOfMerchant } from '../store/shards.ts';
import type { Context } from './context.ts';

/** A page of the caller's own Paylinks, newest first, and whether more follow. */
export async function listPaylinks(ctx: Context, filter: PaylinkFilter): Promise<{ page: Paylink[]; more: boolean }> {
  const { merchant } = ctx.caller;
  const found = await ctx.waits.during(
    'read',
    list(databaseOfMerchant(ctx.env, merchant), merchant.id, { ...filter, limit: filter.limit + 1 }),
  );
  return { page: found.slice(0, filter.limit).map(({ paylink }) => paylink), more: found.length > filter.limit };
}
