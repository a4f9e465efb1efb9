import { exports } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { giveCredential, signSkipify } from '../auth/merchant-side.ts';
import { type Api, merchantApi } from '../support/api.ts';
import { createBody } from '../support/verbs.ts';

type Body = Record<string, unknown> & { paylinkId: string };
const json = async (response: Response): Promise<Body> => response.json();

describe('a skipify-signed caller', () => {
  const secret = 'sk_skipify_0123456789abcdef0123456789abcdef';
  let api: Api;
  beforeAll(async () => {
    api = await merchantApi();
    await giveCredential(api.merchant.id, 'skipify', secret);
  });
  const call = (method: string, path: string, content?: unknown, slash = '') => {
    const signed = signSkipify({
      merchantId: api.merchant.id,
      secret,
      timestamp: Math.floor(Date.now() / 1000),
      method,
      url: `http://gateway.test${path}`,
      requestUri: `${slash}${path.slice(1)}`,
      ...(content === undefined ? {} : { body: JSON.stringify(content) }),
    });
    signed.headers.set('content-type', 'application/json');
    return exports.default.fetch(signed.url, {
      method,
      headers: signed.headers,
      ...(content === undefined ? {} : { body: signed.body }),
    });
  };
  const created = async (some: object = {}) => json(await call('POST', '/', createBody(api.merchant.id, some)));

  it('has unknown fields ignored, at any depth, and named in Paylinks-Ignored', async () => {
    const body = createBody(api.merchant.id, { colour: 'blue', customer: { email: 'a@example.com', née: 'x' } });
    const response = await call('POST', '/', body);
    expect([response.status, response.headers.get('paylinks-ignored')]).toEqual([201, 'customer.n%C3%A9e, colour']);
    const strict = await api.call('POST', '/', body);
    expect([strict.status, strict.headers.get('paylinks-ignored')]).toEqual([400, null]);
    const wrong = await call('POST', '/', { ...body, memo: 7 });
    expect([wrong.status, await wrong.json()]).toMatchObject([400, { errors: [{ path: 'memo' }] }]);
  });

  it('has every client take the answer: names that are no text, too long or too many are cut or left out', async () => {
    const strange = await call('POST', '/', createBody(api.merchant.id, { '\ud800': 1 }));
    expect([strange.status, strange.headers.get('paylinks-ignored')]).toEqual([201, '%EF%BF%BD']);
    const long = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`${n}${'é'.repeat(500)}`, 1]));
    const cut = await call('POST', '/', createBody(api.merchant.id, long));
    expect(cut.status).toBe(201);
    expect(cut.headers.get('paylinks-ignored')).toMatch(/^0(?:%C3%A9){99}, /);
    expect(cut.headers.get('paylinks-ignored')?.length).toBeLessThan(4_000);
  });

  it('may leave out a flag of a send or set it to null: that is false', async () => {
    const { paylinkId } = await created({ customerConsent: null, sendSMS: null, sendSms: undefined });
    expect(await json(await call('GET', `/${paylinkId}`))).toMatchObject({ customerConsent: false, sendSms: false });
    await call('PATCH', `/${paylinkId}`, { customerConsent: true });
    const sent = await call('PATCH', `/${paylinkId}/send`, { sendEmail: true });
    expect([sent.status, await sent.json()]).toMatchObject([200, { deliveryLogs: [{ deliveryMethod: 'EMAIL' }] }]);
    const none = await call('PATCH', `/${paylinkId}/send`, { sendSMS: null });
    expect([none.status, await none.json()]).toMatchObject([400, { code: 'no_channel' }]);
    expect((await api.call('PATCH', `/${paylinkId}/send`, { sendEmail: true })).status).toBe(400);
  });

  it('is answered 200 where a send’s outcome is not known yet, and its log says UNKNOWN', async () => {
    const { paylinkId } = await created({ customer: { email: 'unknown@paylinks.test' } });
    const flags = { sendEmail: true, sendSms: false };
    const sent = await call('PATCH', `/${paylinkId}/send`, flags);
    expect([sent.status, await sent.json()]).toMatchObject([200, { deliveryLogs: [{ status: 'UNKNOWN' }] }]);
    expect((await api.call('PATCH', `/${paylinkId}/send`, flags)).status).toBe(202);
  });

  it('creates, reads, sends, updates and cancels a Paylink, each signed as its SDK’s HeaderUtil signs', async () => {
    const made = await call('POST', '/', createBody(api.merchant.id, { sendSms: false }));
    expect(made.status).toBe(201);
    const { paylinkId } = await json(made);
    expect(await json(await call('GET', `/${paylinkId}`))).toMatchObject({ paylinkId, status: 'CREATED' });
    const sent = await call('PATCH', `/${paylinkId}/send`, { sendEmail: true, sendSMS: false });
    expect([sent.status, await sent.json()]).toMatchObject([
      200,
      { status: 'SENT', deliveryLogs: [{ status: 'SENT' }] },
    ]);
    const updated = await call('PATCH', `/${paylinkId}`, { memo: 'Thank you!' });
    expect([updated.status, await updated.json()]).toMatchObject([200, { memo: 'Thank you!' }]);
    const canceled = await call('PATCH', `/${paylinkId}/cancel`);
    expect([canceled.status, await canceled.text()]).toEqual([204, '']);
    expect(await json(await call('GET', `/${paylinkId}`))).toMatchObject({ status: 'CANCELED' });
  });

  it('may sign the request’s URI with a leading slash', async () => {
    const { paylinkId } = await created();
    expect((await call('GET', `/${paylinkId}`, undefined, '/')).status).toBe(200);
  });
});

