import type { Merchant } from '../../../model/merchant.ts';
import type { Paylink } from '../../../model/paylink.ts';
import type { Context } from '../../../paylinks/context.ts';
import { ownerOf } from '../../../paylinks/read.ts';
import { type PaylinkSearch, searchPaylinks } from '../../../paylinks/search.ts';
import type { PagePlace } from '../../../store/paylink-search.ts';
import { type Asked, filterOf, lookupsOf } from './filter.ts';

/** Rows of a page. */
export const PAGE_ROWS = 25;

export type Found =
  | { kind: 'page'; page: Paylink[]; next: PagePlace | null }
  /** The text is the id of a Paylink that the merchant may see. */
  | { kind: 'one'; paylinkId: string };

/**
 * What a search form asks for, newest first. A free text is looked up as everything that it may be, at once; what is found by it is
 * one page. @param after where the page before ended
 */
export async function findPaylinks(
  ctx: Context,
  asked: Asked,
  merchant: Merchant,
  after: PaylinkSearch['after'],
): Promise<Found> {
  const filter = filterOf(asked, merchant);
  const limit = PAGE_ROWS;
  const { paylinkId, searches } = lookupsOf(asked.q);
  if (asked.q === '') return { kind: 'page', ...(await pageOf(ctx, { ...filter, after, limit })) };
  // An order's number may look like an id.
  if (paylinkId !== null && (await ownerOf(ctx, paylinkId))) return { kind: 'one', paylinkId };
  const found = await Promise.all(searches.map((search) => pageOf(ctx, { ...filter, ...search, limit })));
  const all = new Map(found.flatMap(({ page }) => page).map((paylink) => [paylink.id, paylink]));
  const page = [...all.values()].sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
  return { kind: 'page', page, next: found.map(({ next }) => next).find((next) => next !== null) ?? null };
}

/** A text that is no recipient is not found. */
async function pageOf(ctx: Context, search: PaylinkSearch): Promise<{ page: Paylink[]; next: PagePlace | null }> {
  const found = await searchPaylinks(ctx, search);
  return found.kind === 'done' ? found : { page: [], next: null };
}
