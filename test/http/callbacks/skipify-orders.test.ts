import { beforeAll, describe, expect, it } from 'vitest';
import { giveCredential, signSkipify } from '../../auth/merchant-side.ts';
import { type Api, merchantApi, request } from '../../support/api.ts';
import { createBody } from '../../support/verbs.ts';

const secret = 'sk_skipify_orders';
let api: Api;
beforeAll(async () => {
  api = await merchantApi();
  await giveCredential(api.merchant.id, 'skipify', secret);
});

type Shown = {
  paylinkId: string;
  approvedAmount: number | null;
  openOrders: { orderId: string; amount: number; refunded: number }[];
};
const created = async (): Promise<Shown> => (await api.call('POST', '/', createBody(api.merchant.id))).json();
const report = (paylinkId: string, orderId: string, some: object = {}) => ({
  ...{ paylinkId, orderId, type: 'payment', amount: 100, currencyCode: 'USD', ...some },
});

/** Reports as the vendor's SDK signs; `sent` is the body that arrives, where it is not the one that was signed. */
async function signed(body: object, sent = JSON.stringify(body)): Promise<Response> {
  const url = 'http://gateway.test/webhooks/payments';
  const text = JSON.stringify(body);
  const timestamp = Math.floor(Date.now() / 1000);
  const parts = { merchantId: api.merchant.id, secret, timestamp, method: 'POST', url, body: text };
  const { headers } = signSkipify({ ...parts, requestUri: 'webhooks/payments' });
  return request('POST', '/webhooks/payments', sent, {
    ...Object.fromEntries(headers),
    'content-type': 'application/json',
  });
}

describe('an order that a skipify signature reports', () => {
  it('is one, however the case or the spaces of its id come: money is counted once', async () => {
    const { paylinkId } = await created();
    for (const id of ['Ord-77 a', 'ORD-77 A', 'ord-77a', 'Ord-77 a'])
      expect((await signed(report(paylinkId, id))).status).toBe(200);
    const shown = await (await api.call('GET', `/${paylinkId}`)).json<Shown>();
    expect(shown).toMatchObject({ approvedAmount: 100, openOrders: [{ orderId: 'Ord-77 a', amount: 100 }] });
    expect(shown.openOrders).toHaveLength(1);
    expect((await signed(report(paylinkId, 'ORD-77A', { amount: 200 }))).status).toBe(409);
    await signed(report(paylinkId, 'ORD-77A', { type: 'refund', amount: 40 }));
    const after = await (await api.call('GET', `/${paylinkId}`)).json<Shown>();
    expect(after.openOrders).toMatchObject([{ orderId: 'Ord-77 a', refunded: 40 }]);
  });

  it('cannot be made two by who changes it on the way, as the signature lets it', async () => {
    const { paylinkId } = await created();
    const body = report(paylinkId, 'straße-1');
    const onTheWay = JSON.stringify(body).replace('straße-1', 'STRASSE-1');
    expect((await signed(body, onTheWay)).status).toBe(200);
    expect((await signed(body)).status).toBe(200);
    const shown = await (await api.call('GET', `/${paylinkId}`)).json<Shown>();
    expect([shown.approvedAmount, shown.openOrders.length]).toEqual([100, 1]);
  });

  it('is told apart by its case where the signature covers it', async () => {
    const { paylinkId } = await created();
    for (const id of ['ord-1', 'ORD-1']) await api.call('POST', '/webhooks/payments', report(paylinkId, id));
    const shown = await (await api.call('GET', `/${paylinkId}`)).json<Shown>();
    expect([shown.approvedAmount, shown.openOrders.length]).toEqual([200, 2]);
  });
});
