import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Merchant } from '../../src/model/merchant.ts';
import type { PaylinkEvent } from '../../src/model/paylink-event.ts';
import type { WebhookPayload } from '../../src/model/webhook.ts';
import type { Changes } from '../../src/store/changes.ts';
import { insertPaylinks } from '../../src/store/insert-paylinks.ts';
import {
  deliveriesIn,
  enqueueCreatedStatement,
  enqueuePayloadsStatement,
  enqueuePayloadTo,
  longestDueDeliveries,
} from '../../src/store/outbox.ts';
import { loadPaylink } from '../../src/store/paylinks.ts';
import { projectChanges } from '../../src/store/project-changes.ts';
import { forgetOld, listAttempts, requeueDelivery, requeueSince } from '../../src/store/webhook-attempts.ts';
import {
  claimDeliveries,
  closeDeliveries,
  endpointsOfDue,
  recordAttempt,
  releaseDeliveries,
} from '../../src/store/webhook-deliveries.ts';
import { webhookPayloadsOf } from '../../src/webhooks/payload.ts';
import { deliveriesOf, type Hook, seedBacklog, seedHook } from '../support/hooks.ts';
import { seedMerchant } from '../support/merchants.ts';
import { plansOf } from '../support/planning.ts';
import { seedPaylink } from '../support/verbs.ts';

const event = (some: Partial<PaylinkEvent>): PaylinkEvent => ({
  id: crypto.randomUUID(),
  type: 'SENT',
  oldValue: { status: 'CREATED' },
  newValue: { status: 'SENT', deliveredTo: ['EMAIL'] },
  createdBy: 'API Key',
  actor: null,
  createdAt: Date.now(),
  version: 2,
  ...some,
});

async function changesWith(merchant: Merchant, events: PaylinkEvent[]): Promise<Changes> {
  const { lineItems: _, deliveryLogs, orders, events: __, ...head } = await seedPaylink(merchant);
  const version = Math.max(1, ...events.map((one) => one.version));
  return { head: { ...head, version }, lineItems: null, deliveryLogs, orders, events };
}

const countDeliveries = async () =>
  (await env.DB.prepare('SELECT count(*) AS n FROM endpoint_deliveries').first<{ n: number }>())?.n;

