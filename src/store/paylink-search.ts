import * as z from 'zod/mini';
import type { DeliveryStatus } from '../model/delivery.ts';
import type { Paylink, PaylinkStatus } from '../model/paylink.ts';
import { idsFrom } from '../paylink-id.ts';
import { isMoved } from './move-rows.ts';
import { oldOf } from './old-rows.ts';
import { isEnded, parsePaylinkRow, wholePaylink } from './paylink-row.ts';

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

type Filter = Omit<PaylinkFilter, 'limit'>;

/** Whether rows of before migration 0020 may be left, which the indexes of today do not know (see move-rows.ts). */
type Rows = { isMoved: boolean };

/** Deliveries of these statuses are rare, and have an index of their own. */
const TROUBLE: readonly DeliveryStatus[] = ['UNKNOWN', 'FAILED', 'BOUNCED'];
const inTrouble = `('${TROUBLE.join("', '")}')`;

/** Whether a search is read along an index that has today's rows alone. */
const isByIndexOfToday = ({ status, deliveryStatus }: Pick<PaylinkFilter, 'status' | 'deliveryStatus'>): boolean =>
  (status?.some(isEnded) ?? false) || (deliveryStatus !== undefined && TROUBLE.includes(deliveryStatus));

/** Rows of a merchant that one page reads where no index has what is looked for. */
const MAX_READ = 2_000;

/**
 * The query and its bound values. Each merchant gives at most one page for what is going on and one for each status of what is over, read
 * along an index from the page's place on; the page is the newest of these. So a deep page costs what the first does.
 */
export function searchQuery(callerId: string, filter: PaylinkFilter, rows: Rows): Query {
  const { found, order, values } = foundQuery(callerId, filter, rows, MAX_READ);
  const sql = `SELECT ${wholePaylink} FROM (${found}) w CROSS JOIN paylinks p ON p.id = w.id CROSS JOIN merchants m ON m.id = p.merchant_id
    ORDER BY p.created_at ${order}, p.id ${order}`;
  return { sql, values };
}

type Bind = (value: string | number) => string;

const createdWithin = ({ createdAfter, createdBefore }: Filter, bind: Bind): string[] => [
  ...(createdAfter === undefined ? [] : [`x.created_at > ${bind(createdAfter)}`]),
  ...(createdBefore === undefined ? [] : [`x.created_at < ${bind(createdBefore)}`]),
];
const pageFrom = ({ after, before }: Filter, bind: Bind): string[] => [
  ...(after ? [`(x.created_at, x.id) < (${bind(after.createdAt)}, ${bind(after.id)})`] : []),
  ...(before ? [`(x.created_at, x.id) > (${bind(before.createdAt)}, ${bind(before.id)})`] : []),
];

const hasLog = (
  status: string,
) => `EXISTS (SELECT 1 FROM paylink_logs l WHERE l.paylink_id = x.id AND l.status = ${status})
  OR EXISTS (SELECT 1 FROM ${oldOf.paylink_logs} l WHERE l.paylink_id = x.id AND l.status = ${status})`;
const ofOrder = (id: string) =>
  `SELECT paylink_id FROM paylink_orders WHERE id = ${id} UNION ALL SELECT paylink_id FROM ${oldOf.paylink_orders} WHERE id = ${id}`;
const ofRecipient = (hash: string) =>
  `SELECT id FROM paylinks WHERE email_hash = ${hash} UNION ALL SELECT id FROM paylinks WHERE phone_hash = ${hash}`;

/** Whether Paylinks are read one after the other, and those that fit are kept: there is no telling how many that takes. */
function isWalk(
  { status, deliveryStatus, orderId, recipientHash, merchantInvoiceId }: Filter,
  { isMoved }: Rows,
): boolean {
  if (orderId !== undefined || recipientHash !== undefined || merchantInvoiceId !== undefined) return false;
  if (deliveryStatus !== undefined) return !isMoved || !TROUBLE.includes(deliveryStatus);
  return status !== undefined && !(isMoved && status.every(isEnded));
}

