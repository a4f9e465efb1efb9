import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Merchant } from '../../src/model/merchant.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import { newCode, newIdAt } from '../../src/paylink-id.ts';
import { SerialQueue } from '../../src/paylinks/coordinator/batcher.ts';
import { CreateBatcher } from '../../src/paylinks/coordinator/create-batcher.ts';
import type { NewPaylink } from '../../src/store/insert-paylinks.ts';
import { loadPaylink } from '../../src/store/paylinks.ts';
import { seedMerchant } from '../support/merchants.ts';
import { seedPaylink } from '../support/verbs.ts';

afterEach(() => {
  vi.useRealTimers();
});

let merchant: Merchant;
let like: Paylink;

beforeAll(async () => {
  merchant = await seedMerchant();
  like = await seedPaylink(merchant);
});

/** A Paylink like any other, with ids of its own. */
function fresh(some: Partial<NewPaylink> = {}): NewPaylink {
  const { lineItems, events, deliveryLogs, orders, ...head } = like;
  return {
    head: { ...head, id: newIdAt(Date.now(), 1), code: newCode(0) },
    lineItems: lineItems.map((item) => ({ ...item, id: crypto.randomUUID() })),
    events: events.map((event) => ({ ...event, id: crypto.randomUUID() })),
    deliveryLogs,
    orders,
    key: null,
    ...some,
  };
}

/** The database, each of whose batches waits for `before`; counts them. */
function watched(before: (batch: number) => Promise<void>): { db: D1Database; batches: () => number } {
  let batches = 0;
  const batch = async (statements: D1PreparedStatement[]) => {
    batches += 1;
    await before(batches);
    return env.DB.batch(statements);
  };
  const db = new Proxy(env.DB, {
    get: (target, name) => (name === 'batch' ? batch : Reflect.get(target, name).bind(target)),
  });
  return { db, batches: () => batches };
}

const createsOn = (db: D1Database) => new CreateBatcher(db, new SerialQueue(), () => {});
const isStored = async ({ head, lineItems }: NewPaylink) =>
  (await loadPaylink(env.DB, head.id))?.paylink.lineItems.length === lineItems?.length;

describe('creates', () => {
  it('are one batch for all that come while another is under way, each whole', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { db, batches } = watched(() => released);
    const creates = createsOn(db);
    const all = [fresh(), fresh(), fresh(), fresh()];
    const ends = all.map((one) => creates.insert(one, 5_000));
    release();
    expect(await Promise.all(ends)).toEqual(['inserted', 'inserted', 'inserted', 'inserted']);
    expect(batches()).toBeLessThanOrEqual(2);
    expect(await Promise.all(all.map(isStored))).toEqual([true, true, true, true]);
  });

  it('of one key in one batch are one Paylink', async () => {
    const creates = createsOn(env.DB);
    const key = { key: crypto.randomUUID(), fingerprint: 'f', expiredBefore: 0 };
    const all = [fresh(), fresh({ key }), fresh({ key })];
    expect(await Promise.all(all.map((one) => creates.insert(one, 5_000)))).toEqual([
      'inserted',
      'inserted',
      'existing',
    ]);
    expect(await Promise.all(all.map(isStored))).toEqual([true, true, false]);
  });

  it('repeated with the same id change nothing', async () => {
    const creates = createsOn(env.DB);
    const one = fresh();
    expect(await creates.insert(one, 5_000)).toBe('inserted');
    expect(await creates.insert(one, 5_000)).toBe('existing');
    expect(await isStored(one)).toBe(true);
  });

  it('keep back no other when one cannot be written', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const creates = createsOn(watched((batch) => (batch === 1 ? released : Promise.resolve())).db);
    const first = creates.insert(fresh(), 5_000);
    const impossible = fresh();
    const wrong = { ...impossible, head: { ...impossible.head, merchantId: 'nobody' } };
    const good = fresh();
    const others = [creates.insert(wrong, 5_000), creates.insert(good, 5_000)];
    release();
    expect([await first, ...(await Promise.all(others))]).toEqual(['inserted', 'failed', 'inserted']);
    expect([await isStored(wrong), await isStored(good)]).toEqual([false, true]);
  });

  it('are written once more, together, when D1 was lost; an id that D1 took before all the same is there already', async () => {
    const lost = (batch: number) =>
      batch === 2 ? Promise.reject(new Error('D1_ERROR: Network connection lost.')) : gate;
    const { promise: gate, resolve: release } = Promise.withResolvers<void>();
    const { db, batches } = watched(lost);
    const creates = createsOn(db);
    const first = creates.insert(fresh(), 5_000);
    const [one, other] = [fresh(), fresh()];
    await createsOn(env.DB).insert(one, 5_000);
    const both = [creates.insert(one, 5_000), creates.insert(other, 5_000)];
    release();
    expect([await first, ...(await Promise.all(both))]).toEqual(['inserted', 'existing', 'inserted']);
    expect(batches()).toBe(3);
  });

  it('make an overloaded D1 no more work: none is tried again', async () => {
    const overloaded = new Error('D1_ERROR: D1 DB is overloaded. Requests queued for too long.');
    const { db, batches } = watched(() => Promise.reject(overloaded));
    const creates = createsOn(db);
    const all = [fresh(), fresh(), fresh()].map((one) => creates.insert(one, 5_000));
    expect(await Promise.all(all)).toEqual(['failed', 'failed', 'failed']);
    expect(batches()).toBe(1);
  });

  it('that waited too long for their turn are not written after they were told so', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const { db, batches } = watched((batch) => (batch === 1 ? new Promise(() => {}) : Promise.resolve()));
    const creates = createsOn(db);
    void creates.insert(fresh(), 5_000);
    // Not by waiting, which would move the clock: both have to be late at the same time.
    while (batches() < 1) await Promise.resolve();
    const late = fresh();
    const waiting = creates.insert(late, 5_000);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await waiting).toBe('failed');
    const next = fresh();
    expect(await creates.insert(next, 5_000)).toBe('inserted');
    expect([await isStored(late), await isStored(next)]).toEqual([false, true]);
  });
});
