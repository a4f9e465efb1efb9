import { env } from 'cloudflare:workers';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { hashApiKey, newApiKey } from '../src/auth/api-key.ts';
import { nextCursor } from '../src/http/rest/paging.ts';
import type { Merchant } from '../src/model/merchant.ts';
import { issueCredential } from '../src/store/credentials.ts';
import { CountedGateway } from './support/counted-gateway.ts';
import { seedMerchant } from './support/merchants.ts';
import { fakeCredentials } from './support/providers/fake-credentials.ts';
import { createBody } from './support/verbs.ts';

let gateway: CountedGateway;
let merchant: Merchant;
let authorization: string;

beforeAll(async () => {
  merchant = await seedMerchant();
  const key = newApiKey(merchant.mode);
  const row = { id: crypto.randomUUID(), merchantId: merchant.id, label: null, createdAt: Date.now(), expiresAt: null };
  await issueCredential(env.DB, { ...row, scheme: 'bearer', keyHash: await hashApiKey(key) });
  authorization = `Bearer ${key}`;
  const MAILCHANNELS_BASE_URL = inject('fakeProviders');
  gateway = new CountedGateway({ ...fakeCredentials, EMAIL_PROVIDERS: 'mailchannels', MAILCHANNELS_BASE_URL });
  await ask('GET', '/paylinks');
});

afterAll(() => {
  vi.restoreAllMocks();
});

async function ask(method: string, path: string, body?: object) {
  const request = new Request(`http://gateway.test${path}`, {
    method,
    headers: { authorization, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const { response, log } = await gateway.ask(request);
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return { answer: response, rows: log.rows() };
}

/** Paylinks of the same merchant with an item, a log and an event each, older than all others; numbers `from` to `to`. */
async function seedPaylinks(from: number, to: number): Promise<void> {
  const p = `WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2),
    p AS (SELECT i, printf('01890000-%04x-7000-8000-%012x', i >> 12, i) AS id, 1700000000000 + i AS at FROM n)`;
  const inserts = [
    `INSERT INTO paylinks (id, merchant_id, version, status, code, merchant_invoice_id, currency_code, customer, email_hash, send_email, send_sms,
       customer_consent, attachments, sub_total, total, expiration, created_at, updated_at, ended)
     SELECT id, ?3, 1, 'CREATED', 'seed' || i, 'INV-1', 'USD', '{"email":null,"phone":null,"firstName":null,"lastName":null,"paylinkCustomerId":null,"locale":null}',
       'hash' || i, 1, 0, 1, '[]', 1, 1, 4102444800000, at, at, 0 FROM p`,
    `INSERT INTO paylink_items (id, paylink_id, position, price, quantity, created_at, updated_at) SELECT 'item' || i, id, 0, 1, 1, at, at FROM p`,
    `INSERT INTO paylink_logs (id, paylink_id, merchant_id, operation_id, channel, status, recipient_hash, accepted_at, created_at, updated_at, version)
     SELECT 'log' || i, id, ?3, 'op' || i, 'EMAIL', 'SENT', 'hash' || i, at, at, at, 1 FROM p`,
    `INSERT INTO paylink_events (id, paylink_id, type, created_by, created_at, version) SELECT 'event' || i, id, 'CREATED', 'API Key', at, 1 FROM p`,
  ];
  for (const sql of inserts) {
    const values = sql.includes('?3') ? [from, to, merchant.id] : [from, to];
    await env.DB.prepare(`${p} ${sql}`)
      .bind(...values)
      .run();
  }
}

/** What one of each costs in rows; a customer of its own each time. */
async function costs() {
  const email = `${crypto.randomUUID()}@example.com`;
  const customer = { email, phone: null, firstName: 'Ada', lastName: 'Byron' };
  const created = await ask('POST', '/', createBody(merchant.id, { customer, sendSms: false }));
  const { paylinkId }: { paylinkId: string } = await created.answer.json();
  const sent = await ask('PATCH', `/${paylinkId}/send`, { sendEmail: true, sendSms: false });
  const read = await ask('GET', `/${paylinkId}`);
  const page = await pageAt(150);
  return { create: created.rows, send: sent.rows, read: read.rows, page: page.rows };
}

/** The page after the seeded Paylink of this number. */
async function pageAt(n: number) {
  const cursor = nextCursor(true, { at: 1700000000000 + n, id: '01890000-0000-7000-8000-ffffffffffff' });
  const { answer, rows } = await ask('GET', `/paylinks?limit=20&cursor=${cursor}`);
  const { data }: { data: unknown[] } = await answer.json();
  return { length: data.length, rows };
}

it('a send, a read and a page cost the same rows among 20,000 Paylinks as among 200', async () => {
  await seedPaylinks(1, 200);
  await costs();
  const few = await costs();
  await seedPaylinks(201, 20_000);
  const many = await costs();
  expect(many).toEqual(few);
  // One of the Paylink, three of the log (itself, by id, by recipient), one of the event: no index that nothing changed in.
  expect(few.send.written).toBe(5);
});

it('a page deep in a list costs what the first costs', async () => {
  const first = await pageAt(20_000);
  expect(first.length).toBe(20);
  for (const n of [10_000, 1_000]) expect(await pageAt(n)).toEqual(first);
});
