import { env } from 'cloudflare:workers';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { configOf } from '../../src/env.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import { unsubscribeTokens } from '../../src/paylinks/recipients/unsubscribe-token.ts';
import type { Suppression } from '../../src/store/suppressions.ts';
import { merchantApi } from '../support/api.ts';
import { consume, deliveriesOf, type Hook, heardBy, messagesFor, seedHook } from '../support/hooks.ts';
import { seedSuppressions } from '../support/suppressions.ts';
import { createBody } from '../support/verbs.ts';

const Created = z.object({ paylinkId: z.string() });
const Event = z.object({ type: z.string(), data: z.record(z.string(), z.unknown()) });

/** Has everything delivered that is due to the endpoint; what it heard, by type. */
async function heard(hook: Hook) {
  const pending = (await deliveriesOf(hook.endpoint.id)).filter(({ status }) => status === 'pending');
  await consume(messagesFor(pending.map(({ id }) => id)), Date.now() + 60_000);
  return (await heardBy(hook.name)).map(({ body, headers }) => ({ headers, ...Event.parse(JSON.parse(body)) }));
}
const typesIn = async (hook: Hook) => (await deliveriesOf(hook.endpoint.id)).map(({ event_type }) => event_type);
const dataIn = async (hook: Hook) =>
  (await deliveriesOf(hook.endpoint.id)).map(({ payload }) => Event.parse(JSON.parse(payload)).data);

describe('an endpoint', () => {
  it('of the format skipify hears that vendor’s events under their names, with the secret in a header', async () => {
    const api = await merchantApi();
    const hook = await seedHook(api.merchant, { format: 'skipify' });
    const { paylinkId } = Created.parse(await (await api.call('POST', '/', createBody(api.merchant.id))).json());
    await api.call('PATCH', `/${paylinkId}`, { memo: 'x' });
    const order = { paylinkId, orderId: 'o', amount: 1010, currencyCode: 'USD' };
    await api.call('POST', '/webhooks/payments', { ...order, type: 'failed' });
    await api.call('POST', '/webhooks/payments', { ...order, type: 'payment' });
    const events = await heard(hook);
    expect(events.map(({ type, data }) => [type, data.orderId])).toEqual([
      ['ORDER_PAYMENT_FAILED', 'o'],
      ['ORDER_PAYMENT_SUCCEEDED', 'o'],
    ]);
    for (const { headers } of events) expect(headers['x-skipify-secret']).toBe(hook.secret);
    for (const { body, headers } of await heardBy(hook.name)) new Webhook(hook.secret).verify(body, headers);
  });

  it('is called with its own headers, which are shown by name only', async () => {
    const api = await merchantApi();
    const own = { Authorization: 'Basic c2VjcmV0', 'X-Tenant': '7' };
    const hook = await seedHook(api.merchant, { headers: own });
    await api.call('POST', '/', createBody(api.merchant.id));
    const [event] = await heard(hook);
    expect(event?.headers).toMatchObject({ authorization: 'Basic c2VjcmV0', 'x-tenant': '7' });
    const shown = await (await api.call('GET', `/webhook-endpoints/${hook.endpoint.id}`)).text();
    expect(shown).toContain('"headers":["Authorization","X-Tenant"]');
    expect(shown).not.toContain('c2VjcmV0');
    const changed = await api.call('PATCH', `/webhook-endpoints/${hook.endpoint.id}`, { headers: {} });
    expect(await changed.json()).toMatchObject({ headers: [] });
  });

  it.each([
    { 'content-type': 'text/plain' },
    { 'Webhook-Id': 'x' },
    { Host: 'x' },
    { 'x y': 'x' },
    { 'x-a': 'a\r\nb: c' },
    { a1: '1', a2: '1', a3: '1', a4: '1', a5: '1', a6: '1' },
  ])('may not have the headers %j', async (headers) => {
    const api = await merchantApi();
    const body = { url: 'https://hooks.shop.example/', headers };
    expect((await api.call('POST', '/webhook-endpoints', body)).status).toBe(400);
  });

  it('of a parent that includes children hears of its direct children, and of nobody else', async () => {
    const parent = await merchantApi();
    const child = await merchantApi({ parentId: parent.merchant.id });
    const grandchild = await merchantApi({ parentId: child.merchant.id });
    const stranger = await merchantApi();
    const [all, own] = [await seedHook(parent.merchant, { includeChildren: true }), await seedHook(parent.merchant)];
    for (const one of [parent, child, grandchild, stranger]) await one.call('POST', '/', createBody(one.merchant.id));
    const merchants = async (hook: Hook) => (await dataIn(hook)).map(({ merchantId }) => merchantId);
    expect(new Set(await merchants(all))).toEqual(new Set([parent.merchant.id, child.merchant.id]));
    expect(await merchants(own)).toEqual([parent.merchant.id]);
    await seedSuppressions([aSuppression(child.merchant)]);
    expect((await typesIn(all)).filter((type) => type === 'suppression.created')).toHaveLength(1);
    expect(await typesIn(own)).toEqual(['paylink.created']);
  });
});

