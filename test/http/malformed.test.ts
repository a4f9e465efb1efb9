import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Api, merchantApi, request } from '../support/api.ts';
import { createBody } from '../support/verbs.ts';

const odd: unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  '',
  ' ',
  'x'.repeat(300),
  '\u0000',
  '\ud800',
  [],
  [null],
  {},
  { a: { b: [] } },
  '2020-01-01T00:00:00Z',
  '__proto__',
];
const fields = [
  'merchantId',
  'merchantInvoiceId',
  'customer',
  'lineItems',
  'tax',
  'shipping',
  'currencyCode',
  'description',
  'memo',
  'metadata',
  'expiration',
  'sendEmail',
  'sendSms',
  'sendSMS',
  'customerConsent',
  'attachments',
  'unknownField',
  'constructor',
];
const itemFields = ['sku', 'price', 'quantity', 'tax', 'description', 'category', 'metadata', 'nonsense'];
const customerFields = [
  'email',
  'phone',
  'firstName',
  'lastName',
  'paylinkCustomerId',
  'locale',
  'timeZone',
  'nonsense',
];
const rawBodies = [
  '',
  '{',
  '[]',
  'null',
  '"text"',
  '{"a":1,}',
  '\u0000',
  '{"merchantId":',
  `${'['.repeat(5_000)}`,
  `{"metadata":${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}}`,
  '{"merchantId":"x","merchantId":"y"}',
  'sendEmail=true',
  '\ufeff{}',
];
const ids = [
  'x',
  '%00',
  '%ff',
  '..%2f..',
  '0',
  '00000000-0000-0000-0000-000000000000',
  '8d5f2c1e-4a7b-4c3d-9e10-1f2a3b4c5d6e',
  '01a1fc88-5533-7fff-a46e-9461f1d6fe45',
  "';DROP TABLE paylinks;--",
  'a'.repeat(2_000),
  'é',
  '💸',
];
const headers: Record<string, string>[] = [
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/json; charset=utf-16' },
  { 'content-type': '' },
  { 'content-type': 'multipart/form-data; boundary=x' },
  { 'idempotency-key': '' },
  { 'idempotency-key': 'x'.repeat(256) },
  { 'idempotency-key': '"unterminated' },
  { 'idempotency-key': '"' },
  { 'idempotency-key': 'tab\there' },
  { prefer: 'wait=99999999999999999999' },
  { prefer: 'wait=-1' },
  { prefer: ',,,=;wait' },
  { traceparent: 'zz' },
  { 'x-merchant-id': 'x' },
  { 'x-request-id': 'x'.repeat(2_000) },
  { accept: 'image/png' },
  { authorization: 'Bearer' },
  { authorization: 'Basic eDp4' },
  { authorization: `Bearer ${'x'.repeat(4_000)}` },
  { authorization: 'ApiKey \t' },
];
const signed: Record<string, string>[] = [
  {},
  { timestamp: '0' },
  { timestamp: 'NaN' },
  { timestamp: '9'.repeat(30) },
  { nonce: 'short' },
  { nonce: 'x'.repeat(65) },
  { nonce: 'bad nonce with spaces!!' },
  { signature: 'zz' },
  { signature: 'A'.repeat(64) },
  { 'x-key-id': "' OR 1=1" },
];
const queries = [
  'limit=0',
  'limit=101',
  'limit=x',
  'limit=1&limit=2',
  'cursor=x',
  'cursor=.',
  'cursor=zzz.zzz',
  'status=NO',
  'status=',
  'merchantInvoiceId=',
  'nonsense=1',
  '%',
  'cursor=%00',
];

