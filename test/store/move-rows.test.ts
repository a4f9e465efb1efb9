import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, expect, it } from 'vitest';
import type { Merchant } from '../../src/model/merchant.ts';
import { isMoved, moveRows, SIDE_BY_SIDE_MS } from '../../src/store/move-rows.ts';
import { searchPaylinks } from '../../src/store/paylink-search.ts';
import { findPaylink, listExpired, listPaylinksOfRecipient } from '../../src/store/paylinks.ts';
import { projectChanges } from '../../src/store/project-changes.ts';
import { findPublicPaylink } from '../../src/store/public-links.ts';
import { readRecipientStatus } from '../../src/store/recipient-status.ts';
import { listAttempts } from '../../src/store/webhook-attempts.ts';
import { changesOf } from '../support/a-paylink.ts';
import { seedMerchant } from '../support/merchants.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const PAYLINKS = 100_000;
const NEW_TABLES = ['paylink_items', 'paylink_logs', 'paylink_events', 'paylink_orders'];
const OLD_TABLES = ['line_items', 'delivery_logs', 'events', 'orders', 'provider_events', 'webhook_deliveries'];

const idOf = (n: number) => `01890000-0000-7001-8000-${n.toString(16).padStart(12, '0')}`;

let merchant: Merchant;

/** Paylinks as the release before wrote them, every third of them paid. */
async function seedOld(count: number): Promise<void> {
  const p = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1),
    p AS (SELECT i, printf('01890000-0000-7001-8000-%012x', i) AS id, 1700000000000 + i AS at FROM n)`;
  const inserts = [
    `INSERT INTO paylinks (id, merchant_id, version, status, code, currency_code, customer, email_hash, send_email, send_sms, customer_consent,
       attachments, sub_total, total, expiration, created_at, updated_at)
     SELECT id, ?2, 3, CASE i % 3 WHEN 0 THEN 'PAID' ELSE 'SENT' END, 'old' || i, 'USD',
       '{"email":null,"phone":null,"firstName":null,"lastName":null,"paylinkCustomerId":null,"locale":null}', 'hash' || i, 1, 0, 1, '[]', 1, 1,
       4102444800000 + i, at, at FROM p`,
    `INSERT INTO line_items (id, paylink_id, position, price, quantity, created_at, updated_at) SELECT 'item' || i, id, 0, 1, 1, at, at FROM p`,
    `INSERT INTO delivery_logs (id, paylink_id, merchant_id, operation_id, channel, status, recipient, recipient_hash, accepted_at, created_at, updated_at, version)
     SELECT 'log' || i, id, ?2, 'op' || i, 'EMAIL', CASE i % 2 WHEN 0 THEN 'BOUNCED' ELSE 'SENT' END, 'ada@example.com', 'hash' || i, at, at, at, 2 FROM p`,
    `INSERT INTO events (id, paylink_id, type, created_by, created_at, version) SELECT 'event' || i, id, 'SENT', 'API Key', at, 2 FROM p`,
    `INSERT INTO orders (paylink_id, id, status, amount, fees, refunded, currency_code, created_at, updated_at, version)
     SELECT id, 'order', 'PAID', 1, 0, 0, 'USD', at, at, 3 FROM p WHERE i % 3 = 0`,
    `INSERT INTO webhook_deliveries (id, endpoint_id, event_id, event_type, payload, status, attempts, next_attempt_at, created_at)
     SELECT 'event' || i || '.w', 'w', 'event' || i, 'paylink.sent', '{}', CASE WHEN i < 300 THEN 'pending' ELSE 'failed' END, 1,
       CASE WHEN i < 300 THEN at END, at FROM p WHERE i < 1000`,
    `INSERT INTO webhook_attempts (id, delivery_id, endpoint_id, attempt, outcome, duration_ms, attempted_at)
     SELECT 'event' || i || '.w.1', 'event' || i || '.w', 'w', 1, 'failed', 1, at FROM p WHERE i < 1000`,
  ];
  for (const sql of inserts) {
    const values = sql.includes('?2') ? [count, merchant.id] : [count];
    await env.DB.prepare(`${p} ${sql}`)
      .bind(...values)
      .run();
  }
}

/** A D1 that notes the most rows that one statement has written. */
function measured(db: D1Database): { db: D1Database; most: () => number } {
  let most = 0;
  const batch: D1Database['batch'] = async (statements) => {
    const results = await db.batch<never>(statements);
    for (const { meta } of results) most = Math.max(most, meta.rows_written);
    return results;
  };
  const noted = new Proxy(db, {
    get(target, name) {
      const value = name === 'batch' ? batch : Reflect.get(target, name);
      return typeof value === 'function' && name !== 'batch' ? value.bind(target) : value;
    },
  });
  return { db: noted, most: () => most };
}

const countIn = async (table: string) =>
  (await env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<{ n: number }>())?.n;

/** What a reader sees of the nth Paylink of before. */
async function seen(n: number) {
  const stored = await findPaylink(env.DB, merchant.id, idOf(n));
  const open = await findPublicPaylink(env.DB, `old${n}`);
  const question = { merchantId: merchant.id, knownAt: merchant.updatedAt, hashes: [`hash${n}`], countSms: false };
  const [status] = await readRecipientStatus(env.DB, [question], 1_700_000_000_000 + n);
  const named = await listPaylinksOfRecipient(env.DB, merchant.id, 'EMAIL', `hash${n}`, 5);
  return { paylink: stored?.paylink, items: open?.lineItems, paid: open?.payments, recent: status?.recent, named };
}

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
  merchant = await seedMerchant();
  await seedOld(PAYLINKS);
}, 300_000);

it('100,000 Paylinks of before are moved in statements of at most 5,000 rows, and every read is whole all the while', async () => {
  const numbers = [0, 1, 2, 3, 500, 33_333, 66_666, PAYLINKS - 2, PAYLINKS - 1];
  const before = await Promise.all(numbers.map(seen));
  expect(before[0]).toMatchObject({
    paylink: {
      lineItems: [{ id: 'item0' }],
      deliveryLogs: [{ id: 'log0' }],
      events: [{ id: 'event0' }],
      orders: [{ id: 'order' }],
    },
    items: [{ price: 1 }],
    paid: [{ id: 'order', amount: 1 }],
    named: { total: 1 },
  });
  const { db, most } = measured(env.DB);
  const now = Date.now();
  // The release before may still be at work: its parts stay where it finds them, and what is due is delivered by this one.
  expect(await moveRows(db, now, onceThrough(3))).toBe(false);
  expect([await countIn('line_items'), await countIn('paylink_items')]).toEqual([PAYLINKS, 0]);
  expect(await env.DB.prepare('SELECT 1 FROM webhook_deliveries WHERE next_attempt_at IS NOT NULL').first()).toBeNull();

  const traffic = async () => {
    expect(await Promise.all(numbers.map(seen))).toEqual(before);
    const fresh = await seedPaylink(merchant);
    expect(await send(contextOf(merchant), fresh.id, { channels: ['EMAIL'] })).toMatchObject({ kind: 'sent' });
    const { found: paid } = await searchPaylinks(env.DB, merchant.id, { status: ['PAID'], limit: 2 });
    expect(paid.map(({ id }) => id)).toEqual([idOf(PAYLINKS - 1), idOf(PAYLINKS - 4)]);
    const { found: bounced } = await searchPaylinks(env.DB, merchant.id, { deliveryStatus: 'BOUNCED', limit: 2 });
    expect(bounced.map(({ id }) => id)).toEqual([idOf(PAYLINKS - 2), idOf(PAYLINKS - 4)]);
  };
  const alone = now + SIDE_BY_SIDE_MS;
  for (let through = false; !through; ) {
    [through] = await Promise.all([moveRows(db, alone, onceThrough(10)), traffic()]);
  }
  expect(most()).toBeLessThanOrEqual(5_000);
  expect(await Promise.all(OLD_TABLES.map(countIn))).toEqual(OLD_TABLES.map(() => 0));
  const counts = await Promise.all(NEW_TABLES.map(countIn));
  expect(counts.map((count) => (count ?? 0) >= PAYLINKS)).toEqual([true, true, true, false]);
  expect(await Promise.all(numbers.map(seen))).toEqual(before);
  expect(await listAttempts(env.DB, 'w', { limit: 2 })).toMatchObject([
    { eventId: 'event999', attempt: 1, outcome: 'failed' },
    { eventId: 'event998' },
  ]);
  expect(await isMoved(env.DB)).toBe(true);
  await traffic();
  const expired = await listExpired(env.DB, 4_102_444_800_000 + 1, 1_000);
  expect(expired.at(-1)?.id).toBe(idOf(1));
}, 300_000);

it('what changes meanwhile is newer than what is moved, and nothing older hides what was not moved yet', async () => {
  const stored = await seedPaylink(merchant);
  const log = (version: number, status: 'SENT' | 'DELIVERED') => ({
    id: `moving-${stored.id}`,
    operationId: 'o',
    channel: 'EMAIL' as const,
    status,
    provider: 'inbox',
    messageId: null,
    recipient: null,
    recipientHash: 'h',
    reason: null,
    settledBy: null,
    acceptedAt: 1,
    createdAt: 1,
    updatedAt: 1,
    version,
  });
  await env.DB.prepare(
    `INSERT INTO delivery_logs (id, paylink_id, merchant_id, operation_id, channel, status, provider, recipient_hash, accepted_at, created_at, updated_at, version)
     VALUES (?1, ?2, ?3, 'o', 'EMAIL', 'SENT', 'inbox', 'h', 1, 1, 1, 5)`,
  )
    .bind(`moving-${stored.id}`, stored.id, merchant.id)
    .run();
  const statuses = async () =>
    (await findPaylink(env.DB, merchant.id, stored.id))?.paylink.deliveryLogs.map(({ status }) => status);
  const project = (version: number, status: 'SENT' | 'DELIVERED') =>
    projectChanges(env.DB, [changesOf({ ...stored, version }, { deliveryLogs: [log(version, status)] })], []);
  await project(4, 'DELIVERED');
  expect(await statuses()).toEqual(['SENT']);
  await project(6, 'DELIVERED');
  expect(await statuses()).toEqual(['DELIVERED']);
  await moveRows(env.DB, Date.now() + SIDE_BY_SIDE_MS, () => true);
  expect([await statuses(), await countIn('delivery_logs')]).toEqual([['DELIVERED'], 0]);
});

/** Says yes so many times. */
function onceThrough(times: number): () => boolean {
  let left = times;
  return () => left-- > 0;
}