describe('the outbox', () => {
  let merchant: Merchant;
  beforeEach(async () => {
    merchant = await seedMerchant();
  });

  it('costs a merchant without endpoints one statement that writes nothing and reads no endpoint', async () => {
    const changes = await changesWith(merchant, [event({})]);
    const enqueue = async () =>
      (await env.DB.batch([enqueuePayloadsStatement(env.DB, webhookPayloadsOf(changes))]))[0]?.meta;
    const alone = await enqueue();
    const other = await seedMerchant();
    for (let count = 0; count < 5; count += 1) await seedHook(other);
    const before = await countDeliveries();
    expect(await projectChanges(env.DB, [changes], webhookPayloadsOf(changes))).toEqual([]);
    expect(await countDeliveries()).toBe(before);
    expect(await enqueue()).toMatchObject({ changes: 0, rows_written: 0, rows_read: alone?.rows_read });
  });

  it('has no statement at all for changes that no endpoint hears of', async () => {
    const changes = await changesWith(merchant, [event({ type: 'ERASED', newValue: null })]);
    const plans = await plansOf((db) => projectChanges(db, [changes], webhookPayloadsOf(changes)));
    expect(plans.filter((detail) => detail.includes('webhook'))).toEqual([]);
  });

  it('gets a row for every event and endpoint that listens, in the batch that changes the Paylink', async () => {
    const [all, some, none] = [
      await seedHook(merchant),
      await seedHook(merchant, { eventTypes: ['paylink.sent', 'paylink.paid'] }),
      await seedHook(merchant, { eventTypes: ['delivery.bounced'] }),
    ];
    const soon = Date.now() + 1_000;
    const cancel = { type: 'CANCELED', newValue: { status: 'CANCELED' }, version: 3, createdAt: soon + 1 } as const;
    const [sent, canceled] = [event({ createdAt: soon }), event(cancel)];
    const changes = await changesWith(merchant, [sent, canceled]);
    const ids = await projectChanges(env.DB, [changes], webhookPayloadsOf(changes));
    const idOf = ({ endpoint }: Hook, { id, createdAt }: PaylinkEvent) =>
      `${endpoint.id}.${createdAt.toString(16).padStart(12, '0')}.${id}`;
    expect(ids.sort()).toEqual([idOf(all, sent), idOf(all, canceled), idOf(some, sent)].sort());
    expect(await deliveriesOf(none.endpoint.id)).toEqual([]);
    expect((await deliveriesOf(all.endpoint.id)).map(({ event_type }) => event_type)).toEqual([
      'paylink.created',
      'paylink.sent',
      'paylink.canceled',
    ]);
    const { head } = changes;
    const told = (await deliveriesOf(some.endpoint.id)).map(({ payload }): unknown => JSON.parse(payload));
    expect(told).toEqual([
      {
        type: 'paylink.sent',
        timestamp: new Date(sent.createdAt).toISOString(),
        data: {
          paylinkId: head.id,
          merchantId: merchant.id,
          sequence: 2,
          status: 'SENT',
          merchantInvoiceId: 'INV-1',
          currencyCode: 'USD',
          total: 1010,
          channels: ['EMAIL'],
        },
      },
    ]);
  });

  it('is the same after a batch has run twice, and has nothing to enqueue the second time', async () => {
    const hook = await seedHook(merchant);
    const changes = await changesWith(merchant, [event({})]);
    expect(await projectChanges(env.DB, [changes], webhookPayloadsOf(changes))).toHaveLength(1);
    const once = await deliveriesOf(hook.endpoint.id);
    expect(await projectChanges(env.DB, [changes], webhookPayloadsOf(changes))).toEqual([]);
    expect(await deliveriesOf(hook.endpoint.id)).toEqual(once);
  });

  it('tells of a Paylink that was created, and not of one that was not', async () => {
    const hook = await seedHook(merchant);
    const stored = await loadPaylink(env.DB, (await seedPaylink(merchant)).id);
    if (!stored) throw new Error('not stored');
    const { lineItems, deliveryLogs, orders, events, ...head } = stored.paylink;
    const twin = (id: string) => ({
      head: { ...head, id, code: id },
      lineItems: [],
      deliveryLogs,
      orders,
      events: events.map((one) => ({ ...one, id: crypto.randomUUID() })),
    });
    const key = { key: 'k', fingerprint: 'f', expiredBefore: 0 };
    const [first, second] = [crypto.randomUUID(), crypto.randomUUID()];
    const fresh = [
      { ...twin(first), key },
      { ...twin(second), key },
    ];
    const { ids, deliveries } = await insertPaylinks(env.DB, fresh, fresh.flatMap(webhookPayloadsOf));
    expect([[...ids], deliveries.length]).toEqual([[first], 1]);
    const told = (await deliveriesOf(hook.endpoint.id)).map(({ payload }) =>
      String(JSON.parse(payload).data.paylinkId),
    );
    expect(told.sort()).toEqual([stored.paylink.id, first].sort());
  });

  it('never names a recipient, whatever the Paylink and the provider say', async () => {
    const { head, deliveryLogs } = await changesWith(merchant, []);
    const types = fc.constantFrom<PaylinkEvent['type'][]>(
      'CREATED',
      'UPDATED',
      'SENT',
      'SEND_FAILED',
      'OPENED',
      'PAID',
      'PARTIALLY_PAID',
      'REFUNDED',
      'CANCELED',
      'EXPIRED',
      'DELIVERY_UPDATED',
      'ERASED',
    );
    fc.assert(
      fc.property(types, fc.constantFrom('DELIVERED', 'FAILED', 'BOUNCED', 'SENT'), (type, deliveryStatus) => {
        const newValue = { status: 'SENT', deliveryStatus, reason: 'no such user ada@example.com +13333333333' };
        for (const { payload } of webhookPayloadsOf({
          head,
          lineItems: null,
          deliveryLogs,
          orders: [],
          events: [event({ type, newValue })],
        }))
          expect(payload).not.toMatch(/ada@|3333333333|Ada|Byron/);
      }),
    );
  });
});

