import { describe, expect, it } from 'vitest';
import { BlockedCache } from '../../src/admission/blocked-cache.ts';
import { IsolateQuota } from '../../src/admission/isolate-quota.ts';
import { HUNDRED } from './forms.ts';

describe('the cache of blocked merchants', () => {
  const block = { until: 1_000, resetAt: 5_000 };

  it('knows a merchant until the block ends', () => {
    const cache = new BlockedCache(10);
    cache.block('m', HUNDRED, block);
    expect(cache.find('m', HUNDRED, 999)).toMatchObject(block);
    expect(cache.find('m', HUNDRED, 1_000)).toBeNull();
    expect(cache.find('other', HUNDRED, 0)).toBeNull();
  });

  it('forgets a block when the quota has changed', () => {
    const cache = new BlockedCache(10);
    cache.block('m', HUNDRED, block);
    expect(cache.find('m', { ...HUNDRED, limit: 200 }, 0)).toBeNull();
    expect(cache.find('m', HUNDRED, 0)).toBeNull();
  });

  it('is bounded: the merchant blocked longest ago goes first', () => {
    const cache = new BlockedCache(2);
    for (const merchant of ['a', 'b', 'a', 'c']) cache.block(merchant, HUNDRED, block);
    expect(['a', 'b', 'c'].map((merchant) => cache.find(merchant, HUNDRED, 0) !== null)).toEqual([true, false, true]);
  });
});

describe('the quota of an isolate', () => {
  it('slides like the real one', () => {
    const quota = new IsolateQuota(10);
    const asked = [0, 10, 20, 60_010].map((now) => quota.ask('m', { limit: 2, windowSeconds: 60 }, 1, now).admitted);
    expect(asked).toEqual([true, true, false, true]);
  });

  it('is bounded: the merchant that asked longest ago is forgotten', () => {
    const quota = new IsolateQuota(2);
    for (const merchant of ['a', 'b', 'c']) quota.ask(merchant, HUNDRED, 1, 0);
    expect(quota.ask('c', HUNDRED, 1, 0).remaining).toBe(98);
    expect(quota.ask('a', HUNDRED, 1, 0).remaining).toBe(99);
  });
});
