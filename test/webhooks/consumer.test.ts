import { env } from 'cloudflare:workers';
import { Webhook } from 'standardwebhooks';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Merchant } from '../../src/model/merchant.ts';
import { longestDueDeliveries } from '../../src/store/outbox.ts';
import { LEASE_MS } from '../../src/webhooks/endpoint-queue.ts';
import { rotateEndpointSecret } from '../../src/webhooks/endpoints.ts';
import { testEndpoint } from '../../src/webhooks/replay.ts';
import {
  attemptsOf,
  behave,
  consume,
  deliveriesOf,
  heardBy,
  managing,
  messagesFor,
  queueEvent,
  release,
  seedHook,
  soon,
} from '../support/hooks.ts';
import { seedMerchant } from '../support/merchants.ts';

const day = 24 * 60 * 60 * 1000;

describe('delivering to merchants’ endpoints', () => {
  let merchant: Merchant;
  const context = (now: number) => managing(merchant, now);
  beforeEach(async () => {
    merchant = await seedMerchant();
  });

  it('tells an endpoint of an event once, signed as Standard Webhooks has it', async () => {
    const hook = await queueEvent(merchant);
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
    const { enqueue } = await queueEvent(merchant, hook);
    await consume([enqueue], soon());
    const [request] = await heardBy(hook.name);
    if (!request) throw new Error('nothing was heard');
    for (const secret of [hook.secret, rotated.secret]) {
      expect(new Webhook(secret).verify(request.body, request.headers)).toMatchObject({ type: 'paylink.created' });
    }
    expect(() => new Webhook(`whsec_${btoa('x'.repeat(32))}`).verify(request.body, request.headers)).toThrow();
  });

  it('is not delivered twice by two consumers at once', async () => {
    const hook = await queueEvent(merchant);
    await behave(hook.name, [], 'held');
    const first = consume([hook.enqueue], hook.now);
    await heardBy(hook.name, 1);
    await consume([hook.enqueue], hook.now + LEASE_MS - 1);
    await release(hook.name);
    await first;
    expect(await heardBy(hook.name)).toHaveLength(1);
  });

  it('is delivered again under the same id when its consumer dies before it could record', async () => {
    const hook = await queueEvent(merchant);
    const second = await queueEvent(merchant, hook);
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
    const hook = await queueEvent(merchant);
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
    await queueEvent(merchant, lucky);
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

  it('keeps no more than the first KiB of an answer', async () => {
    const hook = await queueEvent(merchant);
    await behave(hook.name, ['huge']);
    await consume([hook.enqueue], hook.now);
    expect((await attemptsOf(hook))[0]).toMatchObject({ outcome: 'delivered', answer: 'x'.repeat(1_024) });
  });

  it('does not post to an address that is refused by now', async () => {
    const hook = await queueEvent(merchant);
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
