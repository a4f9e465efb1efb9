import { env } from 'cloudflare:workers';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { configOf } from '../../src/env.ts';
import { callCoordinator } from '../../src/paylinks/coordinator/client.ts';
import { merchantApi } from '../support/api.ts';
import { behave, consume, deliveriesOf, heardBy, messagesFor, seedHook } from '../support/hooks.ts';
import { createBody } from '../support/verbs.ts';

const Paylink = z.object({
  paylinkId: z.string(),
  deliveryLogs: z.array(z.object({ deliveryLogId: z.string() })),
});
const ProjectorListener = z.object({
  type: z.string(),
  data: z.object({ paylinkId: z.string(), sequence: z.int(), status: z.string() }),
});

describe('a merchant whose endpoint was down', () => {
  it('has heard every event in the end, signed, in an order it can restore', async () => {
    const { merchant, call } = await merchantApi();
    const hook = await seedHook(merchant);
    await behave(hook.name, [503, 'reset', 500]);

    const created = Paylink.parse(await (await call('POST', '/', createBody(merchant.id))).json());
    const { paylinkId } = created;
    const sent = await call('PATCH', `/${paylinkId}/send`, { sendEmail: true, sendSms: false });
    const [log] = Paylink.parse(await sent.json()).deliveryLogs;
    const attemptId = log?.deliveryLogId ?? '';
    await callCoordinator(env, configOf(env), paylinkId, (coordinator) =>
      coordinator.change(paylinkId, null, {
        kind: 'delivery',
        attemptId,
        news: { status: 'DELIVERED', messageId: null, reason: null },
      }),
    );
    const payment = { paylinkId, orderId: 'o-1', type: 'payment', amount: 1010, currencyCode: 'USD' };
    expect((await call('POST', '/webhooks/payments', payment)).status).toBe(200);

    for (let round = 0; round < 20; round += 1) {
      const pending = (await deliveriesOf(hook.endpoint.id)).filter(({ status }) => status === 'pending');
      if (pending.length === 0) break;
      const due = Math.max(...pending.map(({ next_attempt_at }) => next_attempt_at ?? 0));
      await consume(messagesFor(pending.map(({ id }) => id)), due);
    }

    const requests = await heardBy(hook.name);
    expect(requests.slice(0, 3).map(({ behaviour }) => behaviour)).toEqual(['503', 'reset', '500']);
    const verifier = new Webhook(hook.secret);
    const byId = new Map(
      requests
        .filter(({ behaviour }) => behaviour === '200')
        .map(({ body, headers }) => [headers['webhook-id'], ProjectorListener.parse(verifier.verify(body, headers))]),
    );
    const story = [...byId.values()].sort((one, other) => one.data.sequence - other.data.sequence);
    expect(story.map(({ type, data }) => [type, data.status])).toEqual([
      ['paylink.created', 'CREATED'],
      ['paylink.sent', 'SENT'],
      ['delivery.delivered', 'SENT'],
      ['paylink.paid', 'PAID'],
    ]);
    expect(new Set(story.map(({ data }) => data.sequence)).size).toBe(4);
    expect([...byId.keys()].sort()).toEqual(
      (await deliveriesOf(hook.endpoint.id)).map(({ event_id }) => event_id).sort(),
    );
  });
});
