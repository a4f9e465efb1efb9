import * as z from 'zod/mini';
import { oldOf } from './old-rows.ts';
import { saveSweep, sweepPosition } from './sweeps.ts';

/** Rows that one statement moves. With their indexes these are at most 4,000 rows written. */
const STEP = 1_000;
/** Deliveries have up to 20 attempts each, which move with them. */
const DELIVERIES_STEP = 200;
/** How long the release before may still be at work, ms. */
export const SIDE_BY_SIDE_MS = 15 * 60_000;
/** Where it is remembered since when this release is at work, and how far Paylinks are classified. */
const MOVE = 'move-rows';
const CLASSIFY = 'classify-paylinks';
const MOVED = 'rows-moved';
const DONE = 'done';

const from = { ...oldOf, provider_reports: 'provider_events' };
const names = ['paylink_items', 'paylink_logs', 'paylink_events', 'paylink_orders', 'provider_reports'] as const;

/** Columns that the new table has too, under the same names. */
const tables: Record<keyof typeof from, string> = {
  paylink_items:
    'id, paylink_id, position, sku, price, quantity, tax, description, category, metadata, created_at, updated_at',
  paylink_logs: `id, paylink_id, merchant_id, operation_id, channel, status, provider, message_id, recipient, recipient_hash, reason, settled_by,
    accepted_at, created_at, updated_at, version`,
  paylink_events: 'id, paylink_id, type, old_value, new_value, created_by, created_at, version',
  paylink_orders: 'paylink_id, id, status, amount, fees, refunded, currency_code, created_at, updated_at, version',
  provider_reports: `id, provider, kind, attempt_id, paylink_id, message_id, status, suppression, reason, recipient_hash, tries, due_at, received_at`,
};

const chunk = (old: string) => `(SELECT rowid FROM ${old} ORDER BY rowid LIMIT ?1)`;

/** Moves the next rows of one table; what the new table has already is newer and stays. */
const moving = (db: D1Database, table: string, old: string, columns: string) => [
  db
    .prepare(
      `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${old} WHERE rowid IN ${chunk(old)} ON CONFLICT DO NOTHING`,
    )
    .bind(STEP),
  db.prepare(`DELETE FROM ${old} WHERE rowid IN ${chunk(old)}`).bind(STEP),
];

const newId = `d.endpoint_id || '.' || printf('%012x', d.created_at) || '.' || d.event_id`;
const dueDeliveries =
  '(SELECT id FROM webhook_deliveries WHERE next_attempt_at IS NOT NULL ORDER BY endpoint_id, next_attempt_at LIMIT ?1)';
const latestDeliveries = '(SELECT id FROM webhook_deliveries ORDER BY created_at DESC LIMIT ?1)';

/** Moves the next deliveries under their new ids, with their attempts. */
const movingDeliveries = (db: D1Database, of: string) => [
  db
    .prepare(
      `INSERT INTO endpoint_attempts (delivery_id, attempt, outcome, status_code, error, answer, duration_ms, attempted_at)
       SELECT ${newId}, a.attempt, a.outcome, a.status_code, a.error, a.answer, a.duration_ms, a.attempted_at
       FROM webhook_deliveries d CROSS JOIN webhook_attempts a ON a.id >= d.id || '.' AND a.id < d.id || '/'
       WHERE d.id IN ${of} ON CONFLICT DO NOTHING`,
    )
    .bind(DELIVERIES_STEP),
  db
    .prepare(
      `INSERT INTO endpoint_deliveries (id, endpoint_id, event_id, event_type, paylink_id, payload, status, attempts, round, next_attempt_at, created_at)
       SELECT ${newId}, d.endpoint_id, d.event_id, d.event_type, d.paylink_id, d.payload, d.status, d.attempts, d.round, d.next_attempt_at, d.created_at
       FROM webhook_deliveries d WHERE d.id IN ${of} ON CONFLICT DO NOTHING`,
    )
    .bind(DELIVERIES_STEP),
  db
    .prepare(
      `DELETE FROM webhook_attempts WHERE id IN (SELECT a.id FROM webhook_deliveries d
         CROSS JOIN webhook_attempts a ON a.id >= d.id || '.' AND a.id < d.id || '/' WHERE d.id IN ${of})`,
    )
    .bind(DELIVERIES_STEP),
  db.prepare(`DELETE FROM webhook_deliveries WHERE id IN ${of}`).bind(DELIVERIES_STEP),
];

// A Paylink of before 0020, or changed by the release before, says whether it is over; until then the sweep of expired ones does not find it.
const classify = `UPDATE paylinks SET ended = status IN ('PAID', 'REFUNDED', 'PARTIALLY_REFUNDED', 'EXPIRED', 'CANCELED')
  WHERE rowid > ?1 AND rowid <= ?1 + ?2 AND ended IS NOT (status IN ('PAID', 'REFUNDED', 'PARTIALLY_REFUNDED', 'EXPIRED', 'CANCELED'))`;

const Numbers = z.array(z.object({ n: z.nullable(z.int()) }));
const numberIn = (result: D1Result | undefined): number => Numbers.parse(result?.results ?? [])[0]?.n ?? 0;

/** One step for each table. @returns how many rows were moved */
async function moveNext(db: D1Database, alsoParts: boolean): Promise<number> {
  const parts = alsoParts ? names.flatMap((table) => moving(db, table, from[table], tables[table])) : [];
  const results = await db.batch([
    ...parts,
    ...movingDeliveries(db, dueDeliveries),
    ...movingDeliveries(db, latestDeliveries),
  ]);
  return results.reduce((sum, { meta }) => sum + meta.changes, 0);
}

/** @returns how many Paylinks were looked at */
async function classifyNext(db: D1Database, mayEnd: boolean): Promise<number> {
  const position = await sweepPosition(db, CLASSIFY);
  if (position === DONE) return 0;
  const at = Number(position ?? 0);
  const [, last] = await db.batch([
    db.prepare(classify).bind(at, STEP),
    db.prepare('SELECT max(rowid) AS n FROM paylinks'),
  ]);
  const left = Math.max(0, numberIn(last) - at);
  await saveSweep(db, CLASSIFY, left <= STEP && mayEnd ? DONE : String(at + Math.min(STEP, left)));
  return left;
}

/**
 * Moves rows of the tables of before migration 0020 to those of today while `mayGoOn` says so, a thousand of each table in a transaction.
 * Deliveries to endpoints at once; a Paylink's parts only when the release before, which knows the old tables alone, is surely gone.
 * @returns whether nothing is left to do
 */
export async function moveRows(db: D1Database, now: number, mayGoOn: () => boolean): Promise<boolean> {
  const since = await sweepPosition(db, MOVE);
  if (since === null) await saveSweep(db, MOVE, String(now));
  const isAlone = since !== null && Number(since) <= now - SIDE_BY_SIDE_MS;
  while (mayGoOn()) {
    const rows = await moveNext(db, isAlone);
    const paylinks = await classifyNext(db, isAlone);
    if (rows > 0 || paylinks > 0) continue;
    if (isAlone && (await sweepPosition(db, MOVED)) === null) await saveSweep(db, MOVED, DONE);
    return true;
  }
  return false;
}

const moved = new WeakSet<D1Database>();

/** Whether all rows are where today's indexes find them. Asked until they are: that never changes back. */
export async function isMoved(db: D1Database): Promise<boolean> {
  if (moved.has(db)) return true;
  if ((await sweepPosition(db, MOVED)) !== DONE) return false;
  moved.add(db);
  return true;
}
