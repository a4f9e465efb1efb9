import { env } from 'cloudflare:workers';
import { Webhook } from 'standardwebhooks';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Bindings, configOf } from '../../src/env.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import { longestDueDeliveries } from '../../src/store/outbox.ts';
import { listAttempts } from '../../src/store/webhook-attempts.ts';
import { findEndpoint } from '../../src/store/webhook-endpoints.ts';
import { deliverToEndpoint, LEASE_MS } from '../../src/webhooks/endpoint-queue.ts';
import { changeEndpoint, endpointContext, removeEndpoint, rotateEndpointSecret } from '../../src/webhooks/endpoints.ts';
import { replayDeliveries, testEndpoint } from '../../src/webhooks/replay.ts';
import { RETRY_DELAYS } from '../../src/webhooks/retry-policy.ts';
import {
  backlogId,
  behave,
  consume,
  deliveriesOf,
  type Hook,
  heardBy,
  messagesFor,
  notingQueue,
  release,
  seedBacklog,
  seedHook,
} from '../support/hooks.ts';
import { aCaller, seedMerchant } from '../support/merchants.ts';
import { contextOf, seedPaylink } from '../support/verbs.ts';

const day = 24 * 60 * 60 * 1000;
/** Ahead of the clock, so that the runtime's own consumer finds nothing due, by less than a verifier's tolerance of five minutes. */
const soon = () => Date.now() + 4 * 60 * 1000;

