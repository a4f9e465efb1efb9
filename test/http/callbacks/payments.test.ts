import { describe, expect, it } from 'vitest';
import { giveCredential, signHmac } from '../../auth/merchant-side.ts';
import { merchantApi, request } from '../../support/api.ts';
import { contextOf, seedPaylink, send } from '../../support/verbs.ts';

const path = '/webhooks/payments';

describe('a checkout’s payment', () => {
  it('makes a Paylink PAID, once; then it cannot be sent', async () => {
    const { merchant, call } = await merchantApi();
    const { id } = await seedPaylink(merchant);
    const body = { paylinkId: id, orderId: 'o-1', type: 'payment', amount: 1010, fees: 30, currencyCode: 'USD' };
    const answer = await call('POST', path, body);
    expect(answer.status).toBe(200);
    const paid = await answer.json();
    expect(paid).toMatchObject({
      paylinkId: id,
      status: 'PAID',
      orderId: 'o-1',
      approvedAmount: 1010,
      orderTotal: 1040,
      openOrders: [{ orderId: 'o-1', status: 'PAID', amount: 1010, fees: 30, refunded: 0 }],
    });
    const again = await call('POST', path, body);
    expect([again.status, await again.json()]).toEqual([200, paid]);
    expect(await send(contextOf(merchant), id)).toMatchObject({ refusal: { code: 'not_active' } });
    const refunded = await call('POST', path, { ...body, type: 'refund', amount: 10 });
    expect(await refunded.json()).toMatchObject({ status: 'PARTIALLY_REFUNDED', openOrders: [{ refunded: 10 }] });
    expect((await call('POST', path, { ...body, amount: 999 })).status).toBe(409);
  });

  it('may be signed like any request', async () => {
    const { merchant } = await merchantApi();
    const { id } = await seedPaylink(merchant);
    const secret = 'a-secret-of-this-test';
    await giveCredential(merchant.id, 'hmac', secret);
    const body = JSON.stringify({ paylinkId: id, orderId: 'o', type: 'payment', amount: 5, currencyCode: 'USD' });
    const timestamp = Math.floor(Date.now() / 1000);
    const url = `http://gateway.test${path}`;
    const { headers } = signHmac({ merchantId: merchant.id, secret, timestamp, method: 'POST', url, body });
    const sent = () => request('POST', path, body, Object.fromEntries(headers));
    const answer = await sent();
    expect([answer.status, await answer.json()]).toMatchObject([200, { status: 'PARTIALLY_PAID' }]);
    expect((await sent()).status).toBe(401);
    expect((await request('POST', path, body)).status).toBe(401);
  });

  it('is a 404 for another merchant’s Paylink, but not for a child’s', async () => {
    const parent = await merchantApi();
    const child = await merchantApi({ parentId: parent.merchant.id });
    const stranger = await merchantApi();
    const { id } = await seedPaylink(child.merchant);
    const body = { paylinkId: id, orderId: 'o', type: 'payment', amount: 1010, currencyCode: 'USD' };
    expect((await stranger.call('POST', path, body)).status).toBe(404);
    expect((await child.call('POST', path, { ...body, paylinkId: crypto.randomUUID() })).status).toBe(404);
    expect((await parent.call('POST', path, body)).status).toBe(200);
  });

  it('that is malformed gets the names of its wrong fields', async () => {
    const { call } = await merchantApi();
    const answer = await call('POST', path, { paylinkId: 'x', orderId: '', type: 'tip', amount: 1.5, extra: 1 });
    expect(answer.status).toBe(400);
    const { errors } = await answer.json<{ errors: { path: string }[] }>();
    expect(errors.map((error) => error.path).sort()).toEqual(['amount', 'currencyCode', 'extra', 'orderId', 'type']);
  });
});
