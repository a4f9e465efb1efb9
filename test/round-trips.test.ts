import { env } from 'cloudflare:workers';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { hashApiKey, newApiKey } from '../src/auth/api-key.ts';
import type { Merchant } from '../src/model/merchant.ts';
import { newIdAt } from '../src/paylink-id.ts';
import { issueCredential } from '../src/store/credentials.ts';
import { CountedGateway } from './support/counted-gateway.ts';
import { seedMerchant } from './support/merchants.ts';
import { fakeCredentials } from './support/providers/fake-credentials.ts';
import { createBody } from './support/verbs.ts';

/** What an operation costs in round trips. They decide how long it takes and what it is billed: one more is a change of this table. */
const cost = (d1: number, gate: number, coordinator: number, fetch: number, chain: number) => ({
  d1,
  gate,
  coordinator,
  fetch,
  chain,
});

let gateway: CountedGateway;
let merchant: Merchant;
let key: string;

async function keyOf(of: Merchant): Promise<string> {
  const text = newApiKey(of.mode);
  const row = { id: crypto.randomUUID(), merchantId: of.id, label: null, createdAt: Date.now(), expiresAt: null };
  await issueCredential(env.DB, { ...row, scheme: 'bearer', keyHash: await hashApiKey(text) });
  return text;
}

beforeAll(async () => {
  merchant = await seedMerchant();
  key = await keyOf(merchant);
  const MAILCHANNELS_BASE_URL = inject('fakeProviders');
  gateway = new CountedGateway({ ...fakeCredentials, EMAIL_PROVIDERS: 'mailchannels', MAILCHANNELS_BASE_URL });
  // The key's merchant is read once in 30 s.
  await ask('GET', `/${crypto.randomUUID()}`);
  // Which key hashes recipients is read once in an isolate's life.
  await created();
});

afterAll(() => {
  vi.restoreAllMocks();
});

