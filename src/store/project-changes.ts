import type { WebhookPayload } from '../model.ts';
import { type Changes, Progress } from './changes.ts';
import { columnsOf, insertFromJson, setExcluded } from './columns.ts';
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

const progress = columnsOf(Progress);

// Only a newer head is written: a batch may run twice, late, and out of order.
const updateOf = (names: readonly string[]) => {
  const changing = names.filter((name) => name !== 'id');
  return `UPDATE paylinks SET ${changing.map((name) => `${name} = j.${name}`).join(', ')}
  FROM (SELECT ${names.map((name) => `value->>'${name}' AS ${name}`).join(', ')} FROM json_each(?1)) AS j
  WHERE paylinks.id = j.id AND paylinks.version < j.version`;
};
const updateHeads = updateOf(headColumns);
const updateProgress = updateOf(progress.names);

// Only for Paylinks whose head now has the version that these items belong to.
const current = `(SELECT p.id FROM json_each(?1) j JOIN paylinks p ON p.id = j.value->>'id' AND p.version = j.value->>'version')`;
const deleteItems = `DELETE FROM line_items WHERE paylink_id IN ${current}`;
const insertItems = `${insertFromJson('line_items', itemColumns, '?2')}
  WHERE value->>'paylink_id' IN ${current} ON CONFLICT (id) DO NOTHING`;

const upsertLogs = `${insertFromJson('delivery_logs', logColumns)} WHERE true
  ON CONFLICT (id) DO UPDATE SET ${setExcluded(logColumns, ['id'])} WHERE excluded.version > delivery_logs.version`;

const insertEvents = `${insertFromJson('events', eventColumns)} WHERE true ON CONFLICT (id) DO NOTHING`;

const upsertOrders = `${insertFromJson('orders', orderColumns)} WHERE true
  ON CONFLICT (paylink_id, id) DO UPDATE SET ${setExcluded(orderColumns, ['paylink_id', 'id'])} WHERE excluded.version > orders.version`;

/**
 * Writes the changes of many Paylinks and their webhook payloads to D1 in one transaction, with one statement per kind of row.
 * @returns the ids of new webhook deliveries, which the caller enqueues
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
    changes.flatMap(({ head, progressOnly }) => (progressOnly ? [progress.toRow(head)] : [])),
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