/** The ids and times that are found, in order; no more than the limit. @param maxRead rows of a merchant that a walk reads */
function foundQuery(
  callerId: string,
  filter: PaylinkFilter,
  { isMoved }: Rows,
  maxRead: number,
): { found: string; order: string; values: (string | number)[] } {
  const values: (string | number)[] = [callerId];
  const bind = (value: string | number) => `?${values.push(value)}`;
  const limit = bind(filter.limit);
  const order = filter.before ? 'ASC' : 'DESC';
  const { after, before, orderId, recipientHash, deliveryStatus } = filter;
  const statuses = filter.status && [...new Set(filter.status)];

  // A few Paylinks have this order or recipient: they are looked up by it, and everything else is checked afterwards.
  const lookups = [
    ...(orderId === undefined ? [] : [`x.id IN (${ofOrder(bind(orderId))})`]),
    ...(recipientHash === undefined ? [] : [`x.id IN (${ofRecipient(bind(recipientHash))})`]),
  ];
  const isLookup = lookups.length > 0;
  const also = [...lookups];
  const invoice = filter.merchantInvoiceId === undefined ? null : bind(filter.merchantInvoiceId);
  if (invoice) also.push(`x.merchant_invoice_id = ${invoice}`);
  also.push(...createdWithin(filter, bind));
  // An id begins with its time, so its order is that of the page.
  const idRange = (id: string) => [
    ...(after ? [`${id} < ${bind(after.id)}`] : []),
    ...(before ? [`${id} > ${bind(before.id)}`] : []),
    ...(filter.createdAfter === undefined ? [] : [`${id} >= ${bind(idsFrom(filter.createdAfter + 1))}`]),
    ...(filter.createdBefore === undefined ? [] : [`${id} < ${bind(idsFrom(filter.createdBefore))}`]),
  ];
  const log = deliveryStatus === undefined ? null : bind(deliveryStatus);

  /** A page of each merchant, along its Paylinks (or those of an invoice) in the order of time. */
  const byTime = (some: readonly PaylinkStatus[] | undefined): string => {
    const where = [isLookup ? '+x.merchant_id = m.id' : 'x.merchant_id = m.id', ...also, ...pageFrom(filter, bind)];
    const fits = [];
    if (some) fits.push(`+x.status IN (SELECT value FROM json_each(${bind(JSON.stringify(some))}))`);
    if (log) fits.push(`(${hasLog(log)})`);
    const inOrder = `ORDER BY x.created_at ${order}, x.id ${order}`;
    if (!isWalk(filter, { isMoved }))
      return `SELECT x.id FROM paylinks x WHERE ${[...where, ...fits].join(' AND ')} ${inOrder} LIMIT ${limit}`;
    const read = `SELECT x.id, x.created_at, x.status FROM paylinks x WHERE ${where.join(' AND ')} ${inOrder} LIMIT ${bind(maxRead)}`;
    return `SELECT x.id FROM (${read}) x WHERE ${fits.join(' AND ')} ${inOrder} LIMIT ${limit}`;
  };
  /** A page of each merchant and status, along what is over. */
  const ended = (): string => {
    const where = ['x.merchant_id = m.id', 'x.ended = 1', 'x.status = s.value', ...also, ...idRange('x.id')];
    if (log) where.push(`(${hasLog(log)})`);
    return `SELECT x.id FROM paylinks x WHERE ${where.join(' AND ')} ORDER BY x.id ${order} LIMIT ${limit}`;
  };
  /** A page of each merchant, along its deliveries in trouble. */
  const inTroubles = (): string => {
    const where = [
      'l.merchant_id = m.id',
      `l.status = ${log}`,
      `l.status IN ${inTrouble}`,
      ...idRange('l.paylink_id'),
      ...also,
    ];
    if (statuses) where.push(`x.status IN (SELECT value FROM json_each(${bind(JSON.stringify(statuses))}))`);
    return `SELECT l.paylink_id FROM paylink_logs l CROSS JOIN paylinks x ON x.id = l.paylink_id WHERE ${where.join(' AND ')}
      GROUP BY l.paylink_id ORDER BY l.paylink_id ${order} LIMIT ${limit}`;
  };

  const owners = ownersOf(filter.merchantId, bind);
  const over = isMoved && !isLookup && !invoice ? (statuses ?? []).filter(isEnded) : [];
  const open = statuses?.filter((status) => !over.includes(status));
  const from = (joined: string, page: string) =>
    `SELECT f.id, f.created_at FROM merchants m ${joined} JOIN paylinks f ON f.id IN (${page}) WHERE ${owners}`;
  const isTrouble = deliveryStatus !== undefined && TROUBLE.includes(deliveryStatus);
  const pages =
    isMoved && isTrouble && !isLookup && !invoice
      ? [from('', inTroubles())]
      : [
          ...(open?.length === 0 ? [] : [from('', byTime(open))]),
          ...(over.length === 0 ? [] : [from(`JOIN json_each(${bind(JSON.stringify(over))}) s`, ended())]),
        ];
  const found = `SELECT id, created_at FROM (${pages.join(' UNION ALL ')}) ORDER BY created_at ${order}, id ${order} LIMIT ${limit}`;
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

const rowsOf = async (db: D1Database, filter: Pick<PaylinkFilter, 'status' | 'deliveryStatus'>): Promise<Rows> => ({
  isMoved: isByIndexOfToday(filter) && (await isMoved(db)),
});

const Places = z.array(z.object({ id: z.string(), created_at: z.int() }));
const placesIn = (result: D1Result | undefined): PagePlace[] =>
  Places.parse(result?.results ?? []).map(({ id, created_at: createdAt }) => ({ createdAt, id }));

type Query = { sql: string; values: (string | number)[] };
const bound = (db: D1Database, { sql, values }: Query): D1PreparedStatement => db.prepare(sql).bind(...values);

/**
 * Where a walk ends for the first merchant that has more than it reads: what lies beyond is for the next page.
 */
function horizonQuery(callerId: string, filter: Filter, maxRead: number): Query {
  const values: (string | number)[] = [callerId];
  const bind = (value: string | number) => `?${values.push(value)}`;
  const order = filter.before ? 'ASC' : 'DESC';
  const where = ['x.merchant_id = m.id', ...createdWithin(filter, bind), ...pageFrom(filter, bind)];
  const last = `SELECT x.id FROM paylinks x WHERE ${where.join(' AND ')} ORDER BY x.created_at ${order}, x.id ${order} LIMIT 1 OFFSET ${maxRead - 1}`;
  const sql = `SELECT f.id, f.created_at FROM merchants m JOIN paylinks f ON f.id = (${last}) WHERE ${ownersOf(filter.merchantId, bind)}
    ORDER BY f.created_at ${order}, f.id ${order} LIMIT 1`;
  return { sql, values };
}

/** Whether a Paylink comes after a place, in the order of a page. */
export const isBeyond = (one: PagePlace, place: PagePlace, isBackwards = false): boolean =>
  one.id !== place.id && (one.createdAt - place.createdAt || (one.id < place.id ? -1 : 1)) > 0 === isBackwards;

/**
 * The Paylinks that a caller may see and that fit, newest first: one page, by one query. `readTo` is where the reading ended although more
 * may fit further on; null: it did not. So a search that no index answers costs no more than others, and may give short pages.
 */
export async function searchPaylinks(
  db: D1Database,
  callerId: string,
  filter: PaylinkFilter,
): Promise<{ found: Paylink[]; readTo: PagePlace | null }> {
  const rows = await rowsOf(db, filter);
  const search = bound(db, searchQuery(callerId, filter, rows));
  const walk = isWalk(filter, rows) ? [bound(db, horizonQuery(callerId, filter, MAX_READ))] : [];
  const [page, end] = await db.batch<Record<string, unknown>>([search, ...walk]);
  const all = (page?.results ?? []).map((row) => parsePaylinkRow(row).paylink);
  const readTo = placesIn(end)[0] ?? null;
  const found = readTo ? all.filter((one) => !isBeyond(one, readTo, filter.before !== undefined)) : all;
  return { found: filter.before ? found.reverse() : found, readTo };
}

/**
 * Where a search ends that takes at most `rows` and, where no index answers it, reads at most `read` of each merchant; null: it takes
 * everything. It may end before it has found so many, and there may be nothing further on that fits.
 */
export async function findPlace(
  db: D1Database,
  callerId: string,
  filter: Filter,
  { rows, read }: { rows: number; read: number },
): Promise<PagePlace | null> {
  const today = await rowsOf(db, filter);
  const { found, values } = foundQuery(callerId, { ...filter, limit: rows + 1 }, today, read);
  const counted = bound(db, { sql: `${found} OFFSET ${rows - 1}`, values });
  const walk = isWalk(filter, today) ? [bound(db, horizonQuery(callerId, filter, read))] : [];
  const [places, end] = await db.batch<Record<string, unknown>>([counted, ...walk]);
  const [last, further] = placesIn(places);
  const horizon = placesIn(end)[0] ?? null;
  if (!last || !further) return horizon;
  return horizon && isBeyond(last, horizon) ? horizon : last;
}