describe('malformed requests', () => {
  let api: Api;
  let paylinkId: string;
  beforeAll(async () => {
    api = await merchantApi();
    const created: { paylinkId: string } = await (await api.call('POST', '/', createBody(api.merchant.id))).json();
    paylinkId = created.paylinkId;
  });

  /** Counts of the rows that a request could leave half-written. */
  const rows = async () => {
    const { results } = await env.DB.prepare(
      `SELECT (SELECT count(*) FROM paylinks) AS paylinks, (SELECT count(*) FROM paylink_events) AS events, (SELECT count(*) FROM paylink_logs) AS logs,
         (SELECT count(*) FROM paylinks p WHERE NOT EXISTS (SELECT 1 FROM paylink_events e WHERE e.paylink_id = p.id)) AS half`,
    ).all<{ paylinks: number; events: number; logs: number; half: number }>();
    return results[0];
  };

  type Attempt = [string, () => Promise<Response>];
  function attempts(): Attempt[] {
    const { call, merchant } = api;
    const body = (some: object) => createBody(merchant.id, some);
    const item = { price: 1, quantity: 1 };
    const routes: [string, string][] = [
      ['POST', '/'],
      ['PATCH', `/${paylinkId}`],
      ['PATCH', `/${paylinkId}/send`],
      ['POST', '/graphql'],
      ['POST', '/webhook-endpoints'],
      ['POST', '/webhooks/payments'],
      ['POST', '/admin/merchants'],
    ];
    const list: Attempt[] = [];
    const add = (name: string, method: string, path: string, value?: unknown, more?: Record<string, string>) =>
      list.push([`${method} ${path} ${name}`, () => call(method, path, value, more)]);
    for (const field of fields)
      for (const value of odd)
        add(`${field}=${JSON.stringify(value)?.slice(0, 20)}`, 'POST', '/', body({ [field]: value }));
    for (const field of itemFields)
      for (const value of odd) add(`item ${field}`, 'POST', '/', body({ lineItems: [{ ...item, [field]: value }] }));
    for (const field of customerFields)
      for (const value of odd) add(`customer ${field}`, 'PATCH', `/${paylinkId}`, { customer: { [field]: value } });
    for (const field of ['sendEmail', 'sendSms', 'to'])
      for (const value of odd)
        if (typeof value !== 'boolean')
          add(field, 'PATCH', `/${paylinkId}/send`, { sendEmail: false, sendSms: false, [field]: value });
    for (const [method, path] of routes) for (const raw of rawBodies) add(`raw ${raw.slice(0, 10)}`, method, path, raw);
    for (const [method, path] of routes)
      for (const more of headers)
        add(
          `header ${JSON.stringify(more).slice(0, 30)}`,
          method,
          path,
          { sendEmail: false, sendSms: false, query: '{__typename', merchantId: 'x', url: 'x' },
          more,
        );
    for (const id of ids)
      for (const [method, rest] of [
        ['GET', ''],
        ['PATCH', ''],
        ['PATCH', '/cancel'],
        ['PATCH', '/send'],
        ['GET', '/qr.svg'],
      ] as const)
        add(
          'id',
          method,
          `/${encodeURI(id)}${rest}`,
          method === 'PATCH' ? { sendEmail: true, sendSms: false } : undefined,
        );
    for (const id of ids)
      for (const path of ['/s/', '/p/', '/u/', '/inbox/', '/admin/merchants/', '/suppressions/', '/webhook-endpoints/'])
        add('public', 'GET', `${path}${encodeURI(id)}`);
    for (const query of queries) add('query', 'GET', `/paylinks?${query}`);
    for (const more of signed)
      list.push([
        `signed ${JSON.stringify(more).slice(0, 30)}`,
        () =>
          request('GET', `/${paylinkId}`, undefined, {
            'x-merchant-id': merchant.id,
            timestamp: String(Math.floor(Date.now() / 1000)),
            nonce: '0123456789abcdef',
            signature: 'a'.repeat(64),
            ...more,
          }),
      ]);
    for (const value of odd)
      add('variables', 'POST', '/graphql', {
        query: 'mutation($i: SendPaymentSessionLinkInput!){sendPaymentSessionLink(input:$i){success message}}',
        variables: { i: value },
      });
    for (const value of odd)
      add('to', 'POST', '/graphql', {
        query: 'mutation($i: SendPaymentSessionLinkInput!){sendPaymentSessionLink(input:$i){success message}}',
        variables: { i: { id: value, channel: 'Email', to: value } },
      });
    return list;
  }

  it('never get a 5xx and never leave a half-written row', async () => {
    const all = attempts();
    expect(all.length).toBeGreaterThanOrEqual(300);
    const wrong: string[] = [];
    for (const [name, attempt] of all) {
      try {
        const response = await attempt();
        const text = await response.text();
        if (response.status >= 500) wrong.push(`${name}: ${response.status} ${text.slice(0, 200)}`);
        const isProblem = response.headers.get('content-type') === 'application/problem+json';
        if (response.status >= 400 && isProblem && !JSON.parse(text).code) wrong.push(`${name}: no code`);
      } catch (error) {
        // The client refused to send it, so it never reached the gateway.
        if (!(error instanceof TypeError)) wrong.push(`${name}: ${error}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(await rows()).toMatchObject({ half: 0 });
  }, 120_000);

  it('change nothing when they are refused', async () => {
    const before = await rows();
    for (const raw of rawBodies) {
      const response = await api.call('POST', '/', raw);
      expect([raw.slice(0, 20), response.status]).toEqual([raw.slice(0, 20), 400]);
    }
    expect(await rows()).toEqual(before);
  });

  it('are told their first 20 faults, in an answer that is not longer than they are', async () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`k${n}`, 1]));
    const long = { ['x'.repeat(50_000)]: 1 };
    for (const wrong of [many, long]) {
      for (const path of ['/', '/webhooks/payments']) {
        const answer = await api.call('POST', path, wrong);
        const text = await answer.text();
        const { errors }: { errors: unknown[] } = JSON.parse(text);
        expect([answer.status, errors.length <= 20, text.length < 10_000]).toEqual([400, true, true]);
      }
    }
  });
});