describe('which event is which', () => {
  const typesOf = async (some: Partial<PaylinkEvent>) =>
    webhookPayloadsOf(await changesWith(await seedMerchant(), [event(some)])).map(({ type }) => type);
  const changed = (from: string, to: string) => ({
    type: 'DELIVERY_UPDATED' as const,
    oldValue: { deliveryStatus: from },
    newValue: { deliveryStatus: to },
  });

  it.each([
    [{ type: 'CREATED' as const }, ['paylink.created']],
    [{ type: 'SENT' as const }, ['paylink.sent']],
    [{ type: 'OPENED' as const }, ['paylink.opened']],
    [{ type: 'PAID' as const }, ['paylink.paid']],
    [{ type: 'PARTIALLY_PAID' as const }, ['paylink.paid']],
    [{ type: 'CANCELED' as const }, ['paylink.canceled']],
    [{ type: 'EXPIRED' as const }, ['paylink.expired']],
    [changed('SENT', 'DELIVERED'), ['delivery.delivered']],
    [changed('SENT', 'FAILED'), ['delivery.failed']],
    [changed('DELIVERED', 'BOUNCED'), ['delivery.bounced']],
    [changed('UNKNOWN', 'SENT'), []],
    [changed('DELIVERED', 'DELIVERED'), []],
    [{ type: 'UPDATED' as const }, ['paylink.updated']],
    [{ type: 'SEND_FAILED' as const }, ['paylink.send_failed']],
    [{ type: 'PAYMENT_FAILED' as const }, ['paylink.payment_failed']],
    [{ type: 'REFUNDED' as const }, ['paylink.refunded']],
    [{ type: 'ERASED' as const }, []],
  ])('%o', async (some, types) => expect(await typesOf(some)).toEqual(types));
});

describe('what is old', () => {
  it('is forgotten after its time, a bounded part a call', async () => {
    const merchant = await seedMerchant();
    const hook = await seedHook(merchant);
    await seedBacklog(hook.endpoint.id, 3, 1);
    await forgetOld(env.DB, 1_000_000, 2);
    expect(await deliveriesOf(hook.endpoint.id)).toHaveLength(1);
    await forgetOld(env.DB, 1_000_000, 2);
    expect(await deliveriesOf(hook.endpoint.id)).toEqual([]);
  });
});

describe('no query of the outbox scans a table', () => {
  const payload: WebhookPayload = {
    id: 'e',
    merchantId: 'm',
    type: 'endpoint.test',
    paylinkId: null,
    payload: '{}',
    createdAt: 1,
    callbackUrl: null,
  };
  const delivery = { id: 'd', endpointId: 'w', eventId: 'e', payload: '{}', attempt: 1, round: 1, url: null };
  const record = (outcome: 'delivered' | 'failed') => ({
    delivery,
    outcome,
    statusCode: 200,
    error: null,
    answer: null,
    attemptedAt: 1,
    durationMs: 1,
    nextAttemptAt: outcome === 'failed' ? 2 : null,
    disable: { reason: 'failing' as const, failingBefore: 0, payload },
  });
  const queries: Record<string, (db: D1Database) => Promise<unknown>> = {
    'enqueue one': async (db) => deliveriesIn((await db.batch([enqueuePayloadsStatement(db, [payload])]))[0]),
    'enqueue a created one': (db) => db.batch([enqueueCreatedStatement(db, [payload])]),
    'enqueue for one endpoint': (db) => enqueuePayloadTo(db, 'w', payload),
    'endpoints of what is due': (db) => endpointsOfDue(db, ['d'], 1),
    claim: (db) => claimDeliveries(db, { endpointId: 'w', ids: ['d'], limit: 10, now: 1, leaseMs: 1 }),
    'record a success': (db) => recordAttempt(db, record('delivered')),
    'record a failure': (db) => recordAttempt(db, record('failed')),
    release: (db) => releaseDeliveries(db, [delivery], 1),
    close: (db) => closeDeliveries(db, [delivery]),
    due: (db) => longestDueDeliveries(db, 1, 10),
    attempts: (db) => listAttempts(db, 'w', { limit: 10 }),
    'replay one': (db) => requeueDelivery(db, 'w', 'd', 1, 1),
    'replay many': (db) => requeueSince(db, 'w', 1, 1, 1, 10),
    forget: (db) => forgetOld(db, 1, 10),
  };
  beforeAll(() => seedMerchant());

  it.each(Object.keys(queries))('%s', async (name) => {
    const run = queries[name];
    if (!run) throw new Error('no such query');
    const plans = await plansOf(run);
    expect(plans.length).toBeGreaterThan(0);
    // A scan of a bound JSON array, or of what a subquery has gathered of one, is no scan of a table.
    expect(plans.filter((detail) => /^SCAN (?!(json_each|a|t|c|w|CONSTANT ROW)\b|\(subquery)/.test(detail))).toEqual(
      [],
    );
    expect(plans.filter((detail) => detail.includes('TEMP B-TREE'))).toEqual([]);
  });
});
