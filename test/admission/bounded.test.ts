import { describe, expect, it } from 'vitest';
import { BlockedCache } from '../../src/admission/blocked-cache.ts';
import { IsolateQuota } from '../../src/admission/isolate-quota.ts';
import { HUNDRED } from './support.ts';

describe('the blocked cache', () => {
  const block = { until: 1_000, resetAt: 5_000 };

  it('answers for a blocked merchant until the block ends', () => {
    const cache = new BlockedCache(10);
    cache.block('m', HUNDRED, block);
    expect(cache.find('m', HUNDRED, 999)).toEqual({ ...HUNDRED, remaining: 0, resetSeconds: 5 });
    expect(cache.find('m', HUNDRED, 1_000)).toBeNull();
    expect(cache.find('other', HUNDRED, 0)).toBeNull();
  });

  it('forgets a block when the quota has changed', () => {
    const cache = new BlockedCache(10);
    cache.block('m', HUNDRED, block);
    expect(cache.find('m', { ...HUNDRED, limit: 200 }, 0)).toBeNull();
    expect(cache.find('m', HUNDRED, 0)).toBeNull();
  });

  it('is bounded: the longest unused block is evicted first', () => {
    const cache = new BlockedCache(2);
    for (const merchant of ['a', 'b']) cache.block(merchant, HUNDRED, block);
    cache.find('a', HUNDRED, 0);
    cache.block('c', HUNDRED, block);
    expect(['a', 'b', 'c'].map((merchant) => cache.find(merchant, HUNDRED, 0) !== null)).toEqual([true, false, true]);
  });
});

describe('the quota of one isolate', () => {
  it('is a sliding window', () => {
    const quota = new IsolateQuota(10);
    const asked = [0, 10, 20, 60_010].map((now) => quota.ask('m', { limit: 2, windowSeconds: 60 }, 1, now).admitted);
    expect(asked).toEqual([true, true, false, true]);
  });

  it('is bounded: the merchant that asked longest ago is forgotten first', () => {
    const quota = new IsolateQuota(2);
    for (const merchant of ['a', 'b', 'c']) quota.ask(merchant, HUNDRED, 1, 0);
    expect(quota.ask('c', HUNDRED, 1, 0).remaining).toBe(98);
    expect(quota.ask('a', HUNDRED, 1, 0).remaining).toBe(99);
  });
});
