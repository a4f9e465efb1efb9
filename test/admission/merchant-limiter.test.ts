import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MerchantGate } from '../../src/admission/merchant-limiter.ts';
import type { LimiterRequest } from '../../src/admission/port.ts';
import { HUNDRED, someMerchant } from './support.ts';

const SCARCE = { limit: 2, windowSeconds: 60 };

const stubOf = (merchantId: string) => env.GATE.get(env.GATE.idFromName(merchantId));
const bearer = (quota = HUNDRED): LimiterRequest => ({ quota, cost: 1, nonce: null });
const signed = (nonce: string, quota: LimiterRequest['quota'] = null): LimiterRequest => ({
  quota,
  cost: 1,
  nonce: { nonce, claim: crypto.randomUUID(), expiresAt: Date.now() + 360_000 },
});

/** Rows inserted, updated or deleted so far by this instance of the limiter. */
const changes = (stub: ReturnType<typeof stubOf>): Promise<number> =>
  runInDurableObject(stub, (_limiter, { storage }) =>
    Number(storage.sql.exec<{ n: number }>('SELECT total_changes() AS n').one().n),
  );

const tables = (stub: ReturnType<typeof stubOf>): Promise<string[]> =>
  runInDurableObject(stub, (_limiter, { storage }) =>
    storage.sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE name IN ('bursts', 'nonces')")
      .toArray()
      .map(({ name }) => name),
  );

/** Runs `work` inside the object. */
const inLimiter = <T>(limiterStub: ReturnType<typeof stubOf>, work: (limiter: MerchantGate) => T | Promise<T>) =>
  runInDurableObject(limiterStub, (instance) => {
    if (!(instance instanceof MerchantGate)) throw new Error('not a merchant limiter');
    return work(instance);
  });

const alarmOf = (stub: ReturnType<typeof stubOf>): Promise<number | null> =>
  runInDurableObject(stub, (_limiter, { storage }) => storage.getAlarm());

let stub: ReturnType<typeof stubOf>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  stub = stubOf(someMerchant());
});

afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);

describe('a nonce', () => {
  it('works once out of 10,000, each replayed serially', async () => {
    const accepted = await inLimiter(stub, (limiter) => {
      const claims = Array.from({ length: 10_000 }, (_, index) => `nonce-${index}-abcdefgh`);
      const fresh = claims.filter((nonce) => !limiter.admit(signed(nonce)).replayed);
      const again = claims.filter((nonce) => !limiter.admit(signed(nonce)).replayed);
      return { fresh: fresh.length, again: again.length };
    });
    expect(accepted).toEqual({ fresh: 10_000, again: 0 });
  });

  it('works once in each of 625 races of 16', async () => {
    for (let race = 0; race < 625; race++) {
      const racers = Array.from({ length: 16 }, () => stub.admit(signed(`race-${race}-abcdefgh`)));
      const answers = await Promise.all(racers);
      expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    }
  });

  it('is remembered until it expires, across eviction', async () => {
    const claim = signed('remembered-nonce');
    await stub.admit(claim);
    await evictDurableObject(stub);
    pass(359_999);
    expect(await stub.admit(signed('remembered-nonce'))).toEqual({ replayed: true });
    pass(1);
    expect(await stub.admit(signed('remembered-nonce'))).toEqual({ replayed: false, quota: null });
  });

  it('is not a replay when the same request claims it again', async () => {
    const claim = signed('asked-again-nonce');
    await stub.admit(claim);
    expect(await stub.admit(claim)).toEqual({ replayed: false, quota: null });
  });

  it('is used up by a request that is limited', async () => {
    await stub.admit({ ...bearer(SCARCE), cost: 2 });
    expect(await stub.admit(signed('limited-nonce-01', SCARCE))).toMatchObject({ quota: { admitted: false } });
    expect(await stub.admit(signed('limited-nonce-01', SCARCE))).toEqual({ replayed: true });
  });
});

