import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SerialQueue } from '../../src/paylinks/coordinator/batcher.ts';
import { RecipientLookup } from '../../src/paylinks/coordinator/recipient-lookup.ts';
import { suppressionOf } from '../../src/paylinks/recipients/suppressions.ts';
import { updateMerchant } from '../../src/store/merchants.ts';
import { seedMerchant } from '../support/merchants.ts';
import { seedSuppressions } from '../support/suppressions.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** The database, each of whose queries waits for `before`; `sizes` are how many questions each had. */
function watched(before: () => Promise<void>): { db: D1Database; sizes: number[] } {
  const sizes: number[] = [];
  const prepare = (sql: string) => ({
    bind: (questions: string, ...others: unknown[]) => ({
      all: async () => {
        sizes.push(JSON.parse(questions).length);
        await before();
        return env.DB.prepare(sql)
          .bind(questions, ...others)
          .all();
      },
    }),
  });
  const db = new Proxy(env.DB, { get: (target, name) => (name === 'prepare' ? prepare : Reflect.get(target, name)) });
  return { db, sizes };
}

const standingsOf = (db: D1Database) => new RecipientLookup(db, new SerialQueue(), Date.now);
const aHash = () => `hash-${crypto.randomUUID()}`;

const suppress = (merchantId: string, hash: string) =>
  seedSuppressions([
    suppressionOf(merchantId, { channel: 'SMS', recipient: null, recipientHash: hash }, 'stop', Date.now()),
  ]);

describe('standings', () => {
  it('are one query for all who ask while another is under way, each told of his own recipients', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
    const { db, sizes } = watched(() => {
      isAsked();
      return released;
    });
    const recipientLookup = standingsOf(db);
    const merchants = [await seedMerchant(), await seedMerchant(), await seedMerchant()];
    const hash = aHash();
    await suppress(merchants[1]?.id ?? '', hash);
    const first = recipientLookup.read(merchants[0]?.id ?? '', [hash]);
    await asked;
    const others = merchants.map(({ id }) => recipientLookup.read(id, [hash]));
    release();
    const read = await Promise.all([first, ...others]);
    expect(sizes).toEqual([1, 3]);
    expect(read.map((recipientStatus) => recipientStatus?.merchant.id)).toEqual(
      [merchants[0], ...merchants].map((one) => one?.id),
    );
    expect(read.map((recipientStatus) => recipientStatus?.suppressed.length)).toEqual([0, 0, 1, 0]);
    expect(read.map((recipientStatus) => recipientStatus?.hashes)).toEqual([[hash], [hash], [hash], [hash]]);
  });

  it('are always as they are now: the suppression and the merchant’s settings of a moment ago', async () => {
    const recipientLookup = standingsOf(env.DB);
    const merchant = await seedMerchant();
    const hash = aHash();
    expect(await recipientLookup.read(merchant.id, [hash])).toMatchObject({ merchant, suppressed: [] });
    await suppress(merchant.id, hash);
    const changed = await updateMerchant(env.DB, merchant.id, { paylinkSendCap: 3 }, Date.now());
    expect(await recipientLookup.read(merchant.id, [hash])).toMatchObject({
      merchant: changed,
      suppressed: [{ channel: 'SMS', hash }],
    });
    expect(await recipientLookup.read(merchant.id, [])).toMatchObject({ merchant: changed, suppressed: [] });
  });

  it('are not told when D1 fails; the next are', async () => {
    let failing = true;
    const { db } = watched(async () => {
      if (failing) throw new Error('D1 is away');
    });
    const recipientLookup = standingsOf(db);
    const { id } = await seedMerchant();
    expect(await Promise.all([recipientLookup.read(id, []), recipientLookup.read(id, [])])).toEqual([null, null]);
    failing = false;
    expect(await recipientLookup.read(id, [])).toMatchObject({ merchant: { id } });
  });

  it('are not waited for behind a query that never ends', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const merchant = await seedMerchant();
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
    const { db, sizes } = watched(async () => {
      isAsked();
      if (sizes.length === 1) await new Promise(() => {});
    });
    const recipientLookup = standingsOf(db);
    const lost = recipientLookup.read(merchant.id, []);
    await asked;
    const next = recipientLookup.read(merchant.id, []);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await lost).toBeNull();
    expect(await next).toMatchObject({ merchant });
  });
});

describe('turns', () => {
  it('are taken one after the other, also after one that failed', async () => {
    const queue = new SerialQueue();
    const order: string[] = [];
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const first = queue.run(async () => {
      order.push('first begins');
      await held;
      order.push('first ends');
      throw new Error('no');
    });
    const second = queue.run(async () => order.push('second begins'));
    release();
    await expect(first).rejects.toThrow('no');
    await second;
    expect(order).toEqual(['first begins', 'first ends', 'second begins']);
  });

  it('pass on from whoever does not end', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const queue = new SerialQueue();
    void queue.run(() => new Promise(() => {}));
    const second = queue.run(async () => 'done');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await second).toBe('done');
  });
});
