import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { countOutage, outages } from '../../src/admission/outages.ts';
import { UpstashQuota } from '../../src/admission/upstash.ts';
import {
  admissionWith,
  asking,
  bridge,
  HUNDRED,
  killRedis,
  nonceOf,
  parallel,
  someMerchant,
  startRedis,
  tally,
  upstashConfig,
} from './support.ts';

const FIVE = { limit: 5, windowSeconds: 60 };

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const outageForms = {
  'never answers': async () => upstashConfig('/slow', { RATE_LIMIT_TIMEOUT_MS: '50' }),
  'hangs up': async () => upstashConfig('/dead'),
  'is not there': async () => upstashConfig('', { UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:9' }),
  'answers a web page': async () => upstashConfig('/page'),
  'answers nonsense': async () => upstashConfig('/nonsense'),
  'is out of order': async () => upstashConfig('/broken'),
  'refuses the token': async () => upstashConfig(await startRedis(), { UPSTASH_REDIS_REST_TOKEN: 'wrong' }),
};

describe.skipIf(bridge === null).each(Object.entries(outageForms))('when Upstash %s', (_, configured) => {
  it('the merchant limiter decides exactly, and the outage is counted', async () => {
    const { admit } = admissionWith(await configured());
    const merchant = someMerchant();
    const before = outages.upstash;
    const results = await parallel(12, () => admit(asking(merchant, { quota: FIVE })));
    expect(tally(results)).toEqual({ admitted: 5, limited: 7, replayed: 0, unavailable: 0 });
    for (const result of results) expect(result).toMatchObject({ quota: { limit: 5, windowSeconds: 60 } });
    expect(outages.upstash - before).toBe(12);
  });

  it('a cost above one is still all or nothing', async () => {
    const { admit } = admissionWith(await configured());
    const merchant = someMerchant();
    const kinds: string[] = [];
    for (const cost of [4, 2, 1]) kinds.push((await admit(asking(merchant, { quota: FIVE, cost }))).kind);
    expect(kinds).toEqual(['admitted', 'limited', 'admitted']);
  });

  it('a nonce still works once', async () => {
    const { admit } = admissionWith(await configured());
    const signed = asking(someMerchant(), { nonce: nonceOf('outage-nonce-0001') });
    const results = await parallel(8, () => admit(signed));
    expect(tally(results)).toEqual({ admitted: 1, limited: 0, replayed: 7, unavailable: 0 });
  });
});

describe.skipIf(bridge === null)('when redis-server is killed in the middle of a run', () => {
  it('no request is lost, and no more are admitted than the merchant limiter allows', async () => {
    const path = await startRedis();
    const { admit } = admissionWith(upstashConfig(path));
    const merchant = someMerchant();
    const request = asking(merchant, { quota: { limit: 250, windowSeconds: 60 } });
    const before = await parallel(100, () => admit(request));
    const during = parallel(100, () => admit(request));
    await killRedis(path);
    const after = await parallel(300, () => admit(request));
    expect(tally([...before, ...(await during)])).toEqual({ admitted: 200, limited: 0, replayed: 0, unavailable: 0 });
    const { admitted, limited } = tally(after);
    expect(admitted + limited).toBe(300);
    // The quota, less those of `during` that the limiter decided.
    expect(admitted).toBeLessThanOrEqual(250);
    expect(admitted).toBeGreaterThanOrEqual(150);
  });
});

describe('the wait for Upstash', () => {
  it('ends at the configured time-out, not before, and leaves no call open', async () => {
    const signals: AbortSignal[] = [];
    vi.spyOn(globalThis, 'fetch').mockImplementation((_, { signal } = {}) => {
      if (signal) signals.push(signal);
      return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const quota = new UpstashQuota({ url: 'http://upstash.test', token: 't', timeoutMs: 300 });
    const seen: string[] = [];
    const asked = quota.ask('m', HUNDRED, 1).then(
      () => seen.push('answered'),
      (error: Error) => seen.push(error.message),
    );
    await vi.advanceTimersByTimeAsync(299);
    expect(seen).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await asked;
    expect(seen).toEqual(['no answer within 300 ms']);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('is not repeated when the connection fails: the lost call may have counted', async () => {
    const fetches = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('connection lost'));
    const quota = new UpstashQuota({ url: 'http://upstash.test', token: 't', timeoutMs: 300 });
    await expect(quota.ask('m', HUNDRED, 1)).rejects.toThrow('connection lost');
    expect(fetches).toHaveBeenCalledOnce();
  });

  it('credits nothing once the charged bucket is over', async () => {
    const fetches = vi.spyOn(globalThis, 'fetch');
    const quota = new UpstashQuota({ url: 'http://upstash.test', token: 't', timeoutMs: 300 });
    await quota.giveBack('m', HUNDRED, 3, Date.now() - 60_000);
    expect(fetches).not.toHaveBeenCalled();
  });
});

describe('an outage in the log', () => {
  it('is one line a minute with the count so far, not one a request', () => {
    const lines = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const start = Date.now() + 3_600_000;
    for (let second = 0; second < 120; second++) countOutage('upstash', 'slow', start + second * 1_000);
    expect(lines).toHaveBeenCalledTimes(2);
    const [first] = lines.mock.calls[0] ?? [];
    expect(JSON.parse(String(first))).toMatchObject({
      event: 'admission_outage',
      dependency: 'upstash',
      reason: 'slow',
    });
  });
});
