import * as z from 'zod/mini';
import type { WebhookPayload } from '../model/webhook.ts';
import { type AuditRow, insertAuditOfPaylinks } from './audit.ts';
import type { Changes } from './changes.ts';
import { insertFromJson } from './columns.ts';
import { deliveriesIn, enqueueCreatedStatement } from './outbox.ts';
import { eventColumns, itemColumns, toEventRow, toItemRow } from './paylink-part-rows.ts';
import { headColumns, isEnded, toHeadRow } from './paylink-row.ts';

/** The caller's idempotency key for a create. A key used at or before `expiredBefore` (ms) may be used again. */
export type CreateKey = { key: string; fingerprint: string; expiredBefore: number };

/** A Paylink that D1 does not have yet. */
export type NewPaylink = Pick<Changes, 'head' | 'lineItems' | 'events' | 'deliveryLogs' | 'orders'> & {
  key: CreateKey | null;
};

/** The ids of the inserted Paylinks, and of the new webhook deliveries, which the caller enqueues. */
export type Inserted = { ids: Set<string>; deliveries: string[] };

const clearOldKeys = `UPDATE paylinks SET create_key = NULL, create_fingerprint = NULL
  FROM (SELECT value->>'merchantId' AS merchant_id, value->>'key' AS key, value->>'expiredBefore' AS before FROM json_each(?1)) AS j
  WHERE paylinks.merchant_id = j.merchant_id AND paylinks.create_key = j.key AND paylinks.created_at <= j.before`;
const newColumns = [...headColumns, 'create_key', 'create_fingerprint', 'ended'];
const insertHeads = `${insertFromJson('paylinks', newColumns)} WHERE true
  ON CONFLICT DO NOTHING RETURNING id`;
// Parts of inserted Paylinks only: one whose key another Paylink has is not inserted.
const inserted = `EXISTS (SELECT 1 FROM paylinks p WHERE p.id = value->>'paylink_id')`;
const insertParts = (table: string, columns: readonly string[]) =>
  `${insertFromJson(table, columns)} WHERE ${inserted} ON CONFLICT (paylink_id, id) DO NOTHING`;
const insertItems = insertParts('paylink_items', itemColumns);
const insertEvents = insertParts('paylink_events', eventColumns);

const Ids = z.array(z.object({ id: z.string() }));

/**
 * Inserts new Paylinks in one transaction, each whole or not at all. A Paylink is skipped when its id is in D1 already, or when its
 * merchant has another Paylink with the same key.
 */
export async function insertPaylinks(
  db: D1Database,
  fresh: readonly NewPaylink[],
  payloads: readonly WebhookPayload[],
  audits: readonly AuditRow[] = [],
): Promise<Inserted> {
  const keys = fresh.flatMap(({ head, key }) => (key ? [{ merchantId: head.merchantId, ...key }] : []));
  const heads = fresh.map(({ head, key }) => ({
    ...toHeadRow(head),
    create_key: key?.key ?? null,
    create_fingerprint: key?.fingerprint ?? null,
    ended: Number(isEnded(head.status)),
  }));
  const items = fresh.flatMap(({ head, lineItems }) =>
    (lineItems ?? []).map((item, at) => toItemRow(head.id, item, at)),
  );
  const events = fresh.flatMap((one) => one.events.map((event) => toEventRow(one.head.id, event)));
  const bound = (sql: string, rows: unknown[]) => db.prepare(sql).bind(JSON.stringify(rows));
  const before = keys.length > 0 ? [bound(clearOldKeys, keys)] : [];
  const results = await db.batch([
    ...before,
    bound(insertHeads, heads),
    ...(items.length > 0 ? [bound(insertItems, items)] : []),
    bound(insertEvents, events),
    ...(audits.length > 0 ? [insertAuditOfPaylinks(db, audits)] : []),
    enqueueCreatedStatement(db, payloads),
  ]);
  const insertedIds = Ids.parse(results[before.length]?.results ?? []);
  return { ids: new Set(insertedIds.map(({ id }) => id)), deliveries: deliveriesIn(results.at(-1)) };
}
