import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { merchantApi } from '../support/api.ts';
import { behave, consume, deliveriesOf, heardBy, nudgesFor, seedHook } from '../support/hooks.ts';
import { deliver, fromTwilio } from '../support/signed-callbacks.ts';
import { createBody } from '../support/verbs.ts';

const Sent = z.object({
  paylinkId: z.string(),
  deliveryLogs: z.array(z.object({ deliveryLogId: z.string(), deliveryMethod: z.string() })),
});
const Payload = z.object({ type: z.string(), data: z.object({ paylinkId: z.string(), sequence: z.int() }) });

describe('from the Paylink to the money', () => {
  it('the merchant’s endpoint, down at first, hears every event once per id, signed, in an order it can restore', async () => {
    const api = await merchantApi();
    const hook = await seedHook(api.merchant);
    await behave(hook.name, [503, 'reset', 500]);

    const { paylinkId } = Sent.pick({ paylinkId: true }).parse(
      await (await api.call('POST', '/', createBody(api.merchant.id))).json(),
    );
    const sent = Sent.parse(
      await (await api.call('PATCH', `/${paylinkId}/send`, { sendEmail: false, sendSms: true })).json(),
    );
    const attempt = sent.deliveryLogs[0]?.deliveryLogId;
    const callback = fromTwilio(
      { MessageSid: 'SM1', MessageStatus: 'delivered', To: '+13333333333', AccountSid: 'AC1' },
      `?attempt=${attempt}&paylink=${paylinkId}`,
    );
    expect((await deliver(callback)).status).toBeLessThan(300);
    expect((await deliver(callback)).status).toBeLessThan(300);
    const payment = { paylinkId, orderId: 'order-1', type: 'payment', amount: 1010, fees: 30, currencyCode: 'USD' };
    for (let times = 0; times < 2; times += 1) {
      const paid = await api.call('POST', '/webhooks/payments', payment);
      expect([paid.status, await paid.json()]).toMatchObject([
        200,
        { status: 'PAID', orderId: 'order-1', approvedAmount: 1010, orderTotal: 1040 },
      ]);
    }
    const unsendable = await api.call('PATCH', `/${paylinkId}/send`, { sendEmail: true, sendSms: false });
    expect([unsendable.status, await unsendable.json()]).toMatchObject([400, { code: 'not_active' }]);

    // What is due is tried again and again, as the sweep does; only time passes faster.
    let now = Date.now();
    for (let round = 0; round < 12; round += 1) {
      now += 24 * 60 * 60 * 1000;
      const open = (await deliveriesOf(hook.endpoint.id)).filter(({ status }) => status === 'pending');
      if (open.length > 0) await consume(nudgesFor(open.map(({ id }) => id)), now);
    }
    expect((await deliveriesOf(hook.endpoint.id)).map(({ status }) => status)).toEqual([
      'delivered',
      'delivered',
      'delivered',
      'delivered',
    ]);

    const heard = (await heardBy(hook.name)).filter(({ behaviour }) => behaviour === '200');
    const verifier = new Webhook(hook.secret);
    const told = heard.map(({ headers, body }) => {
      // The oracle checks its own clock; the signature is over the time that is sent.
      const at = Number(headers['webhook-timestamp']);
      expect(verifier.sign(headers['webhook-id'] ?? '', new Date(at * 1000), body)).toBe(headers['webhook-signature']);
      return { id: headers['webhook-id'], ...Payload.parse(JSON.parse(body)) };
    });
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
    const restored = told.sort((a, b) => a.data.sequence - b.data.sequence);
    expect(restored.map(({ type }) => type)).toEqual([
      'paylink.created',
      'paylink.sent',
      'delivery.delivered',
      'paylink.paid',
    ]);
    expect(restored.every(({ data }) => data.paylinkId === paylinkId)).toBe(true);
  });
});
