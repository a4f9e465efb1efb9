import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Bindings, configOf } from '../../src/env.ts';
import { counting } from '../../src/lib/counting.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import { deliverToEndpoint, LEASE_MS } from '../../src/webhooks/endpoint-queue.ts';
import { changeEndpoint } from '../../src/webhooks/endpoints.ts';
import {
  attemptsOf,
  backlogId,
  behave,
  consume,
  deliveriesOf,
  heardBy,
  managing,
  messagesFor,
  notingQueue,
  queueEvent,
  release,
  seedBacklog,
  seedHook,
  soon,
} from '../support/hooks.ts';
import { seedMerchant } from '../support/merchants.ts';

describe('endpoints beside each other, and the backlog of one', () => {
  let merchant: Merchant;
  const context = (now: number) => managing(merchant, now);
  beforeEach(async () => {
    merchant = await seedMerchant();
  });

  it('is not held up beside an endpoint that does not answer yet', async () => {
    const [slow, fast] = [await seedHook(merchant), await seedHook(merchant)];
    await behave(slow.name, [], 'held');
    await queueEvent(merchant, slow);
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

  it('of a whole batch, all of which refuse what they are given, stay within an invocation’s 1,000 queries of D1', async () => {
    const others = await seedMerchant();
    const hooks = await Promise.all(Array.from({ length: 20 }, (_, n) => seedHook(n < 10 ? merchant : others)));
    const dueAt = 1_000;
    for (const { endpoint, name } of hooks) {
      await seedBacklog(endpoint.id, 12, dueAt);
      await behave(name, [], 500);
    }
    let queries = 0;
    const { bindings } = notingQueue();
    const DB = counting(env.DB, 'prepare', () => {
      queries += 1;
    });
    const firsts = hooks.map(({ endpoint }) => backlogId(endpoint.id, 0, dueAt));
    await consume(messagesFor(firsts), Date.now(), { ...bindings, DB });
    const tried = await Promise.all(hooks.map((hook) => attemptsOf(hook)));
    expect(tried.every((attempts) => attempts.length > 1)).toBe(true);
    expect(queries).toBeLessThan(1_000);
  });

  it('puts off what else an endpoint was to hear when it does not answer at all', async () => {
    const hook = await seedHook(merchant);
    await queueEvent(merchant, hook);
    await queueEvent(merchant, hook);
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

  it('claims an endpoint’s deliveries only when it has one of the four slots, for a whole lease from then on', async () => {
    const hooks = [];
    for (let count = 0; count < 5; count += 1) hooks.push(await seedHook(merchant));
    const [first, , , , fifth] = hooks;
    if (!first || !fifth) throw new Error('five endpoints were wanted');
    await queueEvent(merchant, first);
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
    for (let count = 0; count < 12; count += 1) await queueEvent(merchant, hook);
    const deliveries = await deliveriesOf(hook.endpoint.id);
    const last = deliveries.at(-1)?.id ?? '';
    const { bindings, sent } = notingQueue();
    await consume(messagesFor([last]), soon(), bindings);
    const heard = (await heardBy(hook.name)).map(({ headers }) => headers['webhook-id']);
    expect(heard).toEqual([deliveries.at(-1), ...deliveries.slice(0, 7)].map((one) => one?.event_id));
    expect(sent).toEqual([{ deliveryId: deliveries[7]?.id }]);
    await consume(sent.splice(0), soon(), bindings);
    expect(await heardBy(hook.name)).toHaveLength(12);
    expect(sent).toEqual([]);
  });

  it('settles the whole backlog of a disabled endpoint without a request', async () => {
    const hook = await seedHook(merchant);
    const now = soon();
    await seedBacklog(hook.endpoint.id, 20, now);
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
    for (let count = 0; count < 12; count += 1) await queueEvent(merchant, hook);
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
});
