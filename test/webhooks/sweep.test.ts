import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { type Bindings, configOf, type QueueMessage } from '../../src/env.ts';
import { RETENTION_MS, sweepEvents } from '../../src/webhooks/sweep.ts';
import { behave, consume, deliveriesOf, heardBy, seedHook } from '../support/hooks.ts';
import { seedMerchant } from '../support/merchants.ts';
import { contextOf, seedPaylink } from '../support/verbs.ts';

/** Bindings whose Queue notes what it is sent, and loses it. */
function losing(): { bindings: Bindings; sent: QueueMessage[] } {
  const sent: QueueMessage[] = [];
  const queue: Queue<QueueMessage> = {
    ...env.EVENTS,
    send: () => Promise.reject(new Error('the Queue is away')),
    sendBatch: (messages) => {
      for (const { body } of messages) sent.push(body);
      return Promise.reject(new Error('the Queue is away'));
    },
  };
  return { bindings: { ...env, EVENTS: queue }, sent };
}

describe('the sweep of events', () => {
  it('finds what no nudge has delivered, and leaves alone what is not due', async () => {
    const merchant = await seedMerchant();
    const hook = await seedHook(merchant);
    const now = Date.now() + 60 * 60 * 1000;
    await seedPaylink(merchant, {}, contextOf(merchant, env, now));
    const [delivery] = await deliveriesOf(hook.endpoint.id);
    const { bindings, sent } = losing();
    const nudged = async (at: number) => {
      sent.length = 0;
      await sweepEvents(bindings, configOf(env), at);
      return sent.filter(({ deliveryId }) => deliveryId === delivery?.id);
    };
    expect(await nudged(now + 9_999)).toEqual([]);
    const found = await nudged(now + 10_000);
    expect(found).toHaveLength(1);
    await behave(hook.name, [500]);
    await consume(found, now + 10_000, bindings);
    expect(await nudged(now + 12_000)).toEqual([]);
    const retried = await nudged(now + 60_000);
    await consume(retried, now + 60_000, bindings);
    expect((await heardBy(hook.name)).map(({ behaviour }) => behaviour)).toEqual(['500', '200']);
    expect(await nudged(now + 120_000)).toEqual([]);
  });

  it('forgets attempts and deliveries after 30 days', async () => {
    const merchant = await seedMerchant();
    const hook = await seedHook(merchant);
    const now = Date.now() + 60 * 60 * 1000;
    await seedPaylink(merchant, {}, contextOf(merchant, env, now));
    const [delivery] = await deliveriesOf(hook.endpoint.id);
    const { bindings } = losing();
    await consume([{ deliveryId: delivery?.id }], now, bindings);
    const count = async () =>
      (
        await env.DB.prepare('SELECT count(*) AS n FROM webhook_attempts WHERE endpoint_id = ?1')
          .bind(hook.endpoint.id)
          .first<{ n: number }>()
      )?.n;
    await sweepEvents(bindings, configOf(env), now + RETENTION_MS);
    expect([await count(), (await deliveriesOf(hook.endpoint.id)).length]).toEqual([1, 1]);
    await sweepEvents(bindings, configOf(env), now + RETENTION_MS + 1_000);
    expect([await count(), (await deliveriesOf(hook.endpoint.id)).length]).toEqual([0, 0]);
  });
});