async function ask(method: string, path: string, body?: object, headers: Record<string, string> = {}, as = key) {
  const request = new Request(`http://gateway.test${path}`, {
    method,
    headers: { authorization: `Bearer ${as}`, ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const { response, log } = await gateway.ask(request);
  return { response, trips: log.summary() };
}

async function created(): Promise<string> {
  const { response } = await ask('POST', '/', createBody(merchant.id));
  const { paylinkId }: { paylinkId: string } = await response.json();
  return paylinkId;
}

const byEmail = { sendEmail: true, sendSms: false };
const mutation = {
  query:
    'mutation ($input: SendPaymentSessionLinkInput!) { sendPaymentSessionLink(input: $input) { success message } }',
};

it('a create waits for admission, then its coordinator, then one batch', async () => {
  const { response, trips } = await ask('POST', '/', createBody(merchant.id));
  expect(response.status).toBe(201);
  expect(trips).toEqual(cost(1, 1, 1, 0, 3));
});

it('a read waits once: for admission and its one query side by side', async () => {
  const id = await created();
  const { response, trips } = await ask('GET', `/${id}`);
  expect(response.status).toBe(200);
  expect(trips).toEqual(cost(1, 1, 0, 0, 1));
});

it('an update and a cancel wait for admission with their read, the coordinator and one batch', async () => {
  const id = await created();
  const updated = await ask('PATCH', `/${id}`, { memo: 'new' });
  expect([updated.response.status, updated.trips]).toEqual([200, cost(2, 1, 1, 0, 3)]);
  const canceled = await ask('PATCH', `/${id}/cancel`);
  expect([canceled.response.status, canceled.trips]).toEqual([204, cost(2, 1, 1, 0, 3)]);
});

it('a send waits for admission, the claim with its read, the provider, and the report with one batch; by REST and by GraphQL', async () => {
  const first = await ask('PATCH', `/${await created()}/send`, byEmail);
  expect([first.response.status, first.trips]).toEqual([200, cost(2, 1, 2, 1, 6)]);
  const variables = { input: { id: await created(), channel: 'Email' } };
  const second = await ask('POST', '/graphql', { ...mutation, variables }, { accept: 'application/json' });
  expect(await second.response.json()).toMatchObject({ data: { sendPaymentSessionLink: { success: true } } });
  expect(second.trips).toEqual(cost(2, 1, 2, 1, 6));
});

it('a replay asks no provider and nothing of D1', async () => {
  const id = await created();
  await ask('PATCH', `/${id}/send`, byEmail, { 'idempotency-key': 'k' });
  const { response, trips } = await ask('PATCH', `/${id}/send`, byEmail, { 'idempotency-key': 'k' });
  expect(response.headers.get('idempotency-replayed')).toBe('true');
  expect(trips).toEqual(cost(0, 1, 1, 0, 2));
});

it('an unknown key is refused without any of them once it is known to be unknown', async () => {
  const nobody = newApiKey('live');
  await ask('GET', '/x', undefined, {}, nobody);
  const { response, trips } = await ask('GET', '/x', undefined, {}, nobody);
  expect(response.status).toBe(401);
  expect(trips).toEqual(cost(0, 0, 0, 0, 0));
});

it('an address whose failures were refused costs D1 nothing: who is known is let in, and nobody is looked up', async () => {
  const from = { 'cf-connecting-ip': '192.0.2.44' };
  const id = await created();
  const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now());
  for (let n = 0; n < 250; n++) await ask('GET', '/x', undefined, from, 'malformed');
  const nobody = newApiKey('live');
  const signed = { 'x-merchant-id': crypto.randomUUID(), nonce: 'n'.repeat(16), signature: '0'.repeat(64) };
  const timestamp = `${Math.floor(Date.now() / 1000)}`;
  const requests = [
    await ask('GET', '/x', undefined, from, nobody),
    await gateway
      .ask(new Request('http://gateway.test/x', { headers: { ...from, ...signed, timestamp } }))
      .then(({ response, log }) => ({ response, trips: log.summary() })),
  ];
  for (const { response, trips } of requests) expect([response.status, trips]).toEqual([429, cost(0, 0, 0, 0, 0)]);
  expect((await ask('GET', `/${id}`, undefined, from)).response.status).toBe(200);
  expect((await ask('GET', '/x', undefined, { 'cf-connecting-ip': '192.0.2.45' }, nobody)).response.status).toBe(401);
  clock.mockRestore();
});

it('an address that has asked for many unknown links costs D1 nothing', async () => {
  const from = { 'cf-connecting-ip': '192.0.2.46' };
  const get = async (path: string, headers: Record<string, string> = from) => {
    const method = /^\/[ou]\//.test(path) ? 'POST' : 'GET';
    const { response, log } = await gateway.ask(new Request(`http://gateway.test${path}`, { method, headers }));
    return { status: response.status, d1: log.summary().d1 };
  };
  const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now());
  for (let n = 0; n < 250; n++) await get(`/s/0guess${`${n}`.padStart(7, '0')}`);
  const { response } = await ask('POST', '/', createBody(merchant.id));
  const { shortLink }: { shortLink: string } = await response.json();
  const code = shortLink.split('/').at(-1) ?? '';
  const [one, other] = [newIdAt(1, 0), newIdAt(2, 0)];
  for (const path of [`/s/${code}`, `/p/${code}`, `/checkout/${code}`, `/o/${code}`, `/u/${one}.${other}`])
    expect([path, await get(path)]).toEqual([path, { status: 429, d1: 0 }]);
  expect(await get(`/p/${code}`, { 'cf-connecting-ip': '192.0.2.47' })).toMatchObject({ status: 200 });
  clock.mockRestore();
});

it('a merchant known to be over its quota is refused without any of them', async () => {
  const limited = await keyOf(await seedMerchant({ rateLimitRequests: 1, rateLimitWindowSeconds: 3600 }));
  for (let n = 0; n < 3; n++) await ask('GET', '/x', undefined, {}, limited);
  const id = await created();
  const query = `{ paymentSession(id: "${id}") { id } }`;
  const requests: [string, string, object?][] = [
    ['GET', `/${id}`],
    ['PATCH', `/${id}/send`, { sendEmail: true, sendSms: false }],
    ['PATCH', `/${id}/cancel`],
    ['POST', '/graphql', { query }],
  ];
  for (const [method, path, body] of requests) {
    const { response, trips } = await ask(method, path, body, {}, limited);
    expect([path, response.status]).toEqual([path, 429]);
    expect(trips).toEqual(cost(0, 0, 0, 0, 0));
  }
});
