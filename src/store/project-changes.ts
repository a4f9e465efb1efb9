import type { PaylinkHead, WebhookPayload } from '../model.ts';
import type { Changes } from './changes.ts';
import { deliveriesIn, enqueuePayloadsStatement } from './outbox.ts';
import {
  eventColumns,
  itemColumns,
  logColumns,
  orderColumns,
  toEventRow,
  toItemRow,
  toLogRow,
  toOrderRow,
} from './paylink-part-rows.ts';
import { headColumns, toHeadRow } from './paylink-row.ts';
import { fromJson } from './row.ts';

const excluded = (columns: readonly string[]) => columns.map((column) => `${column} = excluded.${column}`).join(', ');
const toProgressRow = ({ id, version, status, lastSentAt, updatedAt }: PaylinkHead) => ({
  id,
  version,
  status,
  last_sent_at: lastSentAt,
  updated_at: updatedAt,
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
export async function projectChanges(
  db: D1Database,
  changes: readonly Changes[],
  payloads: readonly WebhookPayload[],
): Promise<string[]> {
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
  if (payloads.length === 0) {
    await db.batch(statements);
    return [];
  }
  const results = await db.batch([...statements, enqueuePayloadsStatement(db, payloads)]);
  return deliveriesIn(results.at(-1));
}
