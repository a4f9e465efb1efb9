import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Merchant } from '../../src/model/merchant.ts';
import { longestDueDeliveries } from '../../src/store/outbox.ts';
import { changeEndpoint, removeEndpoint } from '../../src/webhooks/endpoints.ts';
import { replayDeliveries } from '../../src/webhooks/replay.ts';
import { RETRY_DELAYS } from '../../src/webhooks/retry-policy.ts';
import {
  attemptsOf,
  behave,
  consume,
  deliveriesOf,
  endpointOf,
  heardBy,
  managing,
  messagesFor,
  queueEvent,
  seedHook,
  soon,
} from '../support/hooks.ts';
import { seedMerchant } from '../support/merchants.ts';
import { contextOf, seedPaylink } from '../support/verbs.ts';

const day = 24 * 60 * 60 * 1000;

describe('an endpoint that does not take an event', () => {
  let merchant: Merchant;
  const context = (now: number) => managing(merchant, now);
  beforeEach(async () => {
    merchant = await seedMerchant();
  });

  it('tries again later and later under one id until the endpoint answers well', async () => {
    const hook = await queueEvent(merchant);
    await behave(hook.name, [500, 'reset', 'redirect']);
    let { now } = hook;
    for (const delay of RETRY_DELAYS.slice(0, 3)) {
      await consume([hook.enqueue], now);
      const [latest] = await attemptsOf(hook);
      if (!latest) throw new Error('no attempt was recorded');
      const [delivery] = await deliveriesOf(hook.endpoint.id);
      expect(delivery).toMatchObject({
        status: 'pending',
        next_attempt_at: latest.attemptedAt + latest.durationMs + delay,
      });
      const due = delivery?.next_attempt_at ?? 0;
      await consume([hook.enqueue], due - 1);
      now = due;
    }
    expect((await endpointOf(hook)).failingSince).not.toBeNull();
    await consume([hook.enqueue], now);
    const requests = await heardBy(hook.name);
    expect(requests.map(({ behaviour }) => behaviour)).toEqual(['500', 'reset', 'redirect', '200']);
    expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(requests.map(({ body }) => body)).size).toBe(1);
    expect((await attemptsOf(hook)).map(({ statusCode, error }) => [statusCode, error])).toEqual([
      [200, null],
      [307, 'redirect'],
      [null, 'connection_failed'],
      [500, 'refused'],
    ]);
    expect(await heardBy('elsewhere')).toEqual([]);
    expect((await endpointOf(hook)).failingSince).toBeNull();
  });

  it('gives up after three days, and a replay begins anew', async () => {
    const hook = await queueEvent(merchant);
    await behave(hook.name, [], 503);
    let { now } = hook;
    for (let round = 0; round <= RETRY_DELAYS.length; round += 1) {
      await consume([hook.enqueue], now);
      now = (await deliveriesOf(hook.endpoint.id))[0]?.next_attempt_at ?? now;
    }
    expect(await deliveriesOf(hook.endpoint.id)).toMatchObject([
      { status: 'failed', attempts: 11, next_attempt_at: null },
    ]);
    expect(now - hook.now).toBeLessThanOrEqual(3 * day);
    await behave(hook.name, []);
    expect(await replayDeliveries(context(now), hook.endpoint.id, { deliveryId: hook.id })).toMatchObject({
      queued: 1,
    });
    await consume([hook.enqueue], now + 1_000);
    expect(await deliveriesOf(hook.endpoint.id)).toMatchObject([{ status: 'delivered', attempts: 12, round: 1 }]);
    expect((await attemptsOf(hook)).map(({ attempt }) => attempt)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it('replays everything since a time, what was delivered too', async () => {
    const hook = await seedHook(merchant);
    for (let count = 0; count < 3; count += 1) await queueEvent(merchant, hook);
    const deliveries = await deliveriesOf(hook.endpoint.id);
    const now = soon();
    await consume(messagesFor(deliveries.map(({ id }) => id)), now);
    const since = deliveries[1]?.created_at ?? 0;
    const expected = deliveries.filter((one) => one.created_at >= since).map(({ event_id }) => event_id);
    const replayed = await replayDeliveries(context(now), hook.endpoint.id, { since });
    expect(replayed).toEqual({ kind: 'done', queued: expected.length, nextSince: null });
    await consume(messagesFor(await longestDueDeliveries(env.DB, now, 1_000)), now);
    const ids = (await heardBy(hook.name)).slice(3).map(({ headers }) => headers['webhook-id']);
    expect(ids.sort()).toEqual(expected.sort());
    // Nothing happened before 1970, so a time before it stands for everything: an empty time of Go is in the year 1.
    const all = await replayDeliveries(context(now), hook.endpoint.id, { since: Date.UTC(1901, 0, 1) });
    expect(all).toMatchObject({ queued: deliveries.length });
  });

  it('disables an endpoint that answers 410 and tells the others', async () => {
    const hook = await queueEvent(merchant);
    const other = await seedHook(merchant);
    const picky = await seedHook(merchant, { eventTypes: ['paylink.paid'] });
    await behave(hook.name, [410]);
    await consume([hook.enqueue], hook.now);
    expect(await endpointOf(hook)).toMatchObject({ disabledReason: 'gone' });
    expect(await deliveriesOf(hook.endpoint.id)).toMatchObject([{ status: 'failed', next_attempt_at: null }]);
    const [disabledEvent, ...more] = await deliveriesOf(other.endpoint.id);
    expect(more).toEqual([]);
    expect(disabledEvent).toMatchObject({ event_type: 'endpoint.disabled', status: 'pending' });
    expect(JSON.parse(disabledEvent?.payload ?? '')).toMatchObject({
      type: 'endpoint.disabled',
      data: { endpointId: hook.endpoint.id, merchantId: merchant.id, reason: 'gone' },
    });
    expect(await deliveriesOf(picky.endpoint.id)).toEqual([]);
    await seedPaylink(merchant, {}, contextOf(merchant, env, soon()));
    expect(await deliveriesOf(hook.endpoint.id)).toHaveLength(1);
    await changeEndpoint(context(hook.now), hook.endpoint.id, { enabled: true });
    await seedPaylink(merchant, {}, contextOf(merchant, env, soon()));
    expect(await deliveriesOf(hook.endpoint.id)).toHaveLength(2);
  });

  it('disables an endpoint that has done nothing but fail for five days, not a moment before', async () => {
    const hook = await queueEvent(merchant);
    const other = await seedHook(merchant);
    await behave(hook.name, [], 500);
    await consume([hook.enqueue], hook.now);
    const since = (await endpointOf(hook)).failingSince ?? 0;
    const second = await queueEvent(merchant, hook);
    await consume([second.enqueue], since + 5 * day - 5_000);
    expect((await endpointOf(hook)).disabledAt).toBeNull();
    const third = await queueEvent(merchant, hook);
    await consume([third.enqueue], since + 5 * day);
    expect(await endpointOf(hook)).toMatchObject({ disabledReason: 'failing', failingSince: since });
    const disabledEvent = (await deliveriesOf(other.endpoint.id)).filter(
      ({ event_type }) => event_type === 'endpoint.disabled',
    );
    expect(disabledEvent).toHaveLength(1);
  });

  it('one success in five days keeps an endpoint enabled', async () => {
    const hook = await queueEvent(merchant);
    await behave(hook.name, [500, 200], 500);
    await consume([hook.enqueue], hook.now);
    await consume([(await queueEvent(merchant, hook)).enqueue], hook.now + 2 * day);
    await consume([(await queueEvent(merchant, hook)).enqueue], hook.now + 6 * day);
    expect((await endpointOf(hook)).disabledAt).toBeNull();
  });

  it('delivers nothing to an endpoint that was disabled or removed meanwhile', async () => {
    const [disabled, removed] = [await seedHook(merchant), await seedHook(merchant)];
    await queueEvent(merchant, disabled);
    const ids = [...(await deliveriesOf(disabled.endpoint.id)), ...(await deliveriesOf(removed.endpoint.id))].map(
      ({ id }) => id,
    );
    await changeEndpoint(context(soon()), disabled.endpoint.id, { enabled: false });
    await removeEndpoint(context(soon()), removed.endpoint.id);
    await consume(messagesFor(ids), soon());
    expect([await heardBy(disabled.name), await heardBy(removed.name)]).toEqual([[], []]);
    for (const { endpoint } of [disabled, removed])
      expect(await deliveriesOf(endpoint.id)).toMatchObject([{ status: 'failed', attempts: 0, next_attempt_at: null }]);
  });
});
