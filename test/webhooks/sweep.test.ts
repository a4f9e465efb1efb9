import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { type Bindings, configOf, type QueueMessage } from '../../src/env.ts';
import { longestDueDeliveries } from '../../src/store/outbox.ts';
import { WEBHOOK_MS } from '../../src/store/retention.ts';
import { sweepEvents } from '../../src/webhooks/sweep.ts';
import {
  backlogId,
  behave,
  consume,
  deliveriesOf,
  heardBy,
  notingQueue,
  seedBacklog,
  seedHook,
} from '../support/hooks.ts';
import { seedMerchant } from '../support/merchants.ts';
import { plansOf } from '../support/planning.ts';
import { contextOf, seedPaylink } from '../support/verbs.ts';

/** Bindings whose Queue notes what it is sent, and loses it. */
function losing(): { bindings: Bindings; sent: QueueMessage[] } {
  const { bindings, sent } = notingQueue();
  const sendBatch: typeof env.EVENTS.sendBatch = async (messages) => {
    await bindings.EVENTS.sendBatch(messages);
    throw new Error('the Queue is away');
  };
  return { bindings: { ...bindings, EVENTS: { ...bindings.EVENTS, sendBatch } }, sent };
}

describe('the sweep of events', () => {
  it('finds what no message has delivered, and leaves alone what is not due', async () => {
    const merchant = await seedMerchant();
    const hook = await seedHook(merchant);
    const now = Date.now() + 60 * 60 * 1000;
    await seedPaylink(merchant, {}, contextOf(merchant, env, now));
    const [delivery] = await deliveriesOf(hook.endpoint.id);
    const { bindings, sent } = losing();
    const swept = async (at: number) => {
      sent.length = 0;
      await sweepEvents(bindings, configOf(env), at);
      return sent.filter(({ deliveryId }) => deliveryId === delivery?.id);
    };
    expect(await swept(now + 9_999)).toEqual([]);
    const found = await swept(now + 10_000);
    expect(found).toHaveLength(1);
    await behave(hook.name, [500]);
    await consume(found, now + 10_000, bindings);
    expect(await swept(now + 12_000)).toEqual([]);
    const retried = await swept(now + 60_000);
    await consume(retried, now + 60_000, bindings);
    expect((await heardBy(hook.name)).map(({ behaviour }) => behaviour)).toEqual(['500', '200']);
    expect(await swept(now + 120_000)).toEqual([]);
  });

  it('wakes every endpoint each time, so that 50,000 due deliveries of a dead one delay no other beyond the next sweep', async () => {
    const merchant = await seedMerchant();
    const [dead, well] = [await seedHook(merchant), await seedHook(merchant)];
    const now = Date.now() + 2 * 60 * 60 * 1000;
    await behave(dead.name, [], 'reset');
    await seedBacklog(dead.endpoint.id, 50_000, now - 60 * 60 * 1000);
    await seedBacklog(well.endpoint.id, 3, now - 20_000);
    const { bindings, sent } = notingQueue();
    const plans = await plansOf((db) => sweepEvents({ ...bindings, DB: db }, configOf(env), now));
    const ofThese = (endpointId: string) => sent.filter(({ deliveryId }) => deliveryId.startsWith(endpointId));
    expect(ofThese(well.endpoint.id)).toMatchObject([{ deliveryId: expect.stringMatching(/\.backlog0$/) }]);
    expect(ofThese(dead.endpoint.id)).toMatchObject([{ deliveryId: expect.stringMatching(/\.backlog0$/) }]);
    // An endpoint costs a look at the index: to find it, and to find what is longest due for it. Nothing is sorted, no table is read.
    const due = plans.filter((detail) => detail.includes('endpoint_deliveries_due_at'));
    expect(due).toEqual([
      'SEARCH endpoint_deliveries USING COVERING INDEX endpoint_deliveries_due_at',
      'SEARCH d USING COVERING INDEX endpoint_deliveries_due_at (endpoint_id>?)',
      'SEARCH endpoint_deliveries USING COVERING INDEX endpoint_deliveries_due_at (endpoint_id=? AND next_attempt_at<?)',
    ]);
    expect(plans.filter((detail) => /TEMP B-TREE|^SCAN endpoint/.test(detail))).toEqual([]);
    await consume(sent.splice(0), now, bindings);
    expect(await heardBy(dead.name)).toHaveLength(1);
    expect((await heardBy(well.name)).map(({ headers }) => headers['webhook-id'])).toEqual([
      'backlog0',
      'backlog1',
      'backlog2',
    ]);
  });

  it('wakes those that have waited longest when there are more endpoints than one sweep takes', async () => {
    const merchant = await seedMerchant();
    const hooks = [await seedHook(merchant), await seedHook(merchant), await seedHook(merchant)];
    for (const [index, { endpoint }] of hooks.entries()) await seedBacklog(endpoint.id, 2, 1_000 - index * 10);
    const wanted = hooks.map(({ endpoint }, index) => backlogId(endpoint.id, 0, 1_000 - index * 10)).reverse();
    expect(await longestDueDeliveries(env.DB, 2_000, 2)).toEqual(wanted.slice(0, 2));
    expect(await longestDueDeliveries(env.DB, 2_000, 3)).toEqual(wanted);
    expect(await longestDueDeliveries(env.DB, 985, 3)).toEqual([wanted[0]]);
  });

  it('forgets attempts and deliveries after 30 days', async () => {
    const merchant = await seedMerchant();
    const hook = await seedHook(merchant);
    const now = Date.now() + 60 * 60 * 1000;
    await seedPaylink(merchant, {}, contextOf(merchant, env, now));
    const [delivery] = await deliveriesOf(hook.endpoint.id);
    const { bindings } = losing();
    await behave(hook.name, [500]);
    await consume([{ deliveryId: delivery?.id }], now, bindings);
    const count = async () =>
      (
        await env.DB.prepare('SELECT count(*) AS n FROM endpoint_attempts WHERE delivery_id LIKE ?1')
          .bind(`${hook.endpoint.id}%`)
          .first<{ n: number }>()
      )?.n;
    await sweepEvents(bindings, configOf(env), now + WEBHOOK_MS);
    expect([await count(), (await deliveriesOf(hook.endpoint.id)).length]).toEqual([1, 1]);
    await sweepEvents(bindings, configOf(env), now + WEBHOOK_MS + 1_000);
    expect([await count(), (await deliveriesOf(hook.endpoint.id)).length]).toEqual([0, 0]);
  });
});
