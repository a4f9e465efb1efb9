import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { admission } from '../../src/admission/admit.ts';
import { BlockedCache } from '../../src/admission/blocked-cache.ts';
import { IsolateQuota } from '../../src/admission/isolate-quota.ts';
import type { AdmissionRequest, LimiterAnswer } from '../../src/admission/port.ts';
import type { UpstashAnswer } from '../../src/admission/upstash.ts';
import type { Config } from '../../src/env.ts';
import {
  admissionWith,
  asking,
  bridge,
  HUNDRED,
  nonceOf,
  objectConfig,
  someMerchant,
  startRedis,
  upstashConfig,
} from './support.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** The merchant limiters, with a count of calls. */
function countedLimiters(): { limiters: typeof env.GATE; calls: () => number } {
  let calls = 0;
  const limiters = new Proxy(env.GATE, {
    get(target, name) {
      if (name === 'get') calls += 1;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  return { limiters, calls: () => calls };
}

/** What one admission costs: calls to the limiter and fetches, on a warm isolate and script. */
async function cost(config: Config, more: Partial<AdmissionRequest> = {}, merchant = someMerchant()) {
  const { limiters, calls } = countedLimiters();
  const { admit, settled } = admissionWith(config, limiters);
  await admit(asking(someMerchant(), { cost: more.cost ?? 1 }));
  const fetches = vi.spyOn(globalThis, 'fetch');
  const before = calls();
  const answer = await admit(asking(merchant, more));
  const spent = { limiter: calls() - before, fetches: fetches.mock.calls.length, kind: answer.kind };
  await settled();
  fetches.mockRestore();
  return spent;
}

const signedNow = () => ({ nonce: nonceOf(crypto.randomUUID()) });

/** Uses a quota of one up, so that the isolate learns that the merchant is blocked. */
async function blockedMerchant(config: Config) {
  const merchant = someMerchant();
  const quota = { limit: 1, windowSeconds: 60 };
  const { admit } = admissionWith(config);
  await admit(asking(merchant, { quota }));
  await admit(asking(merchant, { quota }));
  return { merchant, quota };
}

describe('an admission by the merchant limiter', () => {
  it('is one call, signed or not', async () => {
    expect(await cost(objectConfig())).toEqual({ limiter: 1, fetches: 0, kind: 'admitted' });
    expect(await cost(objectConfig(), signedNow())).toEqual({ limiter: 1, fetches: 0, kind: 'admitted' });
  });

  it('costs nothing for a merchant known to be blocked', async () => {
    const { merchant, quota } = await blockedMerchant(objectConfig());
    const asked = { quota, ...signedNow() };
    expect(await cost(objectConfig(), asked, merchant)).toEqual({ limiter: 0, fetches: 0, kind: 'limited' });
  });
});

describe.skipIf(bridge === null)('an admission by Upstash', () => {
  it('is one call, of any cost', async () => {
    const config = upstashConfig(await startRedis());
    expect(await cost(config)).toEqual({ limiter: 0, fetches: 1, kind: 'admitted' });
    expect(await cost(config, { cost: 7 })).toEqual({ limiter: 0, fetches: 1, kind: 'admitted' });
  });

  it('is one call, and one to the limiter when signed', async () => {
    const config = upstashConfig(await startRedis());
    expect(await cost(config, signedNow())).toEqual({ limiter: 1, fetches: 1, kind: 'admitted' });
  });

  it('costs nothing for a merchant known to be blocked', async () => {
    const config = upstashConfig(await startRedis());
    const { merchant, quota } = await blockedMerchant(config);
    const asked = { quota, ...signedNow() };
    expect(await cost(config, asked, merchant)).toEqual({ limiter: 0, fetches: 0, kind: 'limited' });
  });
});

describe('a signed admission by Upstash', () => {
  const free: UpstashAnswer = { admitted: true, remaining: 99, resetMs: 60_000, blockedMs: 0, charged: true };

  /** Upstash and the limiter answer when the test says so. */
  function byHand() {
    const limiter = Promise.withResolvers<LimiterAnswer | null>();
    const upstash = Promise.withResolvers<UpstashAnswer>();
    const askLimiter = vi.fn(() => limiter.promise);
    const ask = vi.fn(() => upstash.promise);
    const giveBack = vi.fn(async () => {});
    const { admit } = admission({
      askLimiter,
      upstash: { ask, giveBack },
      blocked: new BlockedCache(10),
      isolateQuota: new IsolateQuota(10),
      waitUntil: () => {},
    });
    return { admit, limiter, upstash, askLimiter, ask, giveBack };
  }

  it('asks both before either has answered', async () => {
    const { admit, limiter, upstash, askLimiter, ask } = byHand();
    const answer = admit(asking('m', signedNow()));
    await Promise.resolve();
    expect([askLimiter.mock.calls.length, ask.mock.calls.length]).toEqual([1, 1]);
    upstash.resolve(free);
    limiter.resolve({ replayed: false, quota: null });
    expect((await answer).kind).toBe('admitted');
  });

  it('gives back what a replay was charged', async () => {
    const { admit, limiter, upstash, giveBack } = byHand();
    upstash.resolve(free);
    limiter.resolve({ replayed: true });
    expect(await admit(asking('m', { cost: 3, ...signedNow() }))).toEqual({ kind: 'replayed' });
    expect(giveBack).toHaveBeenCalledExactlyOnceWith('m', expect.anything(), 3, expect.any(Number));
  });

  it('gives back a refused cost at once, before the limiter has answered, and only once', async () => {
    const { admit, limiter, upstash, giveBack } = byHand();
    const answer = admit(asking('m', { cost: 3, ...signedNow() }));
    upstash.resolve({ admitted: false, remaining: 2, resetMs: 9_000, blockedMs: 0, charged: true });
    await vi.waitFor(() => expect(giveBack).toHaveBeenCalledExactlyOnceWith('m', HUNDRED, 3, expect.any(Number)));
    limiter.resolve({ replayed: true });
    expect(await answer).toEqual({ kind: 'replayed' });
    expect(giveBack).toHaveBeenCalledOnce();
  });

  it('gives nothing back that was not charged', async () => {
    const { admit, limiter, upstash, giveBack } = byHand();
    upstash.resolve({ admitted: false, remaining: 0, resetMs: 9_000, blockedMs: 1_000, charged: false });
    limiter.resolve({ replayed: true });
    expect(await admit(asking('m', signedNow()))).toEqual({ kind: 'replayed' });
    expect(giveBack).not.toHaveBeenCalled();
  });
});