const aSuppression = (merchant: Merchant, some: Partial<Suppression> = {}): Suppression => ({
  id: crypto.randomUUID(),
  merchantId: merchant.id,
  channel: 'EMAIL',
  recipientHash: crypto.randomUUID(),
  recipient: 'ada@example.com',
  reason: 'hard_bounce',
  createdAt: 1,
  ...some,
});

describe('merchants hear', () => {
  it('of an update, with the names of what changed, of a failed payment and of a refund', async () => {
    const api = await merchantApi();
    const hook = await seedHook(api.merchant);
    const { paylinkId } = Created.parse(await (await api.call('POST', '/', createBody(api.merchant.id))).json());
    await api.call('PATCH', `/${paylinkId}`, { memo: 'x', description: 'y' });
    const order = { paylinkId, orderId: 'o', amount: 1010, currencyCode: 'USD' };
    const failed = { ...order, type: 'failed' };
    expect(await (await api.call('POST', '/webhooks/payments', failed)).json()).toMatchObject({
      ...{ status: 'CREATED', openOrders: [], approvedAmount: null },
    });
    await api.call('POST', '/webhooks/payments', failed);
    await api.call('POST', '/webhooks/payments', { ...order, type: 'payment' });
    await api.call('POST', '/webhooks/payments', failed);
    await api.call('POST', '/webhooks/payments', { ...order, type: 'refund', amount: 10 });
    expect(await typesIn(hook)).toEqual([
      'paylink.created',
      'paylink.updated',
      'paylink.payment_failed',
      'paylink.paid',
      'paylink.refunded',
    ]);
    expect(await dataIn(hook)).toMatchObject([
      {},
      { fields: ['description', 'memo'] },
      { orderId: 'o', amount: 1010, status: 'CREATED' },
      { orderId: 'o', amount: 1010, status: 'PAID' },
      { orderId: 'o', amount: 10, status: 'PARTIALLY_REFUNDED' },
    ]);
  });

  it('once of a suppression that is made, by whatever way, and of one that is lifted, without the recipient', async () => {
    const api = await merchantApi();
    const hook = await seedHook(api.merchant);
    const suppression = aSuppression(api.merchant);
    await seedSuppressions([suppression]);
    await seedSuppressions([{ ...suppression, id: crypto.randomUUID() }]);
    const { paylinkId } = Created.parse(await (await api.call('POST', '/', createBody(api.merchant.id))).json());
    const sent = await api.call('POST', `/${paylinkId}/notify_by/email`);
    const { deliveryLogs } = await sent.json<{ deliveryLogs: { deliveryLogId: string }[] }>();
    const tokens = await unsubscribeTokens(env.DB, configOf(env));
    await api.call('POST', `/u/${await tokens(paylinkId, deliveryLogs[0]?.deliveryLogId ?? '')}`);
    expect((await api.call('DELETE', `/suppressions/${suppression.id}`)).status).toBe(204);
    const told = (await deliveriesOf(hook.endpoint.id)).filter(({ event_type }) =>
      event_type.startsWith('suppression'),
    );
    const events = told.map(({ payload }) => Event.parse(JSON.parse(payload)));
    expect(events.map(({ type, data }) => [type, data.reason])).toEqual([
      ['suppression.created', 'hard_bounce'],
      ['suppression.created', 'unsubscribe'],
      ['suppression.lifted', 'hard_bounce'],
    ]);
    expect(events[0]?.data).toEqual({
      suppressionId: suppression.id,
      merchantId: api.merchant.id,
      channel: 'EMAIL',
      reason: 'hard_bounce',
    });
  });
});

describe('a suppression that the recipient decided on', () => {
  it.each(['unsubscribe', 'stop', 'complaint', 'erased'] as const)(
    'is not the merchant’s to lift: %s',
    async (reason) => {
      const api = await merchantApi();
      const suppression = aSuppression(api.merchant, { reason });
      await seedSuppressions([suppression]);
      const answer = await api.call('DELETE', `/suppressions/${suppression.id}`);
      expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'recipient_decides' }]);
    },
  );
});
