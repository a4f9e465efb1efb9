import { env } from 'cloudflare:workers';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { hashApiKey, newApiKey } from '../src/auth/api-key.ts';
import { runSweeps } from '../src/cron.ts';
import { configOf, type QueueMessage } from '../src/env.ts';
import type { DeliveryEvent } from '../src/model/delivery.ts';
import type { Merchant } from '../src/model/merchant.ts';
import { coordinatorOf } from '../src/paylink-id.ts';
import { receiveDeliveryEvents } from '../src/paylinks/delivery-events.ts';
import { openPaylink } from '../src/paylinks/transitions.ts';
import { issueCredential } from '../src/store/credentials.ts';
import { giveCredential, signHmac } from './auth/merchant-side.ts';
import { CountedGateway } from './support/counted-gateway.ts';
import { consume, notingQueue, seedHook } from './support/hooks.ts';
import { seedMerchant } from './support/merchants.ts';
import { fakeCredentials } from './support/providers/fake-credentials.ts';
import { fromResend, resendSecret } from './support/providers/signed-callbacks.ts';
import { createBody } from './support/verbs.ts';

/**
 * Rows written are most of what an operation is billed, and this is the table of them: D1's own count, and the objects'. `later` is what
 * alarms write until everything about the operation is over, its week too. One more is a change of this table.
 */
const rows = (d1: number, objects: number, later = 0) => ({ d1, objects, later });

const DAY_MS = 24 * 60 * 60_000;
const ALARMS = [6_000, 12_000, 70_000, 180_000, DAY_MS, 9 * DAY_MS];
const byEmail = { sendEmail: true, sendSms: false };
const customer = { email: 'ada@example.com', phone: null, firstName: 'Ada', lastName: 'Byron' };
const bodyOf = ({ id }: Merchant, some: object = {}) =>
  createBody(id, { customer, merchantInvoiceId: null, sendSms: false, ...some });

let gateway: CountedGateway;
let sent: QueueMessage[];

beforeAll(async () => {
  await seedMerchant();
  const noting = notingQueue();
  sent = noting.sent;
  gateway = new CountedGateway({
    ...fakeCredentials,
    EVENTS: noting.bindings.EVENTS,
    EMAIL_PROVIDERS: 'resend',
    RESEND_BASE_URL: inject('fakeProviders'),
    RESEND_WEBHOOK_SECRET: resendSecret,
  });
  await gateway.during((counted) => runSweeps(counted, Date.now()));
  // The first create ever writes down which key hashes recipients.
  await created();
});

afterAll(() => {
  vi.restoreAllMocks();
});

/** What `work` writes now and, but for the gate's counts, what follows by itself. */
async function costOf<T>(work: () => Promise<{ result: T; log: { rows(): { written: number } } }>) {
  gateway.objectRows.take();
  const { result, log } = await work();
  const { coordinator, gate } = gateway.objectRows.take();
  let later = 0;
  for (const after of ALARMS) {
    const rung = await gateway.ring(Date.now() + after);
    later += rung.rows().written + gateway.objectRows.take().coordinator;
  }
  return { result, written: rows(log.rows().written, coordinator + gate, later) };
}

async function requested(request: Request) {
  const { result: response, written } = await costOf(async () => {
    const { response: result, log } = await gateway.ask(request);
    return { result, log };
  });
  const text = await response.text();
  const none = { paylinkId: '', deliveryLogs: [] };
  const answer: { paylinkId: string; deliveryLogs: { deliveryLogId: string }[] } = text.startsWith('{')
    ? { ...none, ...JSON.parse(text) }
    : none;
  return { status: response.status, answer, written };
}