describe('delivering to merchants’ endpoints', () => {
  let merchant: Merchant;
  const context = (now: number) => endpointContext(env, configOf(env), aCaller(merchant), now);
  const attemptsOf = ({ endpoint }: Hook) => listAttempts(env.DB, endpoint.id, { limit: 100 });
  const endpointOf = async ({ endpoint }: Hook) => {
    const found = await findEndpoint(env.DB, merchant.id, endpoint.id);
    if (!found) throw new Error('the endpoint is gone');
    return found;
  };

  /** A hook with one event queued, due now; nothing but this test's consumer is told of it. */
  async function queued(hook?: Hook) {
    const to = hook ?? (await seedHook(merchant));
    await seedPaylink(merchant, {}, contextOf(merchant, env, soon()));
    const deliveries = await deliveriesOf(to.endpoint.id);
    const last = deliveries.at(-1);
    if (!last) throw new Error('nothing was queued');
    return { ...to, id: last.id, now: last.created_at, enqueue: { deliveryId: last.id } };
  }

  beforeEach(async () => {
    merchant = await seedMerchant();
  });

  it('tells an endpoint of an event once, signed as Standard Webhooks has it', async () => {
    const hook = await queued();
    const result = await consume([hook.enqueue, hook.enqueue], hook.now);
    expect(result).toMatchObject({ outcome: 'ok', retryMessages: [] });
    const [request, ...more] = await heardBy(hook.name);
    expect(more).toEqual([]);
    if (!request) throw new Error('nothing was heard');
    expect(request.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': hook.id.split('.')[2] });
    expect(new Webhook(hook.secret).verify(request.body, request.headers)).toMatchObject({ type: 'paylink.created' });
    await consume([hook.enqueue], hook.now + day);
    expect(await heardBy(hook.name)).toHaveLength(1);
    expect(await deliveriesOf(hook.endpoint.id)).toMatchObject([
      { status: 'delivered', attempts: 1, next_attempt_at: null },
    ]);
    expect(await attemptsOf(hook)).toMatchObject([
      {
        attempt: 1,
        outcome: 'delivered',
        statusCode: 200,
        error: null,
        answer: 'status 200',
        eventType: 'paylink.created',
      },
    ]);
  });

  it('is accepted under both secrets while one replaces the other', async () => {
    const hook = await seedHook(merchant);
    const now = soon();
    const rotated = await rotateEndpointSecret(context(now), hook.endpoint.id);
    if (rotated.kind === 'refused') throw new Error(rotated.refusal.detail);
    const { enqueue } = await queued(hook);
    await consume([enqueue], soon());
    const [request] = await heardBy(hook.name);
    if (!request) throw new Error('nothing was heard');
    for (const secret of [hook.secret, rotated.secret]) {
      expect(new Webhook(secret).verify(request.body, request.headers)).toMatchObject({ type: 'paylink.created' });
    }
    expect(() => new Webhook(`whsec_${btoa('x'.repeat(32))}`).verify(request.body, request.headers)).toThrow();
  });

  it('tries again later and later under one id until the endpoint answers well', async () => {
    const hook = await queued();
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
    const hook = await queued();
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
    for (let count = 0; count < 3; count += 1) await queued(hook);
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
  });

  it('disables an endpoint that answers 410 and tells the others', async () => {
    const hook = await queued();
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
    const hook = await queued();
    const other = await seedHook(merchant);
    await behave(hook.name, [], 500);
    await consume([hook.enqueue], hook.now);
    const since = (await endpointOf(hook)).failingSince ?? 0;
    const second = await queued(hook);
    await consume([second.enqueue], since + 5 * day - 5_000);
    expect((await endpointOf(hook)).disabledAt).toBeNull();
    const third = await queued(hook);
    await consume([third.enqueue], since + 5 * day);
    expect(await endpointOf(hook)).toMatchObject({ disabledReason: 'failing', failingSince: since });
    const disabledEvent = (await deliveriesOf(other.endpoint.id)).filter(
      ({ event_type }) => event_type === 'endpoint.disabled',
    );
    expect(disabledEvent).toHaveLength(1);
  });

  it('one success in five days keeps an endpoint enabled', async () => {
    const hook = await queued();
    await behave(hook.name, [500, 200], 500);
    await consume([hook.enqueue], hook.now);
    await consume([(await queued(hook)).enqueue], hook.now + 2 * day);
    await consume([(await queued(hook)).enqueue], hook.now + 6 * day);
    expect((await endpointOf(hook)).disabledAt).toBeNull();
  });

  it('delivers nothing to an endpoint that was disabled or removed meanwhile', async () => {
    const [disabled, removed] = [await seedHook(merchant), await seedHook(merchant)];
    await queued(disabled);
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

  it('is not held up beside an endpoint that does not answer yet', async () => {
    const [slow, fast] = [await seedHook(merchant), await seedHook(merchant)];
    await behave(slow.name, [], 'held');
    await queued(slow);
    const ids = [...(await deliveriesOf(slow.endpoint.id)), ...(await deliveriesOf(fast.endpoint.id))].map(
      ({ id }) => id,
    );
    const consuming = consume(messagesFor(ids), soon());
    await heardBy(slow.name, 1);
    expect(await heardBy(fast.name, 1)).toHaveLength(1);
    await release(slow.name);
    await consuming;
    expect(await deliveriesOf(slow.endpoint.id)).toMatchObject([{ status: 'delivered' }]);
    expect(await deliveriesOf(fast.endpoint.id)).toMatchObject([{ status: 'delivered' }]);
  });

  it('puts off what else an endpoint was to hear when it does not answer at all', async () => {
    const hook = await seedHook(merchant);
    await queued(hook);
    await queued(hook);
    await behave(hook.name, ['reset']);
    const ids = (await deliveriesOf(hook.endpoint.id)).map(({ id }) => id);
    const now = soon();
    await consume(messagesFor(ids), now);
    expect(await heardBy(hook.name)).toHaveLength(1);
    const [tried, untried] = await deliveriesOf(hook.endpoint.id);
    expect(tried).toMatchObject({ attempts: 1, round: 1 });
    expect(untried).toMatchObject({
      attempts: 0,
      round: 0,
      status: 'pending',
      next_attempt_at: tried?.next_attempt_at,
    });
    await consume(messagesFor(ids), tried?.next_attempt_at ?? 0);
    expect((await heardBy(hook.name)).map(({ behaviour }) => behaviour)).toEqual(['reset', '200', '200']);
  });

  it('is not delivered twice by two consumers at once', async () => {
    const hook = await queued();
    await behave(hook.name, [], 'held');
    const first = consume([hook.enqueue], hook.now);
    await heardBy(hook.name, 1);
    await consume([hook.enqueue], hook.now + LEASE_MS - 1);
    await release(hook.name);
    await first;
    expect(await heardBy(hook.name)).toHaveLength(1);
  });

  it('is delivered again under the same id when its consumer dies before it could record', async () => {
    const hook = await queued();
    const second = await queued(hook);
    const all = [hook.enqueue, second.enqueue];
    let batches = 0;
    // The claim is the first batch; the record is the next, and by then this consumer is no more.
    const dying = new Proxy(env.DB, {
      get(db, name) {
        if (name === 'batch' && batches++ > 0) return () => Promise.reject(new Error('killed'));
        const value = Reflect.get(db, name);
        return typeof value === 'function' ? value.bind(db) : value;
      },
    });
    await consume(all, second.now, { ...env, DB: dying });
    expect(await heardBy(hook.name)).toHaveLength(1);
    const [{ next_attempt_at: leaseEnd } = { next_attempt_at: null }] = await deliveriesOf(hook.endpoint.id);
    if (leaseEnd === null) throw new Error('nothing was claimed');
    await consume(all, leaseEnd - 1);
    expect(await heardBy(hook.name)).toHaveLength(1);
    const due = await longestDueDeliveries(env.DB, leaseEnd, 1_000);
    expect(due.filter((id) => id === hook.id || id === second.id)).toHaveLength(1);
    await consume(all, leaseEnd);
    const ids = (await heardBy(hook.name)).map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(3);
    expect(ids[0]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(2);
    expect(await deliveriesOf(hook.endpoint.id)).toMatchObject([{ status: 'delivered' }, { status: 'delivered' }]);
  });

  it('lets the Queue repeat a batch whose deliveries could not be read', async () => {
    const hook = await queued();
    const away = () => {
      throw new Error('D1 is away');
    };
    const broken = new Proxy(env.DB, {
      get: (db, name) => (name === 'prepare' ? away : Reflect.get(db, name).bind(db)),
    });
    await expect(consume([hook.enqueue], hook.now, { ...env, DB: broken })).rejects.toThrow('D1 is away');
    expect(await deliveriesOf(hook.endpoint.id)).toMatchObject([{ status: 'pending', attempts: 0 }]);
  });

  it('lets the Queue repeat the messages of an endpoint whose deliveries could not be claimed, and no others', async () => {
    const [lucky, unlucky] = [await seedHook(merchant), await seedHook(merchant)];
    await queued(lucky);
    const [first, second] = [await deliveriesOf(lucky.endpoint.id), await deliveriesOf(unlucky.endpoint.id)];
    let batches = 0;
    // Endpoints claim in the order of the messages: the second batch is the second endpoint's claim.
    const failing = new Proxy(env.DB, {
      get(db, name) {
        if (name === 'batch' && ++batches === 2) return () => Promise.reject(new Error('D1 is away'));
        const value = Reflect.get(db, name);
        return typeof value === 'function' ? value.bind(db) : value;
      },
    });
    const ids = [...first, ...second].map(({ id }) => id);
    const result = await consume(messagesFor(ids), soon(), { ...env, DB: failing });
    expect(result.retryMessages).toHaveLength(1);
    expect(await deliveriesOf(lucky.endpoint.id)).toMatchObject([{ status: 'delivered' }]);
    expect(await deliveriesOf(unlucky.endpoint.id)).toMatchObject([{ status: 'pending', attempts: 0 }]);
    await consume(messagesFor(ids), soon());
    expect(await deliveriesOf(unlucky.endpoint.id)).toMatchObject([{ status: 'delivered', attempts: 1 }]);
  });

  it('claims an endpoint’s deliveries only when it has one of the four slots, for a whole lease from then on', async () => {
    const hooks = [];
    for (let count = 0; count < 5; count += 1) hooks.push(await seedHook(merchant));
    const [first, , , , fifth] = hooks;
    if (!first || !fifth) throw new Error('five endpoints were wanted');
    await queued(first);
    const ids = [];
    for (const { endpoint, name } of hooks) {
      await behave(name, [], 'held');
      ids.push(...(await deliveriesOf(endpoint.id)).map(({ id }) => id));
    }
    const consuming = consume(messagesFor(ids), soon());
    for (const { name } of hooks.slice(0, 4)) await heardBy(name, 1);
    for (const { endpoint } of hooks.slice(0, 4))
      expect(await deliveriesOf(endpoint.id)).toMatchObject([{ status: 'pending', attempts: 1 }]);
    const [waiting] = await deliveriesOf(fifth.endpoint.id);
    expect(waiting).toMatchObject({ attempts: 0, next_attempt_at: waiting?.created_at });
    await release(first.name);
    await heardBy(fifth.name, 1);
    const [claimed] = await deliveriesOf(fifth.endpoint.id);
    const [freed] = await attemptsOf(first);
    expect(claimed?.attempts).toBe(1);
    expect(claimed?.next_attempt_at).toBeGreaterThanOrEqual((freed?.attemptedAt ?? 0) + LEASE_MS);
    for (const { name } of hooks) await release(name);
    await consuming;
    for (const { endpoint } of hooks)
      expect(await deliveriesOf(endpoint.id)).toMatchObject([{ status: 'delivered', attempts: 1 }]);
  });

  it('gives an endpoint what else is due for it, and its backlog another message while it takes what it is given', async () => {
    const hook = await seedHook(merchant);
    for (let count = 0; count < 12; count += 1) await queued(hook);
    const deliveries = await deliveriesOf(hook.endpoint.id);
    const last = deliveries.at(-1)?.id ?? '';
    const { bindings, sent } = notingQueue();
    await consume(messagesFor([last]), soon(), bindings);
    const heard = (await heardBy(hook.name)).map(({ headers }) => headers['webhook-id']);
    expect(heard).toEqual([deliveries.at(-1), ...deliveries.slice(0, 9)].map((one) => one?.event_id));
    expect(sent).toEqual([{ deliveryId: deliveries[9]?.id }]);
    await consume(sent.splice(0), soon(), bindings);
    expect(await heardBy(hook.name)).toHaveLength(12);
    expect(sent).toEqual([]);
  });

  it('settles the whole backlog of a disabled endpoint without a request', async () => {
    const hook = await seedHook(merchant);
    const now = soon();
    await seedBacklog(hook.endpoint.id, 25, now);
    await changeEndpoint(context(now), hook.endpoint.id, { enabled: false });
    const { bindings, sent } = notingQueue();
    let messages: unknown[] = messagesFor([backlogId(hook.endpoint.id, 0, now)]);
    for (let turn = 0; turn < 3; turn += 1) {
      await consume(messages, now + 1_000, bindings);
      messages = sent.splice(0);
    }
    expect(messages).toEqual([]);
    expect(await heardBy(hook.name)).toEqual([]);
    expect(new Set((await deliveriesOf(hook.endpoint.id)).map(({ status }) => status))).toEqual(new Set(['failed']));
  });

  it('gives its slot back after 30 s: what is left is due at once, does not count as tried, and goes on behind the others', async () => {
    const hook = await seedHook(merchant);
    const now = soon();
    await seedBacklog(hook.endpoint.id, 3, now);
    const { bindings, sent } = notingQueue();
    let at = now + 1_000;
    const posting: Bindings = {
      ...bindings,
      DB: new Proxy(env.DB, {
        get(db, name) {
          // The first batch claims; each that follows records an attempt, which took 31 s.
          if (name === 'batch') at += at === now + 1_000 ? 1 : 31_000;
          const value = Reflect.get(db, name);
          return typeof value === 'function' ? value.bind(db) : value;
        },
      }),
    };
    const ids = [backlogId(hook.endpoint.id, 0, now)];
    await deliverToEndpoint({ env: posting, config: configOf(env), clock: () => at }, hook.endpoint.id, ids);
    expect(await heardBy(hook.name)).toHaveLength(1);
    expect(sent).toEqual([{ deliveryId: backlogId(hook.endpoint.id, 1, now) }]);
    expect(await deliveriesOf(hook.endpoint.id)).toMatchObject([
      { status: 'delivered', attempts: 1 },
      { status: 'pending', attempts: 0, round: 0, next_attempt_at: at },
      { status: 'pending', attempts: 0, round: 0, next_attempt_at: at },
    ]);
  });

  it('does not go on with the backlog of an endpoint that takes nothing', async () => {
    const hook = await seedHook(merchant);
    for (let count = 0; count < 12; count += 1) await queued(hook);
    const [delivery] = await deliveriesOf(hook.endpoint.id);
    const { bindings, sent } = notingQueue();
    await behave(hook.name, ['reset'], 503);
    await consume(messagesFor([delivery?.id ?? '']), soon(), bindings);
    expect(await heardBy(hook.name)).toHaveLength(1);
    expect(sent).toEqual([{ deliveryId: delivery?.id }]);
    const untried = (await deliveriesOf(hook.endpoint.id)).filter(({ attempts }) => attempts === 0);
    expect(untried).toHaveLength(11);
    expect(Math.max(...untried.map(({ next_attempt_at }) => next_attempt_at ?? 0))).toBeLessThanOrEqual(
      Date.now() + 5 * 60 * 1000,
    );
  });

  it('keeps no more than the first KiB of an answer', async () => {
    const hook = await queued();
    await behave(hook.name, ['huge']);
    await consume([hook.enqueue], hook.now);
    expect((await attemptsOf(hook))[0]).toMatchObject({ outcome: 'delivered', answer: 'x'.repeat(1_024) });
  });

  it('does not post to an address that is refused by now', async () => {
    const hook = await queued();
    await env.DB.prepare('UPDATE webhook_endpoints SET url = ?2 WHERE id = ?1')
      .bind(hook.endpoint.id, 'https://169.254.169.254/')
      .run();
    await consume([hook.enqueue], hook.now);
    expect((await attemptsOf(hook))[0]).toMatchObject({
      outcome: 'failed',
      statusCode: null,
      error: 'address_refused',
    });
  });

  it('takes no harm from messages that name nothing', async () => {
    expect(await consume([null, {}, { deliveryId: 7 }, { deliveryId: 'none' }, 'x'], soon())).toMatchObject({
      outcome: 'ok',
      retryMessages: [],
    });
  });

  it('delivers a test event to the endpoint alone, whatever it listens to', async () => {
    const hook = await seedHook(merchant, { eventTypes: ['paylink.paid'] });
    const other = await seedHook(merchant);
    const now = soon();
    const tested = await testEndpoint(context(now), hook.endpoint.id);
    if (tested.kind === 'refused') throw new Error(tested.refusal.detail);
    await consume([{ deliveryId: tested.deliveryId }], now);
    const [request] = await heardBy(hook.name);
    expect(new Webhook(hook.secret).verify(request?.body ?? '', request?.headers ?? {})).toEqual({
      type: 'endpoint.test',
      timestamp: new Date(now).toISOString(),
      data: { endpointId: hook.endpoint.id, merchantId: merchant.id },
    });
    expect(await deliveriesOf(other.endpoint.id)).toEqual([]);
  });
});
