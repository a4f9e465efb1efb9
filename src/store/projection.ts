import type { DeliveryLog, LineItem, Order, PaylinkEvent, PaylinkHead } from '../model.ts';
import { announcementsOf } from './announcement.ts';
import { announceStatement, deliveriesIn } from './outbox.ts';
import { headColumns, toHeadRow } from './paylink-row.ts';
import { fromJson } from './row.ts';

/** What a Paylink's coordinator has changed and D1 may not have yet: the head, and the parts written since. */
export type Changes = {
  head: PaylinkHead;
  /** The head differs from D1's only in status, version and times: its other columns, and their indexes, need no write. */
  progressOnly?: boolean;
  /** The whole new list, when it was replaced. */
  lineItems: LineItem[] | null;
  deliveryLogs: DeliveryLog[];
  events: PaylinkEvent[];
  orders: Order[];
};

const itemColumns = [
  'id',
  'paylink_id',
  'position',
  'sku',
  'price',
  'quantity',
  'tax',
  'description',
  'category',
  'metadata',
  'created_at',
  'updated_at',
] as const;
const logColumns = [
  'id',
  'paylink_id',
  'merchant_id',
  'operation_id',
  'channel',
  'status',
  'provider',
  'message_id',
  'recipient',
  'recipient_hash',
  'reason',
  'accepted_at',
  'created_at',
  'updated_at',
  'version',
] as const;
const eventColumns = [
  'id',
  'paylink_id',
  'type',
  'old_value',
  'new_value',
  'created_by',
  'created_at',
  'version',
] as const;
const orderColumns = [
  'paylink_id',
  'id',
  'status',
  'amount',
  'fees',
  'refunded',
  'currency_code',
  'created_at',
  'updated_at',
  'version',
] as const;

const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
const excluded = (columns: readonly string[]) => columns.map((column) => `${column} = excluded.${column}`).join(', ');

const toItemRow = (paylinkId: string, item: LineItem, position: number) => ({
  id: item.id,
  paylink_id: paylinkId,
  position,
  sku: item.sku,
  price: item.price,
  quantity: item.quantity,
  tax: item.tax,
  description: item.description,
  category: item.category,
  metadata: json(item.metadata),
  created_at: item.createdAt,
  updated_at: item.updatedAt,
});

const toLogRow = (head: PaylinkHead, log: DeliveryLog) => ({
  id: log.id,
  paylink_id: head.id,
  merchant_id: head.merchantId,
  operation_id: log.operationId,
  channel: log.channel,
  status: log.status,
  provider: log.provider,
  message_id: log.messageId,
  recipient: log.recipient,
  recipient_hash: log.recipientHash,
  reason: log.reason,
  accepted_at: log.acceptedAt,
  created_at: log.createdAt,
  updated_at: log.updatedAt,
  version: log.version,
});

const toEventRow = (paylinkId: string, event: PaylinkEvent) => ({
  id: event.id,
  paylink_id: paylinkId,
  type: event.type,
  old_value: json(event.oldValue),
  new_value: json(event.newValue),
  created_by: event.createdBy,
  created_at: event.createdAt,
  version: event.version,
});

const toProgressRow = ({ id, version, status, lastSentAt, updatedAt }: PaylinkHead) => ({
  id,
  version,
  status,
  last_sent_at: lastSentAt,
  updated_at: updatedAt,
});

const toOrderRow = (paylinkId: string, order: Order) => ({
  paylink_id: paylinkId,
  id: order.id,
  status: order.status,
  amount: order.amount,
  fees: order.fees,
  refunded: order.refunded,
  currency_code: order.currencyCode,
  created_at: order.createdAt,
  updated_at: order.updatedAt,
  version: order.version,
});

// The head is taken only if newer: a batch may run twice, late, and in any order.
const updateOf = (columns: readonly string[]) => `UPDATE paylinks SET ${columns
  .map((column) => `${column} = j.${column}`)
  .join(', ')}
  FROM (SELECT value->>'id' AS id, ${columns.map((column) => `value->>'${column}' AS ${column}`).join(', ')} FROM json_each(?1)) AS j
  WHERE paylinks.id = j.id AND paylinks.version < j.version`;
const updateHeads = updateOf(headColumns.slice(1));
const updateProgress = updateOf(['version', 'status', 'last_sent_at', 'updated_at']);

// Only for the Paylinks whose head, after the update above, is the very version that carries these items.
const current = `(SELECT p.id FROM json_each(?1) j JOIN paylinks p ON p.id = j.value->>'id' AND p.version = j.value->>'version')`;
const deleteItems = `DELETE FROM line_items WHERE paylink_id IN ${current}`;
const insertItems = `INSERT INTO line_items (${itemColumns.join(', ')}) SELECT ${fromJson(itemColumns)} FROM json_each(?2)
  WHERE value->>'paylink_id' IN ${current} ON CONFLICT (id) DO NOTHING`;

const upsertLogs = `INSERT INTO delivery_logs (${logColumns.join(', ')}) SELECT ${fromJson(logColumns)} FROM json_each(?1) WHERE true
  ON CONFLICT (id) DO UPDATE SET ${excluded(logColumns.slice(1))} WHERE excluded.version > delivery_logs.version`;

