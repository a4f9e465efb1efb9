import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { UpstashQuota } from '../../src/admission/upstash.ts';
import { admissionWith, asking, bridge, parallel, someMerchant, startRedis, tally, upstashConfig } from './support.ts';

const quota = { limit: 8, windowSeconds: 60 };
const windowMs = quota.windowSeconds * 1000;

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Two buckets, the older one weighted by how much of it is still in the window, as Upstash documents its sliding window. */
function model() {
  const buckets = new Map<number, number>();
  return (now: number, cost: number) => {
    const bucket = Math.floor(now / windowMs);
    const current = buckets.get(bucket) ?? 0;
    const used = current + Math.floor((1 - (now % windowMs) / windowMs) * (buckets.get(bucket - 1) ?? 0));
    const admitted = used + cost <= quota.limit;
    if (admitted) buckets.set(bucket, current + cost);
    const remaining = Math.max(0, quota.limit - used - (admitted ? cost : 0));
    return { admitted, remaining: cost > quota.limit ? 0 : remaining };
  };
}

describe.skipIf(bridge === null)('the quota at Upstash, a real redis-server behind its protocol', () => {
  let path: string;
  beforeAll(async () => {
    path = await startRedis();
  });
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Math.ceil(Date.now() / windowMs) * windowMs);
  });

  it('admits any sequence of costs as a weighted sliding window does, whatever was refused', async () => {
    const step = fc.record({ after: fc.integer({ min: 1_000, max: 15_000 }), cost: fc.integer({ min: 1, max: 9 }) });
    const story = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const merchant = someMerchant();
      const { admit, settled } = admissionWith(upstashConfig(path));
      const expected = model();
      vi.setSystemTime(Math.ceil(Date.now() / windowMs) * windowMs);
      for (const { after, cost } of steps) {
        vi.setSystemTime(Date.now() + after);
        const { kind, quota: state } = { quota: undefined, ...(await admit(asking(merchant, { quota, cost }))) };
        await settled();
        const { admitted, remaining } = expected(Date.now(), cost);
        expect([kind, state?.remaining]).toEqual([admitted ? 'admitted' : 'limited', remaining]);
      }
    });
    await fc.assert(story, { numRuns: 30 });
  });

  it('refused costs that are given back free nothing of a full quota', async () => {
    const merchant = someMerchant();
    const { admit, settled } = admissionWith(upstashConfig(path));
    await admit(asking(merchant, { quota, cost: 8 }));
    await parallel(20, () => admit(asking(merchant, { quota, cost: 3 })));
    await settled();
    vi.setSystemTime(Date.now() + 1_000);
    expect(tally(await parallel(8, () => admit(asking(merchant, { quota }))))).toMatchObject({
      admitted: 0,
      limited: 8,
    });
  });

  it('a refused cost takes nothing from others once it is given back', async () => {
    const merchant = someMerchant();
    const { admit, settled } = admissionWith(upstashConfig(path));
    await admit(asking(merchant, { quota, cost: 6 }));
    expect((await admit(asking(merchant, { quota, cost: 3 }))).kind).toBe('limited');
    await settled();
    expect(await admit(asking(merchant, { quota, cost: 2 }))).toMatchObject({
      kind: 'admitted',
      quota: { remaining: 0 },
    });
  });

  it('a refusal is remembered for one second', async () => {
    const merchant = someMerchant();
    const { admit } = admissionWith(upstashConfig(path));
    await admit(asking(merchant, { quota, cost: 8 }));
    await admit(asking(merchant, { quota }));
    const fetches = vi.spyOn(globalThis, 'fetch');
    const start = Date.now();
    vi.setSystemTime(start + 999);
    await admit(asking(merchant, { quota }));
    expect(fetches).not.toHaveBeenCalled();
    vi.setSystemTime(start + 1_000);
    await admit(asking(merchant, { quota }));
    expect(fetches).toHaveBeenCalledOnce();
  });
});

describe('without a call to Upstash', () => {
  it('a cost above the limit is refused', async () => {
    const fetches = vi.spyOn(globalThis, 'fetch');
    const answer = await new UpstashQuota({ url: 'https://upstash.test', token: 't', timeoutMs: 300 }).ask(
      'm',
      quota,
      9,
    );
    expect(answer).toEqual({ admitted: false, remaining: 0, resetMs: windowMs, blockedMs: 0, charged: false });
    expect(fetches).not.toHaveBeenCalled();
  });
});

describe('an answer from the address of Upstash', () => {
  const asked = (result: unknown) => {
    vi.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json({ result }));
    return new UpstashQuota({ url: 'https://upstash.test', token: 't', timeoutMs: 300 }).ask('m', quota, 1);
  };

  it('is accepted when it has our limit and whole remaining units', async () => {
    expect(await asked([5, 8])).toMatchObject({ admitted: true, remaining: 5 });
  });

  it.each([
    ['has another limit', [5, 100]],
    ['has no limit', [5]],
    ['has a fraction of a unit', [0.5, 8]],
    ['has no number', ['UE9ORw==', 8]],
    ['has more left than the limit', [9, 8]],
    ['is nothing', null],
  ])('that %s is an outage', async (_, result) => {
    await expect(asked(result)).rejects.toThrow();
  });
});