describe('anybody', () => {
  let api: Api;
  beforeAll(async () => {
    api = await merchantApi();
  });
  const created = async (some: object = {}) => json(await api.call('POST', '/', createBody(api.merchant.id, some)));

  it('may send back what was read: fields that only answers have are ignored at create and update', async () => {
    const read = await created();
    const { attachments: _, ...body } = read;
    const updated = await api.call('PATCH', `/${read.paylinkId}`, { ...body, memo: 'changed' });
    expect([updated.status, await updated.json()]).toMatchObject([200, { memo: 'changed', paylinkId: read.paylinkId }]);
    const again = await api.call('POST', '/', body);
    expect(again.status).toBe(201);
    expect((await json(again)).paylinkId).not.toBe(read.paylinkId);
    expect((await api.call('PATCH', `/${read.paylinkId}`, { colour: 'blue' })).status).toBe(400);
  });

  it('may end a path with a slash', async () => {
    const { paylinkId } = await created();
    expect((await api.call('GET', `/${paylinkId}/`)).status).toBe(200);
    expect((await api.call('GET', '/paylinks/?limit=1')).status).toBe(200);
    const query = await api.call('POST', '/graphql/', { query: '{ __typename }' });
    expect(await query.json()).toEqual({ data: { __typename: 'Query' } });
  });

  it('may write a currency in any case', async () => {
    expect(await created({ currencyCode: 'eur' })).toMatchObject({ currencyCode: 'EUR' });
    const { paylinkId } = await created();
    const payment = { paylinkId, orderId: 'o', type: 'payment', amount: 1, currencyCode: 'usd' };
    expect((await api.call('POST', '/webhooks/payments', payment)).status).toBe(200);
  });

  it('may notify by one channel without a body, whatever the flags say, once for each key', async () => {
    const { paylinkId } = await created({ sendEmail: false, sendSms: false });
    const sms = await api.call('POST', `/${paylinkId}/notify_by/sms`, undefined, { 'idempotency-key': 'n' });
    expect([sms.status, await sms.json()]).toMatchObject([200, { deliveryLogs: [{ deliveryMethod: 'SMS' }] }]);
    const again = await api.call('POST', `/${paylinkId}/notify_by/sms`, undefined, { 'idempotency-key': 'n' });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await api.call('POST', `/${paylinkId}/notify_by/email`)).status).toBe(200);
    for (const medium of ['fax', 'EMAIL', 'constructor', 'toString', '__proto__'])
      expect((await api.call('POST', `/${paylinkId}/notify_by/${medium}`)).status, medium).toBe(404);
    const stranger = await merchantApi();
    expect((await stranger.call('POST', `/${paylinkId}/notify_by/sms`)).status).toBe(404);
  });
});
