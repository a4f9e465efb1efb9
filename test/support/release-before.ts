import type { DeliveryLog } from '../../src/model/delivery.ts';
import type { Paylink } from '../../src/model/paylink.ts';

/** A coordinator's tables as the release before this one made them. */
const tables = `
CREATE TABLE changes (
  paylink_id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL, due_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE cancels (paylink_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE operations (
  id TEXT PRIMARY KEY, paylink_id TEXT NOT NULL, key TEXT, fingerprint TEXT NOT NULL, state TEXT NOT NULL, created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL, due_at INTEGER NOT NULL, tries INTEGER NOT NULL, outcome TEXT
) WITHOUT ROWID;
CREATE UNIQUE INDEX operations_by_paylink_key ON operations (paylink_id, key);
CREATE INDEX operations_due ON operations (due_at);
ALTER TABLE changes ADD COLUMN v INTEGER NOT NULL DEFAULT 1;
ALTER TABLE operations ADD COLUMN v INTEGER NOT NULL DEFAULT 1;
ALTER TABLE operations ADD COLUMN ended_at INTEGER;`;

// The fields that release knew, written out: a field that came later and has no default makes a test fail.
const attemptFields = [
  ...['id', 'operationId', 'channel', 'status', 'provider', 'messageId', 'recipient', 'recipientHash', 'reason'],
  ...['settledBy', 'acceptedAt', 'createdAt', 'updatedAt', 'version'],
];
const customerFields = ['email', 'phone', 'firstName', 'lastName', 'paylinkCustomerId', 'locale', 'timeZone'];
const paylinkFields = [
  ...['id', 'merchantId', 'version', 'status', 'code', 'checkoutUrl', 'merchantInvoiceId', 'orderId', 'currencyCode'],
  ...['description', 'memo', 'metadata', 'phoneE164', 'emailHash', 'phoneHash', 'sendEmail', 'sendSms'],
  ...['customerConsent', 'attachments', 'tax', 'shipping', 'subTotal', 'total', 'orderTotal', 'approvedAmount'],
  ...['expiration', 'lastSentAt', 'createdAt', 'updatedAt', 'firstOpenedAt', 'lastOpenedAt', 'openCount'],
  ...['successUrl', 'callbackUrl', 'brandName', 'brandLogoUrl', 'invoiceRefs'],
];

const only = (fields: readonly string[], value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([name]) => fields.includes(name)));

/** An attempt as that release kept it. */
export const oldAttempt = (attempt: DeliveryLog): object => only(attemptFields, attempt);

/** A Paylink's head as that release kept it. */
const oldHead = (paylink: Paylink): object => ({
  ...only(paylinkFields, paylink),
  customer: only(customerFields, paylink.customer),
});

/** Has the object's storage be what that release left: nothing but empty tables. */
export function emptyOldTables(sql: SqlStorage): void {
  for (const table of ['changes', 'operations', 'cancels', 'journal']) sql.exec(`DROP TABLE IF EXISTS ${table}`);
  sql.exec(tables);
}

const WEEK_MS = 604_800_000;

export type OldOperation = {
  paylink: Paylink;
  state: 'running' | 'unsettled' | 'done';
  key: string | null;
  fingerprint: string;
  /** Newer than what D1 has. */
  attempt: DeliveryLog;
  at: number;
  /** It was looked into for the last time: its key is kept for the rest of its week. */
  isGivenUp?: boolean | undefined;
};

type OldRow = Pick<OldOperation, 'key' | 'fingerprint' | 'state' | 'at'> & { id: string; paylinkId: string };

function insertOperation(sql: SqlStorage, row: OldRow, end: { dueAt: number; tries: number; outcome: unknown }): void {
  const { id, paylinkId, key, fingerprint, state, at } = row;
  sql.exec(
    `INSERT INTO operations (id, paylink_id, key, fingerprint, state, created_by, created_at, ended_at, due_at, tries, outcome, v)
     VALUES (?, ?, ?, ?, ?, 'API Key', ?, ?, ?, ?, ?, 2)`,
    ...[id, paylinkId, key, fingerprint, state, at, state === 'running' ? null : at, end.dueAt, end.tries],
    end.outcome === null ? null : JSON.stringify(end.outcome),
  );
}

/** Writes a send as that release kept it: the operation, its answer, and the changes that D1 may not have. */
export function writeOldSend(sql: SqlStorage, send: OldOperation): void {
  const { paylink, state, key, fingerprint, attempt, at, isGivenUp } = send;
  const { id, version, status, lastSentAt, firstOpenedAt, lastOpenedAt, openCount } = paylink;
  const opens = { firstOpenedAt, lastOpenedAt, openCount };
  const head = { id, version: version + 1, status, lastSentAt, ...opens, updatedAt: at };
  const parts = { lineItems: null, deliveryLogs: [oldAttempt(attempt)], events: [], orders: [] };
  const body = JSON.stringify({ head, progressOnly: true, ...parts });
  sql.exec(
    'INSERT INTO changes (paylink_id, version, body, due_at, v) VALUES (?, ?, ?, ?, 2)',
    ...[id, version + 1, body, at + 5_000],
  );
  const sent = { ...oldHead(paylink), lineItems: [], events: [], orders: [], deliveryLogs: [oldAttempt(attempt)] };
  const outcome = state === 'done' ? { kind: 'sent', paylink: sent, accepted: ['EMAIL'], replayed: false } : null;
  const dueAt = at + (state === 'done' || isGivenUp ? WEEK_MS : 30_000);
  const operation = { id: attempt.operationId, paylinkId: id, key, fingerprint, state, at };
  insertOperation(sql, operation, { dueAt, tries: isGivenUp ? 5 : 0, outcome });
}

/** Writes the answer of an update with a key as that release kept it. */
export function writeOldUpdate(sql: SqlStorage, paylink: Paylink, key: string, fingerprint: string, at: number): void {
  const parts = { lineItems: [], events: [], orders: [], deliveryLogs: [] };
  const operation = { id: `update-${key}`, paylinkId: paylink.id, key, fingerprint, state: 'done', at } as const;
  insertOperation(sql, operation, { dueAt: at + WEEK_MS, tries: 0, outcome: { ...oldHead(paylink), ...parts } });
}
