import type { PaylinkHead } from '../model/paylink.ts';
import type { WebhookPayload } from '../model/webhook.ts';
import { type AuditRow, insertAuditOfPaylinks } from './audit.ts';
import { type Changes, Progress } from './changes.ts';
import { columnsOf, insertFromJson, setExcluded } from './columns.ts';
import { blankEventsStatements } from './erased.ts';
import { newerThanOld, oldOf } from './old-rows.ts';
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
import { headColumns, isEnded, toHeadRow } from './paylink-row.ts';

const progress = columnsOf(Progress);
/** A column that is SET writes its index, changed or not. These never change, */
const FIXED = ['id', 'merchant_id', 'code', 'created_at'];
/** and these are set by themselves, where they change. */
const INDEXED = ['merchant_invoice_id', 'email_hash', 'phone_hash', 'expiration'];

// Only a newer head is written: a batch may run twice, late, and out of order.
const updateOf = (names: readonly string[], also = '', when = '') =>
  `UPDATE paylinks SET ${names.map((name) => `${name} = j.${name}`).join(', ')}${also}
  FROM (SELECT ${[...new Set(['id', 'version', ...names])].map((name) => `value->>'${name}' AS ${name}`).join(', ')} FROM json_each(?1)) AS j
  WHERE paylinks.id = j.id AND paylinks.version < j.version${when}`;
/** For Paylinks that are not over, and for those that are. */
const updatesOf = (names: readonly string[]) => ({ open: updateOf(names), over: updateOf(names, ', ended = 1') });
const updateHeads = updatesOf(headColumns.filter((name) => ![...FIXED, ...INDEXED].includes(name)));
const updateProgress = updatesOf(progress.names.filter((name) => name !== 'id'));
const updateIndexed = updateOf(
  INDEXED,
  '',
  ` AND (${INDEXED.map((name) => `paylinks.${name} IS NOT j.${name}`).join(' OR ')})`,
);
const reopen = `UPDATE paylinks SET ended = 0
  WHERE ended = 1 AND id IN (SELECT p.id FROM json_each(?1) j JOIN paylinks p ON p.id = j.value->>'id' AND p.version < j.value->>'version')`;

// Only for Paylinks whose head now has the version that these items belong to.
const current = `(SELECT p.id FROM json_each(?1) j JOIN paylinks p ON p.id = j.value->>'id' AND p.version = j.value->>'version')`;
const deleteItems = ['paylink_items', oldOf.paylink_items].map(
  (table) => `DELETE FROM ${table} WHERE paylink_id IN ${current}`,
);
const insertItems = `${insertFromJson('paylink_items', itemColumns, '?2')}
  WHERE value->>'paylink_id' IN ${current} ON CONFLICT (paylink_id, id) DO NOTHING`;

/** Of an attempt; the others are written once. */
const logProgress = logColumns.filter(
  (name) =>
    !['id', 'paylink_id', 'merchant_id', 'operation_id', 'channel', 'recipient_hash', 'created_at'].includes(name),
);
const upsertLogs = `${insertFromJson('paylink_logs', logColumns)} WHERE ${newerThanOld('paylink_logs')}
  ON CONFLICT (paylink_id, id) DO UPDATE SET ${setExcluded(logProgress, [])} WHERE excluded.version > paylink_logs.version`;

const insertEvents = `${insertFromJson('paylink_events', eventColumns)} WHERE true ON CONFLICT (paylink_id, id) DO NOTHING`;

const upsertOrders = `${insertFromJson('paylink_orders', orderColumns)} WHERE ${newerThanOld('paylink_orders')}
  ON CONFLICT (paylink_id, id) DO UPDATE SET ${setExcluded(orderColumns, ['paylink_id', 'id'])} WHERE excluded.version > paylink_orders.version`;

/**
 * Writes the changes of many Paylinks and their webhook payloads to D1 in one transaction, with one statement per kind of row.
 * @returns the ids of new webhook deliveries, which the caller enqueues
 */
export async function projectChanges(
  db: D1Database,
  changes: readonly Changes[],
  payloads: readonly WebhookPayload[],
  audits: readonly AuditRow[] = [],
): Promise<string[]> {
  const statements: D1PreparedStatement[] = [];
  const add = (sql: string, rows: unknown[]) => {
    if (rows.length > 0) statements.push(db.prepare(sql).bind(JSON.stringify(rows)));
  };
  const whole = changes.flatMap(({ head, progressOnly }) => (progressOnly ? [] : [head]));
  const progressed = changes.flatMap(({ head, progressOnly }) => (progressOnly ? [head] : []));
  const isOpen = ({ status }: PaylinkHead) => !isEnded(status);
  const isOver = ({ status }: PaylinkHead) => isEnded(status);
  add(updateIndexed, whole.map(toHeadRow));
  add(reopen, whole.filter(isOpen).map(toHeadRow));
  add(updateHeads.open, whole.filter(isOpen).map(toHeadRow));
  add(updateHeads.over, whole.filter(isOver).map(toHeadRow));
  // A part paid late makes an expired one payable again.
  add(
    reopen,
    changes
      .filter(({ head, progressOnly, orders }) => progressOnly && orders.length > 0 && isOpen(head))
      .map(({ head }) => toHeadRow(head)),
  );
  add(updateProgress.open, progressed.filter(isOpen).map(progress.toRow));
  add(updateProgress.over, progressed.filter(isOver).map(progress.toRow));
  const replaced = changes.flatMap(({ head, lineItems }) =>
    lineItems ? [{ id: head.id, version: head.version, lineItems }] : [],
  );
  if (replaced.length > 0) {
    const versions = JSON.stringify(replaced.map(({ id, version }) => ({ id, version })));
    const rows = replaced.flatMap(({ id, lineItems }) => lineItems.map((item, at) => toItemRow(id, item, at)));
    statements.push(
      ...deleteItems.map((sql) => db.prepare(sql).bind(versions)),
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
  const erased = changes.flatMap(({ head, events }) => (events.some(({ type }) => type === 'ERASED') ? [head.id] : []));
  if (erased.length > 0) statements.push(...blankEventsStatements(db, erased));
  if (audits.length > 0) statements.push(insertAuditOfPaylinks(db, audits));
  if (payloads.length === 0) {
    await db.batch(statements);
    return [];
  }
  const results = await db.batch([...statements, enqueuePayloadsStatement(db, payloads)]);
  return deliveriesIn(results.at(-1));
}
