import * as z from 'zod/mini';
import type { DeliveryStatus, Paylink, PaylinkStatus } from '../model.ts';
import { parsePaylinkRow, wholePaylink } from './paylink-row.ts';

/** Where a page begins or ends: the time (ms) and id of a Paylink. */
export type PagePlace = { createdAt: number; id: string };

/** What to look for; all of it must hold. Times in ms. */
export type PaylinkFilter = {
  /** Whose: a direct child's, or `all`: the caller's and its direct children's (the first 100). Default: the caller's own. */
  merchantId?: string | undefined;
  /** Any of these. */
  status?: readonly PaylinkStatus[] | undefined;
  merchantInvoiceId?: string | undefined;
  /** At least one delivery log has it. */
  deliveryStatus?: DeliveryStatus | undefined;
  /** Of an order that paid it. */
  orderId?: string | undefined;
  /** Of the customer's email address or phone number. */
  recipientHash?: string | undefined;
  createdAfter?: number | undefined;
  createdBefore?: number | undefined;
  /** The page holds what is older than this. */
  after?: PagePlace | undefined;
  /** The page holds what is newer than this, the nearest of it. */
  before?: PagePlace | undefined;
  limit: number;
};

/**
 * The query and its bound values. Each merchant and each status gives at most one page, read along an index from the page's place on; the
 * page is the newest of these. So a deep page costs what the first does.
 */
export function searchQuery(callerId: string, filter: PaylinkFilter): { sql: string; values: (string | number)[] } {
  const { found, order, values } = foundQuery(callerId, filter);
  const sql = `SELECT ${wholePaylink} FROM (${found}) w CROSS JOIN paylinks p ON p.id = w.id CROSS JOIN merchants m ON m.id = p.merchant_id
    ORDER BY p.created_at ${order}, p.id ${order}`;
  return { sql, values };
}

/** The ids and times that are found, in order; no more than the limit. */
function foundQuery(
  callerId: string,
  filter: PaylinkFilter,
): { found: string; order: string; values: (string | number)[] } {
  const values: (string | number)[] = [callerId];
  const bind = (value: string | number) => `?${values.push(value)}`;
  const limit = bind(filter.limit);
  const order = filter.before ? 'ASC' : 'DESC';

  const statuses = filter.status ? `JOIN json_each(${bind(JSON.stringify([...new Set(filter.status)]))}) s` : '';
  // A few Paylinks have this order or recipient: they are looked up by it, and the merchant is checked afterwards.
  const isLookup = filter.orderId !== undefined || filter.recipientHash !== undefined;
  const where = [isLookup ? '+x.merchant_id = m.id' : 'x.merchant_id = m.id'];
  if (filter.status) where.push(isLookup ? '+x.status = s.value' : 'x.status = s.value');
  if (filter.merchantInvoiceId !== undefined) where.push(`x.merchant_invoice_id = ${bind(filter.merchantInvoiceId)}`);
  if (filter.deliveryStatus !== undefined) {
    const status = bind(filter.deliveryStatus);
    where.push(`EXISTS (SELECT 1 FROM delivery_logs l WHERE l.paylink_id = x.id AND l.status = ${status})`);
  }
  if (filter.orderId !== undefined)
    where.push(`x.id IN (SELECT paylink_id FROM orders WHERE id = ${bind(filter.orderId)})`);
  if (filter.recipientHash !== undefined) {
    const hash = bind(filter.recipientHash);
    where.push(
      `x.id IN (SELECT id FROM paylinks WHERE email_hash = ${hash} UNION ALL SELECT id FROM paylinks WHERE phone_hash = ${hash})`,
    );
  }
  if (filter.createdAfter !== undefined) where.push(`x.created_at > ${bind(filter.createdAfter)}`);
  if (filter.createdBefore !== undefined) where.push(`x.created_at < ${bind(filter.createdBefore)}`);
  const { after, before } = filter;
  if (after) where.push(`(x.created_at, x.id) < (${bind(after.createdAt)}, ${bind(after.id)})`);
  if (before) where.push(`(x.created_at, x.id) > (${bind(before.createdAt)}, ${bind(before.id)})`);

  const page = `SELECT x.id FROM paylinks x WHERE ${where.join(' AND ')} ORDER BY x.created_at ${order}, x.id ${order} LIMIT ${limit}`;
  const found = `SELECT f.id, f.created_at FROM merchants m ${statuses} JOIN paylinks f ON f.id IN (${page})
    WHERE ${ownersOf(filter.merchantId, bind)} ORDER BY f.created_at ${order}, f.id ${order} LIMIT ${limit}`;
  return { found, order, values };
}

function ownersOf(merchantId: string | undefined, bind: (value: string) => string): string {
  if (merchantId === undefined) return 'm.id = ?1';
  if (merchantId !== 'all') {
    const owner = bind(merchantId);
    return `m.id = ${owner} AND (m.id = ?1 OR m.parent_id = ?1)`;
  }
  return 'm.id IN (SELECT ?1 UNION ALL SELECT id FROM (SELECT id FROM merchants WHERE parent_id = ?1 LIMIT 100))';
}

/** The Paylinks that a caller may see and that fit, newest first: one page, by one query. */
export async function searchPaylinks(db: D1Database, callerId: string, filter: PaylinkFilter): Promise<Paylink[]> {
  const { sql, values } = searchQuery(callerId, filter);
  const { results } = await db
    .prepare(sql)
    .bind(...values)
    .all();
  const found = results.map((row) => parsePaylinkRow(row).paylink);
  return filter.before ? found.reverse() : found;
}

const Places = z.array(z.object({ id: z.string(), created_at: z.int() }));

/** Where the first `rows` of a search end; null when there are no more than that. Reads along an index. */
export async function findPlace(
  db: D1Database,
  callerId: string,
  filter: Omit<PaylinkFilter, 'limit'>,
  rows: number,
): Promise<PagePlace | null> {
  const { found, values } = foundQuery(callerId, { ...filter, limit: rows + 1 });
  const { results } = await db
    .prepare(`${found} OFFSET ${rows - 1}`)
    .bind(...values)
    .all();
  const [last, further] = Places.parse(results);
  return last && further ? { createdAt: last.created_at, id: last.id } : null;
}
