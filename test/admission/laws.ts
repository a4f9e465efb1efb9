import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Config } from '../../src/env.ts';
import {
  admissionWith,
  asking,
  HUNDRED,
  nonceOf,
  parallel,
  someMerchant,
  type TestAdmission,
  tally,
} from './support.ts';

const WINDOW_MS = HUNDRED.windowSeconds * 1000;

/**
 * - `refusedCosts: 'given back'`: a refused cost above one was charged first, so others may be refused until it is given back and that
 *   refusal is forgotten (a second); and one above the limit is refused without asking, so what remains is not known.
 */
type Form = { refusedCosts: 'never charged' | 'given back' };

/** The laws of admission, whoever keeps the quota. Time moves only where a law sets it. */
export function admissionLaws(configured: () => Promise<Config>, { refusedCosts }: Form): void {
  const givenBack = refusedCosts === 'given back';
  let admission: TestAdmission;
  let start: number;
  const at = (ms: number) => vi.setSystemTime(start + ms);
  const burst = (merchantId: string, times: number) => parallel(times, () => admission.admit(asking(merchantId)));

  beforeEach(async () => {
    admission = admissionWith(await configured());
    vi.useFakeTimers({ toFake: ['Date'] });
    start = Math.ceil(Date.now() / WINDOW_MS) * WINDOW_MS;
    at(0);
  });

  afterEach(async () => {
    await admission.settled();
    vi.useRealTimers();
  });

  it('admits exactly 100 of 500 parallel requests, in each of 20 rounds', async () => {
    for (let round = 0; round < 20; round++) {
      expect(tally(await burst(someMerchant(), 500))).toEqual({
        admitted: 100,
        limited: 400,
        replayed: 0,
        unavailable: 0,
      });
    }
  });

  it('admits no second burst just after a window boundary', async () => {
    const merchant = someMerchant();
    at(WINDOW_MS - 100);
    expect(tally(await burst(merchant, 150)).admitted).toBe(100);
    at(WINDOW_MS);
    expect(tally(await burst(merchant, 150)).admitted).toBe(0);
    at(WINDOW_MS + 1_500);
    expect(tally(await burst(merchant, 150)).admitted).toBeLessThanOrEqual(3);
  });

  it('counts a burst for one window, no longer', async () => {
    const merchant = someMerchant();
    at(WINDOW_MS - 100);
    await burst(merchant, 100);
    at(2 * WINDOW_MS - 50);
    expect(tally(await burst(merchant, 150)).admitted).toBe(100);
  });

  it('has the whole quota again after two quiet windows', async () => {
    const merchant = someMerchant();
    await burst(merchant, 60);
    at(WINDOW_MS / 2);
    await burst(merchant, 60);
    at(3 * WINDOW_MS);
    expect(tally(await burst(merchant, 150)).admitted).toBe(100);
  });

  it('says how many units remain and when there are more', async () => {
    const merchant = someMerchant();
    at(1_000);
    const first = await admission.admit(asking(merchant));
    const second = await admission.admit(asking(merchant, { cost: 10 }));
    const seconds = expect.toSatisfy((value: number) => Number.isInteger(value) && value >= 1 && value <= 60);
    expect(first).toEqual({ kind: 'admitted', quota: { ...HUNDRED, remaining: 99, resetSeconds: seconds } });
    expect(second).toEqual({ kind: 'admitted', quota: { ...HUNDRED, remaining: 89, resetSeconds: seconds } });
    const refused = await admission.admit(asking(merchant, { cost: 90 }));
    expect(refused).toEqual({ kind: 'limited', quota: { ...HUNDRED, remaining: 89, resetSeconds: seconds } });
  });

  it('admits all of a cost above one, or nothing', async () => {
    const merchant = someMerchant();
    const kinds: string[] = [];
    for (const cost of [98, 5, 3, 2, 1]) {
      kinds.push((await admission.admit(asking(merchant, { cost }))).kind);
      if (givenBack) await admission.settled();
    }
    expect(kinds).toEqual(['admitted', 'limited', 'limited', 'admitted', 'limited']);
  });

  it('admits as many parallel costs of three as fit the quota', async () => {
    const merchant = someMerchant();
    const results = await parallel(80, () => admission.admit(asking(merchant, { cost: 3 })));
    expect(tally(results).admitted).toBe(33);
    if (givenBack) {
      await admission.settled();
      at(1_000);
    }
    expect(await admission.admit(asking(merchant))).toMatchObject({ kind: 'admitted', quota: { remaining: 0 } });
  });

  it('never admits a cost above the quota', async () => {
    const answer = await admission.admit(asking(someMerchant(), { cost: 101 }));
    expect(answer).toMatchObject({ kind: 'limited', quota: { ...HUNDRED, remaining: givenBack ? 0 : 100 } });
  });

  it('counts each merchant apart', async () => {
    await burst(someMerchant(), 100);
    expect(await admission.admit(asking(someMerchant()))).toMatchObject({ kind: 'admitted', quota: { remaining: 99 } });
  });

  it('accepts a nonce once, and a replay costs nothing', async () => {
    const merchant = someMerchant();
    const signed = asking(merchant, { nonce: nonceOf('n'.repeat(16)) });
    expect((await admission.admit(signed)).kind).toBe('admitted');
    expect(await admission.admit(signed)).toEqual({ kind: 'replayed' });
    await admission.settled();
    expect(await admission.admit(asking(merchant))).toMatchObject({ kind: 'admitted', quota: { remaining: 98 } });
  });

  it('admits exactly one of 16 equal signed requests at once', async () => {
    const merchant = someMerchant();
    const results = await parallel(16, () => admission.admit(asking(merchant, { nonce: nonceOf('r'.repeat(16)) })));
    expect(tally(results)).toEqual({ admitted: 1, limited: 0, replayed: 15, unavailable: 0 });
  });

  it('uses up the nonce of a request that it limits', async () => {
    const quota = { limit: 1, windowSeconds: 60 };
    const merchant = someMerchant();
    const signed = asking(merchant, { quota, nonce: nonceOf('b'.repeat(16)) });
    await admission.admit(asking(merchant, { quota }));
    expect((await admission.admit(signed)).kind).toBe('limited');
    at(3 * WINDOW_MS);
    expect(await admission.admit(signed)).toEqual({ kind: 'replayed' });
  });
}
