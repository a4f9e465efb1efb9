import { merchantId } from './credentials.ts';
import type { Worker } from './workerd.ts';

let seeded = 0;

/** How Paylinks are made by SQL: of these coordinators in turn; each third may have been sent already. */
export type Seeding = { count: number; coordinators: readonly number[]; sent?: boolean };

const epoch = 1_750_000_000_000;

const rows = `WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2),
  p AS (SELECT i, printf('%08x-%04x-7%03x-8%03x-%012x', (?3 + i) >> 16, (?3 + i) & 65535, ?4 ->> ('$[' || CAST(i % ?5 AS INTEGER) || ']'), i % 4096, i) AS id, ?3 + i AS at,
    i % 3 = 0 AND ?6 AS sent FROM n)`;

/** One line item and one event each; a log and an event more for one that was sent. Hashes are random, as real ones are. */
const inserts = [
  `INSERT INTO paylinks (id, merchant_id, version, status, code, merchant_invoice_id, currency_code, description, customer, phone_e164, email_hash, phone_hash,
     send_email, send_sms, customer_consent, attachments, sub_total, total, expiration, created_at, updated_at, ended)
   SELECT id, '${merchantId}', 1 + sent, iif(sent, 'SENT', 'CREATED'), printf('0S%011d', i), 'INV-1', 'USD', 'Your order',
     json_object('email', 'seeded' || i || '@example.com', 'phone', NULL, 'firstName', 'Ada', 'lastName', 'Byron', 'paylinkCustomerId', NULL, 'locale', NULL),
     NULL, lower(hex(randomblob(32))), NULL, 1, 0, 1, '[]', 1010, 1010, 4102444800000, at, at, 0 FROM p`,
  `INSERT INTO paylink_items (id, paylink_id, position, sku, price, quantity, tax, description, category, created_at, updated_at)
   SELECT 'item-' || i, id, 0, 'B-1', 1010, 1, 0, 'A book', 'books', at, at FROM p`,
  `INSERT INTO paylink_events (id, paylink_id, type, created_by, created_at, version) SELECT 'event-' || i, id, 'CREATED', 'API Key', at, 1 FROM p`,
  `INSERT INTO paylink_events (id, paylink_id, type, created_by, created_at, version) SELECT 'sent-' || i, id, 'SENT', 'API Key', at, 2 FROM p WHERE sent`,
  `INSERT INTO paylink_logs (id, paylink_id, merchant_id, operation_id, channel, status, provider, message_id, recipient, recipient_hash, accepted_at, created_at,
     updated_at, version)
   SELECT 'log-' || i, id, '${merchantId}', 'operation-' || i, 'EMAIL', 'SENT', 'mailchannels', 'message-' || i, 'seeded' || i || '@example.com',
     lower(hex(randomblob(32))), at, at, at, 2 FROM p WHERE sent`,
];

/** When the seeded Paylink of a number was made, ms. */
export const seededAt = (n: number): number => epoch + n;

export function seededId(n: number, coordinators: readonly number[]): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  const at = hex(seededAt(n), 12);
  return `${at.slice(0, 8)}-${at.slice(8)}-7${hex(coordinators[n % coordinators.length] ?? 0, 3)}-8${hex(n % 4096, 3)}-${hex(n, 12)}`;
}

/** Seeds Paylinks, in steps that D1 takes. @returns the number of the first, a multiple of three */
export async function seedPaylinks(worker: Worker, seeding: Seeding): Promise<number> {
  const { count, coordinators, sent = false } = seeding;
  const db = await worker.database();
  const first = Math.ceil((seeded + 1) / 3) * 3;
  const step = 20_000;
  for (let from = first; from < first + count; from += step) {
    const to = Math.min(from + step, first + count) - 1;
    const values = [from, to, epoch, JSON.stringify(coordinators), coordinators.length, sent ? 1 : 0];
    await db.batch(inserts.map((sql) => db.prepare(`${rows} ${sql}`).bind(...values)));
  }
  seeded = first + count;
  return first;
}