const ask = (key: string, method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
  requested(
    new Request(`http://gateway.test${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }),
  );

/** A merchant of its own, which the isolate and its limiter know. */
async function caller(endpoints = 0): Promise<{ merchant: Merchant; key: string }> {
  const merchant = await seedMerchant();
  for (let n = 0; n < endpoints; n++) await seedHook(merchant);
  const key = newApiKey(merchant.mode);
  const row = { id: crypto.randomUUID(), merchantId: merchant.id, label: null, createdAt: Date.now(), expiresAt: null };
  await issueCredential(env.DB, { ...row, scheme: 'bearer', keyHash: await hashApiKey(key) });
  await ask(key, 'GET', `/${crypto.randomUUID()}`);
  return { merchant, key };
}

async function created(endpoints = 0, some: object = {}, headers: Record<string, string> = {}) {
  const who = await caller(endpoints);
  const { status, answer, written } = await ask(who.key, 'POST', '/', bodyOf(who.merchant, some), headers);
  expect(status).toBe(201);
  return { ...who, paylinkId: answer.paylinkId, written };
}

async function sentOnce(endpoints = 0, headers: Record<string, string> = {}) {
  const { key, paylinkId } = await created(endpoints);
  const { status, answer, written } = await ask(key, 'PATCH', `/${paylinkId}/send`, byEmail, headers);
  expect(status).toBe(200);
  return { key, paylinkId, attempt: answer.deliveryLogs[0]?.deliveryLogId ?? '', written };
}

function callback(attempt: string, type = 'email.delivered') {
  const data = { email_id: 'e', tags: { attempt } };
  const { path, body, headers } = fromResend({ type, created_at: '2026-01-01T00:00:00Z', data });
  return requested(new Request(`http://gateway.test${path}`, { method: 'POST', body, headers }));
}

/** Delivers what is due to the merchant's endpoint, and counts that. */
const webhooks = () => costOf(() => gateway.during((counted) => consume(sent.splice(0), Date.now() + 1_000, counted)));

it('a create writes eight rows, and one more for each of phone, invoice id, key and further line', async () => {
  expect((await created()).written).toEqual(rows(8, 0));
  const phone = { customer: { ...customer, phone: '3333333333' } };
  expect((await created(0, phone)).written).toEqual(rows(9, 0));
  expect((await created(0, { merchantInvoiceId: 'INV-1' })).written).toEqual(rows(9, 0));
  expect((await created(0, {}, { 'idempotency-key': 'k' })).written).toEqual(rows(9, 0));
  const line = { price: 1, quantity: 1 };
  expect((await created(0, { lineItems: [line, line, line] })).written).toEqual(rows(10, 0));
});

it('a send by email writes five rows to D1: the Paylink, its event, and the attempt with two indexes; and three of its coordinator’s own', async () => {
  expect((await sentOnce()).written).toEqual(rows(5, 2, 1));
});

it('a send with a key writes two more when it is over, for its week and its answer; what a day keeps is dropped with its table', async () => {
  const { key, paylinkId } = await created();
  const send = async (name: string) =>
    (await ask(key, 'PATCH', `/${paylinkId}/send`, byEmail, { 'idempotency-key': name })).written;
  // The first of a day makes the day's tables too: two rows of SQLite's own each.
  expect([await send('a'), await send('b')]).toEqual([rows(5, 2, 7), rows(5, 2, 7)]);
});

it('an event costs two rows an endpoint where it happens, and three to deliver at the first attempt', async () => {
  sent.length = 0;
  const one = await created(1);
  expect(one.written).toEqual(rows(10, 0));
  expect((await webhooks()).written).toEqual(rows(3, 0));
  expect((await created(2)).written).toEqual(rows(12, 0));
  sent.length = 0;
  expect((await sentOnce(1)).written).toEqual(rows(7, 2, 1));
});

it('a callback writes three rows to D1 and two of its coordinator’s own; two more an endpoint; a repeat none', async () => {
  const { attempt } = await sentOnce();
  expect((await callback(attempt)).written).toEqual(rows(3, 1, 1));
  expect((await callback(attempt)).written).toEqual(rows(0, 0));
  const { attempt: told } = await sentOnce(1);
  expect((await callback(told)).written).toEqual(rows(5, 1, 1));
});

it('a batch of 1,000 callbacks about 40 Paylinks is at most one batch to D1 for every 250 events of a coordinator', async () => {
  const { merchant, key } = await caller();
  const attempts: string[] = [];
  const paylinks: string[] = [];
  for (let n = 0; n < 40; n++) {
    const made = await ask(key, 'POST', '/', bodyOf(merchant));
    const { answer } = await ask(key, 'PATCH', `/${made.answer.paylinkId}/send`, byEmail);
    paylinks.push(made.answer.paylinkId);
    attempts.push(answer.deliveryLogs[0]?.deliveryLogId ?? '');
  }
  const events = Array.from({ length: 1_000 }, (_, n): DeliveryEvent => {
    const at = n % attempts.length;
    const about = { attemptId: attempts[at] ?? '', paylinkId: null, messageId: 'm', suppression: null, reason: null };
    return { id: `resend:batch-${n}`, provider: 'resend', status: n < 500 ? 'SENT' : 'DELIVERED', ...about };
  });
  gateway.objectRows.take();
  const { log } = await gateway.during((counted) =>
    receiveDeliveryEvents(counted, configOf(counted), events, Date.now()),
  );
  const coordinators = new Set(paylinks.map(coordinatorOf)).size;
  const { coordinator: calls, d1: batches } = log.summary();
  // A call carries 250 events.
  expect(calls).toBeLessThan(4 + coordinators);
  expect(batches).toBeLessThanOrEqual(calls);
  // Each Paylink: its row, its attempt and one event in D1, and one row of the journal.
  expect([log.rows().written, gateway.objectRows.take().coordinator]).toEqual([3 * 40, 40]);
});

it('a read writes nothing; a signed one its nonce', async () => {
  const { merchant, key, paylinkId } = await created();
  expect((await ask(key, 'GET', `/${paylinkId}`)).written).toEqual(rows(0, 0));
  const secret = 'a secret of the tests, long enough';
  await giveCredential(merchant.id, 'hmac', secret);
  const signed = () => {
    const url = `http://gateway.test/${paylinkId}`;
    const { headers } = signHmac({ merchantId: merchant.id, secret, timestamp: Math.floor(Date.now() / 1000), url });
    return requested(new Request(url, { headers }));
  };
  await signed();
  const { status, written } = await signed();
  expect([status, written]).toEqual([200, rows(0, 1)]);
});

it('a life with one endpoint – created, sent, delivered, opened, paid, each told – writes at most 75 rows', async () => {
  sent.length = 0;
  const one = await created(1);
  const { key, paylinkId } = one;
  const send = await ask(key, 'PATCH', `/${paylinkId}/send`, byEmail, { 'idempotency-key': 'k' });
  const delivered = await callback(send.answer.deliveryLogs[0]?.deliveryLogId ?? '');
  const opened = await costOf(() => gateway.during((counted) => openPaylink(counted, configOf(counted), paylinkId)));
  const payment = { paylinkId, orderId: 'o', type: 'payment', amount: 1010, currencyCode: 'USD' };
  const paid = await ask(key, 'POST', '/webhooks/payments', payment);
  expect(paid.status).toBe(200);
  const told = await webhooks();
  const all = [one.written, send.written, delivered.written, opened.written, paid.written, told.written];
  expect(opened.written).toEqual(rows(4, 1, 1));
  expect(paid.written).toEqual(rows(7, 1, 1));
  expect(told.written).toEqual(rows(15, 0));
  const total = all.reduce((sum, { d1, objects, later }) => sum + d1 + objects + later, 0);
  expect(total).toBeLessThanOrEqual(75);
});
