import { databaseOfMerchant } from '../store/shards.ts';
import { deleteSuppression, listSuppressions as list, type Suppression } from '../store/suppressions.ts';
import type { Context } from './context.ts';

/** A page of the caller's own suppressions, newest first, and whether more follow. */
export async function listSuppressions(
  ctx: Context,
  page: { after?: { createdAt: number; id: string } | undefined; limit: number },
): Promise<{ page: Suppression[]; more: boolean }> {
  const { merchant } = ctx.caller;
  const found = await list(databaseOfMerchant(ctx.env, merchant), merchant.id, { ...page, limit: page.limit + 1 });
  return { page: found.slice(0, page.limit), more: found.length > page.limit };
}

/** Lifts one of the caller's own suppressions; false: it has none of this id. A shared sender's is not the caller's to lift. */
export const liftSuppression = (ctx: Context, id: string): Promise<boolean> =>
  deleteSuppression(databaseOfMerchant(ctx.env, ctx.caller.merchant), ctx.caller.merchant.id, id);
