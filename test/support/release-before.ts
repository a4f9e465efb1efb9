import type { DeliveryLog, Paylink } from '../../src/model.ts';

/** A coordinator's tables as the release before this one made them. */
const tables = `
CREATE TABLE changes (
  paylink_id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL, due_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE operations (
  id TEXT PRIMARY KEY, paylink_id TEXT NOT NULL, key TEXT, fingerprint TEXT NOT NULL, state TEXT NOT NULL, created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL, due_at INTEGER NOT NULL, tries INTEGER NOT NULL, outcome TEXT
) WITHOUT ROWID;
CREATE UNIQUE INDEX operations_by_paylink_key ON operations (paylink_id, key);
CREATE INDEX operations_due ON operations (due_at);`;

// The fields that release knew, written out: a field that came later and has no default makes a test fail.
const attemptFields = [
  ...['id', 'operationId', 'channel', 'status', 'provider', 'messageId', 'recipient', 'recipientHash', 'reason'],
  ...['acceptedAt', 'createdAt', 'updatedAt', 'version'],
];
const customerFields = ['email', 'phone', 'firstName', 'lastName', 'paylinkCustomerId', 'locale'];
const paylinkFields = [
  ...['id', 'merchantId', 'version', 'status', 'code', 'checkoutUrl', 'merchantInvoiceId', 'orderId', 'currencyCode'],
  ...['description', 'memo', 'metadata', 'phoneE164', 'emailHash', 'phoneHash', 'sendEmail', 'sendSms'],
  ...['customerConsent', 'attachments', 'tax', 'shipping', 'subTotal', 'total', 'orderTotal', 'approvedAmount'],
  ...['expiration', 'lastSentAt', 'createdAt', 'updatedAt'],
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
  for (const table of ['changes', 'operations', 'cancels']) sql.exec(`DROP TABLE IF EXISTS ${table}`);
  sql.exec(tables);
}

export type OldOperation = {
  paylink: Paylink;
  state: 'running' | 'unsettled' | 'done';
  key: string;
  fingerprint: string;
  /** Newer than what D1 has. */
  attempt: DeliveryLog;
  at: number;
};

/** Writes a send as that release kept it: the operation, its answer, and the changes that D1 may not have. */
export function writeOldSend(sql: SqlStorage, { paylink, state, key, fingerprint, attempt, at }: OldOperation): void {
  const { id, version, status, lastSentAt } = paylink;
  const head = { id, version: version + 1, status, lastSentAt, updatedAt: at };
  const parts = { lineItems: null, deliveryLogs: [oldAttempt(attempt)], events: [], orders: [] };
  const body = JSON.stringify({ head, progressOnly: true, ...parts });
  sql.exec('INSERT INTO changes VALUES (?, ?, ?, ?)', id, version + 1, body, at + 5_000);
  const sent = { ...oldHead(paylink), lineItems: [], events: [], orders: [], deliveryLogs: [oldAttempt(attempt)] };
  const outcome = { kind: 'sent', paylink: sent, accepted: ['EMAIL'], replayed: false };
  sql.exec(
    'INSERT INTO operations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ...[
      attempt.operationId,
      id,
      key,
      fingerprint,
      state,
      'API Key',
      at,
      at + (state === 'done' ? 604_800_000 : 30_000),
    ],
    ...[0, state === 'done' ? JSON.stringify(outcome) : null],
  );
}
