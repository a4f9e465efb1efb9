import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { merchantLimiters } from '../../src/admission/limiter-client.ts';
import { outages } from '../../src/admission/outages.ts';
import { limitersWith, lost, unreachableLimiters } from './failing-limiters.ts';
import {
  admissionWith,
  asking,
  bridge,
  HUNDRED,
  nonceOf,
  objectConfig,
  parallel,
  someMerchant,
  startRedis,
  tally,
  upstashConfig,
} from './support.ts';

const THREE = { limit: 3, windowSeconds: 60 };

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('when the merchant limiter cannot be reached', () => {
  it('a signed request is refused as unavailable', async () => {
    const before = outages.limiter;
    const { admit } = admissionWith(objectConfig(), unreachableLimiters());
    expect(await admit(asking(someMerchant(), { nonce: nonceOf('no-limiter-nonce-01') }))).toEqual({
      kind: 'unavailable',
    });
    expect(outages.limiter - before).toBe(1);
  });

  it('bearer requests go on, limited by this isolate', async () => {
    const { admit } = admissionWith(objectConfig(), unreachableLimiters());
    const merchant = someMerchant();
    const results = await parallel(10, () => admit(asking(merchant, { quota: THREE })));
    expect(tally(results)).toEqual({ admitted: 3, limited: 7, replayed: 0, unavailable: 0 });
    expect(results[0]).toEqual({ kind: 'admitted', quota: { ...THREE, remaining: 2, resetSeconds: 60 } });
  });
});

describe.skipIf(bridge === null)('when Upstash answers and the merchant limiter does not', () => {
  it('bearer requests go on; a signed one is unavailable and costs nothing', async () => {
    const { admit, settled } = admissionWith(upstashConfig(await startRedis()), unreachableLimiters());
    const merchant = someMerchant();
    vi.useFakeTimers({ toFake: ['Date'] });
    expect(await admit(asking(merchant, { quota: THREE }))).toMatchObject({
      kind: 'admitted',
      quota: { remaining: 2 },
    });
    const signed = asking(merchant, { quota: THREE, cost: 2, nonce: nonceOf('no-limiter-nonce-02') });
    expect(await admit(signed)).toEqual({ kind: 'unavailable' });
    await settled();
    expect(await admit(asking(merchant, { quota: THREE }))).toMatchObject({
      kind: 'admitted',
      quota: { remaining: 1 },
    });
  });
});

describe.skipIf(bridge === null)('when neither Upstash nor the limiter can be reached', () => {
  it('bearer requests are limited by the isolate, signed ones unavailable', async () => {
    const { admit } = admissionWith(upstashConfig('/dead'), unreachableLimiters());
    const merchant = someMerchant();
    const signed = asking(merchant, { quota: THREE, nonce: nonceOf('no-limiter-nonce-03') });
    expect(await admit(signed)).toEqual({ kind: 'unavailable' });
    const results = await parallel(10, () => admit(asking(merchant, { quota: THREE })));
    expect(tally(results)).toEqual({ admitted: 3, limited: 7, replayed: 0, unavailable: 0 });
  });
});

describe('a call to the merchant limiter', () => {
  const request = { quota: HUNDRED, cost: 1, nonce: null };
  const asked = (limiters: ReturnType<typeof limitersWith>) =>
    merchantLimiters(limiters, {}, () => {})(someMerchant(), request);

  it('is tried once more, on a new stub, when the runtime calls the failure retryable', async () => {
    const limiters = limitersWith(async (call, real, asked) => {
      if (call === 1) throw lost({ retryable: true });
      return await real(asked);
    });
    expect(await asked(limiters)).toMatchObject({ replayed: false, quota: { remaining: 99 } });
  });

  it('is not tried a third time', async () => {
    const between = vi.fn(async () => {
      throw lost({ retryable: true });
    });
    expect(await asked(limitersWith(between))).toBeNull();
    expect(between).toHaveBeenCalledTimes(2);
  });

  it.each([{ retryable: true, overloaded: true }, { overloaded: true }, {}])(
    'is not tried again after %o',
    async (flags) => {
      const between = vi.fn(async () => {
        throw lost(flags);
      });
      expect(await asked(limitersWith(between))).toBeNull();
      expect(between).toHaveBeenCalledTimes(1);
    },
  );

  it('is not refused as a replay of itself when its first answer was lost', async () => {
    const limiters = limitersWith(async (call, real, asked) => {
      const answer = await real(asked);
      if (call === 1) throw lost({ retryable: true });
      return answer;
    });
    const { admit } = admissionWith(objectConfig(), limiters);
    const signed = asking(someMerchant(), { nonce: nonceOf('lost-answer-nonce') });
    expect((await admit(signed)).kind).toBe('admitted');
    expect(await admit(signed)).toEqual({ kind: 'replayed' });
  });

  it('ends after five seconds without an answer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const answer = asked(limitersWith(() => new Promise(() => {})));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await answer).toBeNull();
  });
});