describe('what a merchant limiter stores', () => {
  it('survives eviction once it is written', async () => {
    await stub.admit(bearer());
    await stub.admit({ ...bearer(), cost: 4 });
    await inLimiter(stub, (limiter) => limiter.write());
    await evictDurableObject(stub);
    expect(await stub.admit(bearer())).toMatchObject({ quota: { admitted: true, remaining: 94 } });
  });

  it('is one row a nonce, and one a second for all admissions; none for a refusal', async () => {
    const quota = { limit: 3, windowSeconds: 60 };
    await stub.admit(bearer(quota));
    const steps = [
      () => stub.admit(signed('row-counting-01', quota)),
      () => stub.admit(bearer(quota)),
      () => inLimiter(stub, (limiter) => limiter.write()),
      () => stub.admit(bearer(quota)),
      () => inLimiter(stub, (limiter) => limiter.write()),
    ];
    const written: number[] = [];
    for (const step of steps) {
      const before = await changes(stub);
      await step();
      written.push((await changes(stub)) - before);
    }
    expect(written).toEqual([1, 0, 1, 0, 0]);
  });

  it('is written within a second, by itself', async () => {
    await stub.admit(bearer());
    const bursts = () =>
      runInDurableObject(stub, (_limiter, { storage }) => storage.sql.exec('SELECT units FROM bursts').toArray());
    await expect.poll(bursts).toEqual([{ units: 1 }]);
  });

  it('drops bursts that have left the window as new ones begin', async () => {
    for (let minute = 0; minute < 5; minute++) {
      await stub.admit(bearer());
      await inLimiter(stub, (limiter) => limiter.write());
      pass(60_000);
    }
    const kept = await runInDurableObject(stub, (_limiter, { storage }) =>
      storage.sql.exec('SELECT start FROM bursts').toArray(),
    );
    expect(kept).toHaveLength(1);
  });
});

describe('the alarm', () => {
  it('is set once, not with every admission', async () => {
    await stub.admit(bearer());
    const armed = await alarmOf(stub);
    for (let second = 0; second < 30; second++) {
      pass(1_000);
      await stub.admit(signed(`second-${second}-abcdefgh`, HUNDRED));
    }
    expect(await alarmOf(stub)).toBe(armed);
  });

  it('deletes everything of an idle merchant', async () => {
    await stub.admit(signed('idle-merchant-01', HUNDRED));
    pass(11 * 60_000);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await tables(stub)).toEqual([]);
    expect(await alarmOf(stub)).toBeNull();
  });

  it('keeps what still counts, and is set again for it', async () => {
    await stub.admit(signed('early-nonce-0001'));
    pass(300_000);
    await stub.admit(signed('late-nonce-00001', HUNDRED));
    pass(60_000);
    await runDurableObjectAlarm(stub);
    expect(await stub.admit(signed('late-nonce-00001'))).toEqual({ replayed: true });
    expect(await stub.admit(signed('early-nonce-0001'))).toEqual({ replayed: false, quota: null });
    expect(await alarmOf(stub)).toBeGreaterThan(Date.now());
  });

  it('may run twice, and the limiter works after it', async () => {
    await stub.admit(bearer());
    pass(11 * 60_000);
    await inLimiter(stub, async (limiter) => {
      await limiter.alarm();
      await limiter.alarm();
    });
    expect(await stub.admit(signed('after-alarm-0001', HUNDRED))).toMatchObject({ quota: { remaining: 99 } });
    expect(await stub.admit(signed('after-alarm-0001', HUNDRED))).toEqual({ replayed: true });
    await evictDurableObject(stub);
    expect(await stub.admit(bearer())).toMatchObject({ quota: { remaining: 98 } });
  });

  it('may run too early', async () => {
    await stub.admit(signed('early-bell-00001', HUNDRED));
    await inLimiter(stub, (limiter) => limiter.alarm());
    expect(await stub.admit(signed('early-bell-00001', HUNDRED))).toEqual({ replayed: true });
    expect(await stub.admit(bearer())).toMatchObject({ quota: { remaining: 98 } });
  });
});
