import { merchantId } from './targets.ts';
import type { Worker } from './workerd.ts';

let seeded = 0;

/** Paylinks with one line item and one event each, by SQL: numbers `from` to `to`, of coordinators below `pool`. No coordinator knows them. */
const rows = `WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2),
  p AS (SELECT i, printf('%08x-%04x-7%03x-8%03x-%012x', (?3 + i) >> 16, (?3 + i) & 65535, i % ?4, i % 4096, i) AS id, ?3 + i AS at FROM n)`;

const inserts = [
  `INSERT INTO paylinks (id, merchant_id, version, status, code, merchant_invoice_id, currency_code, description, customer, phone_e164, email_hash, phone_hash,
     send_email, send_sms, customer_consent, attachments, sub_total, total, expiration, created_at, updated_at)
   SELECT id, '${merchantId}', 1, 'CREATED', printf('0S%011d', i), 'INV-1', 'USD', 'Your order',
     json_object('email', 'seeded' || i || '@example.com', 'phone', NULL, 'firstName', 'Ada', 'lastName', 'Byron', 'paylinkCustomerId', NULL, 'locale', NULL),
     NULL, 'hash-of-' || i, NULL, 1, 0, 1, '[]', 1010, 1010, 4102444800000, at, at FROM p`,
  `INSERT INTO line_items (id, paylink_id, position, sku, price, quantity, tax, description, category, created_at, updated_at)
   SELECT 'item-' || i, id, 0, 'B-1', 1010, 1, 0, 'A book', 'books', at, at FROM p`,
  `INSERT INTO events (id, paylink_id, type, created_by, created_at, version) SELECT 'event-' || i, id, 'CREATED', 'API Key', at, 1 FROM p`,
];

const epoch = 1_750_000_000_000;

export const seededId = (n: number, pool: number): string => {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  const at = hex(epoch + n, 12);
  return `${at.slice(0, 8)}-${at.slice(8)}-7${hex(n % pool, 3)}-8${hex(n % 4096, 3)}-${hex(n, 12)}`;
};

/** Seeds `count` Paylinks, in steps that D1 takes. */
export async function seedPaylinks(worker: Worker, count: number, pool: number): Promise<number> {
  const db = await worker.database();
  const first = seeded + 1;
  const step = 20_000;
  for (let from = first; from < first + count; from += step) {
    const to = Math.min(from + step, first + count) - 1;
    await db.batch(inserts.map((sql) => db.prepare(`${rows} ${sql}`).bind(from, to, epoch, pool)));
  }
  seeded += count;
  return first;
}

/** Paylinks that are in D1 but whose coordinators have never heard of them. */
export async function seedCold(worker: Worker, count: number, pool: number): Promise<string[]> {
  const first = await seedPaylinks(worker, count, pool);
  return Array.from({ length: count }, (_, n) => seededId(first + n, pool));
}
