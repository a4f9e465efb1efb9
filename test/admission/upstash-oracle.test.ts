import { Ratelimit } from '@upstash/ratelimit';
import { Redis } from '@upstash/redis/cloudflare';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { UpstashQuota } from '../../src/admission/upstash.ts';
import { bridge, someMerchant, startRedis } from './forms.ts';

const quota = { limit: 8, windowSeconds: 60 };
const windowMs = quota.windowSeconds * 1000;

/** A request after a while (ms), or one unit given back. */
const step = fc.record({ after: fc.nat({ max: 15_000 }), give: fc.nat({ max: 5 }).map((one) => one === 0) });

describe.skipIf(bridge === null)('beside @upstash/ratelimit, the quota at Upstash', () => {
  let url: string;
  beforeAll(async () => {
    url = `${bridge?.url}${await startRedis()}`;
  });
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const forms = () => {
    const token = bridge?.token ?? '';
    const ours = new UpstashQuota({ url, token, timeoutMs: 5_000 });
    const library = new Ratelimit({
      redis: new Redis({ url, token, enableTelemetry: false }),
      limiter: Ratelimit.slidingWindow(quota.limit, `${quota.windowSeconds} s`),
      prefix: 'paylinks:quota',
      ephemeralCache: false,
      timeout: 0,
      enableTelemetry: false,
    });
    const byUs = async (merchant: string, give: boolean) => {
      if (give) return void (await ours.giveBack(merchant, quota, 1, Date.now()));
      const { admitted, remaining, resetMs } = await ours.ask(merchant, quota, 1);
      return { admitted, remaining, resetMs };
    };
    const byLibrary = async (merchant: string, give: boolean) => {
      if (give) return void (await library.limit(merchant, { rate: -1 }));
      const { success, remaining, reset } = await library.limit(merchant);
      return { admitted: success, remaining, resetMs: reset - Date.now() };
    };
    return { byUs, byLibrary };
  };

  it('answers every request the same', { timeout: 60_000 }, async () => {
    const { byUs, byLibrary } = forms();
    const story = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const [one, other] = [someMerchant(), someMerchant()];
      let used = 0;
      vi.setSystemTime(Math.ceil(Date.now() / windowMs) * windowMs);
      for (const { after, give } of steps) {
        vi.setSystemTime(Date.now() + after);
        // Nobody gives back what was not taken.
        if (give && used === 0) continue;
        const answer = await byUs(one, give);
        expect(answer).toEqual(await byLibrary(other, give));
        used += give ? -1 : answer?.admitted ? 1 : 0;
      }
    });
    await fc.assert(story, { numRuns: 30 });
  });

  it('goes on counting what the library has counted, and the other way round', async () => {
    const { byUs, byLibrary } = forms();
    const merchant = someMerchant();
    vi.setSystemTime(Math.ceil(Date.now() / windowMs) * windowMs);
    const remaining: unknown[] = [];
    for (const ask of [byLibrary, byUs, byLibrary, byUs]) remaining.push((await ask(merchant, false))?.remaining);
    expect(remaining).toEqual([7, 6, 5, 4]);
  });
});