const insertEvents = `INSERT INTO events (${eventColumns.join(', ')}) SELECT ${fromJson(eventColumns)} FROM json_each(?1) WHERE true
  ON CONFLICT (id) DO NOTHING`;

const upsertOrders = `INSERT INTO orders (${orderColumns.join(', ')}) SELECT ${fromJson(orderColumns)} FROM json_each(?1) WHERE true
  ON CONFLICT (paylink_id, id) DO UPDATE SET ${excluded(orderColumns.slice(2))} WHERE excluded.version > orders.version`;

/**
 * Brings the changes of many Paylinks to D1 in one transaction of as many statements as kinds of rows, and with them what merchants'
 * endpoints are to be told.
 * @returns the new deliveries to endpoints, for the Queue to be nudged
 */
export async function projectChanges(db: D1Database, changes: readonly Changes[]): Promise<string[]> {
  const statements: D1PreparedStatement[] = [];
  const add = (sql: string, rows: unknown[]) => {
    if (rows.length > 0) statements.push(db.prepare(sql).bind(JSON.stringify(rows)));
  };
  add(
    updateHeads,
    changes.flatMap(({ head, progressOnly }) => (progressOnly ? [] : [toHeadRow(head)])),
  );
  add(
    updateProgress,
    changes.flatMap(({ head, progressOnly }) => (progressOnly ? [toProgressRow(head)] : [])),
  );
  const replaced = changes.flatMap(({ head, lineItems }) =>
    lineItems ? [{ id: head.id, version: head.version, lineItems }] : [],
  );
  if (replaced.length > 0) {
    const versions = JSON.stringify(replaced.map(({ id, version }) => ({ id, version })));
    const rows = replaced.flatMap(({ id, lineItems }) => lineItems.map((item, at) => toItemRow(id, item, at)));
    statements.push(
      db.prepare(deleteItems).bind(versions),
      db.prepare(insertItems).bind(versions, JSON.stringify(rows)),
    );
  }
  add(
    upsertLogs,
    changes.flatMap(({ head, deliveryLogs }) => deliveryLogs.map((log) => toLogRow(head, log))),
  );
  add(
    insertEvents,
    changes.flatMap(({ head, events }) => events.map((event) => toEventRow(head.id, event))),
  );
  add(
    upsertOrders,
    changes.flatMap(({ head, orders }) => orders.map((order) => toOrderRow(head.id, order))),
  );
  const announcements = changes.flatMap(announcementsOf);
  if (announcements.length === 0) {
    await db.batch(statements);
    return [];
  }
  const results = await db.batch([...statements, announceStatement(db, announcements)]);
  return deliveriesIn(results.at(-1));
}

const headInsert = `INSERT INTO paylinks (${headColumns.join(', ')}, create_key, create_fingerprint)
  SELECT ${fromJson(headColumns)}, ?2, ?3 FROM json_each(?1) WHERE true ON CONFLICT DO NOTHING`;
const itemsInsert = `INSERT INTO line_items (${itemColumns.join(', ')}) SELECT ${fromJson(itemColumns)} FROM json_each(?1)
  WHERE EXISTS (SELECT 1 FROM paylinks WHERE id = ?2) ON CONFLICT (id) DO NOTHING`;
const eventInsert = `INSERT INTO events (${eventColumns.join(', ')}) SELECT ${fromJson(eventColumns)} FROM json_each(?1)
  WHERE EXISTS (SELECT 1 FROM paylinks WHERE id = ?2) ON CONFLICT (id) DO NOTHING`;
const clearOldKey = `UPDATE paylinks SET create_key = NULL, create_fingerprint = NULL WHERE merchant_id = ?1 AND create_key = ?2 AND created_at <= ?3`;

/** The caller's idempotency key for a create; `expiredBefore` (ms): a key that old is free again. */
export type CreateKey = { key: string; fingerprint: string; expiredBefore: number };

/**
 * Inserts a new Paylink, all or nothing; repeating it with the same id changes nothing.
 * @returns the new deliveries to endpoints, for the Queue to be nudged; null when another Paylink of the merchant already has the
 * create key (or this id is in already)
 */
export async function insertPaylink(db: D1Database, changes: Changes, key: CreateKey | null): Promise<string[] | null> {
  const { head, lineItems, events } = changes;
  const statements = key ? [db.prepare(clearOldKey).bind(head.merchantId, key.key, key.expiredBefore)] : [];
  const insertAt = statements.length;
  statements.push(
    db.prepare(headInsert).bind(JSON.stringify([toHeadRow(head)]), key?.key ?? null, key?.fingerprint ?? null),
  );
  const items = (lineItems ?? []).map((item, at) => toItemRow(head.id, item, at));
  if (items.length > 0) statements.push(db.prepare(itemsInsert).bind(JSON.stringify(items), head.id));
  statements.push(
    db.prepare(eventInsert).bind(JSON.stringify(events.map((event) => toEventRow(head.id, event))), head.id),
  );
  const announcements = announcementsOf(changes);
  if (announcements.length > 0) statements.push(announceStatement(db, announcements, head.id));
  const results = await db.batch(statements);
  if ((results[insertAt]?.meta.changes ?? 0) === 0) return null;
  return announcements.length > 0 ? deliveriesIn(results.at(-1)) : [];
}
