import { afterEach, describe, expect, it, vi } from 'vitest';
import { LoadingCache } from '../../src/lib/loading-cache.ts';

const bounds = { known: { max: 3, maxAgeMs: 30_000 }, absent: { max: 2, maxAgeMs: 10_000 } };

function setup() {
  const cache = new LoadingCache<string>(bounds);
  const loads: string[] = [];
  const get = (key: string, now: number, value: string | null = key, maxAgeMs?: number) => {
    const load = async () => {
      loads.push(key);
      return value;
    };
    return cache.get(key, now, load, maxAgeMs);
  };
  return { cache, loads, get };
}

describe('what is known', () => {
  it('is returned without a promise for 30 s, then loaded again', async () => {
    const { get, loads } = setup();
    await get('a', 0);
    expect(get('a', 29_999)).toBe('a');
    expect(loads).toEqual(['a']);
    expect(await get('a', 30_000, 'changed')).toBe('changed');
    expect(get('a', 30_001)).toBe('changed');
    expect(loads).toEqual(['a', 'a']);
  });

  it('is bounded: the longest unused value is evicted first', async () => {
    const { cache, get, loads } = setup();
    for (const key of ['a', 'b', 'c']) await get(key, 0);
    expect(get('a', 1)).toBe('a');
    await get('d', 2);
    expect(cache.size.known).toBe(3);
    expect(get('a', 3)).toBe('a');
    loads.length = 0;
    await get('b', 4);
    expect(loads).toEqual(['b']);
  });

  it('is loaded again when the caller accepts only younger values', async () => {
    const { get, loads } = setup();
    await get('a', 0);
    expect(get('a', 999, 'a', 1_000)).toBe('a');
    await get('a', 1_000, 'a', 1_000);
    expect(loads).toEqual(['a', 'a']);
  });

  it('becomes absent when a later load finds nothing, and known again when one finds it', async () => {
    const { cache, get } = setup();
    await get('a', 0);
    expect(await get('a', 30_000, null)).toBe(null);
    expect(cache.size).toEqual({ known: 0, absent: 1 });
    expect(await get('a', 40_000)).toBe('a');
    expect(cache.size).toEqual({ known: 1, absent: 0 });
  });
});

describe('what is absent', () => {
  it('is remembered for 10 s, and evicts nothing that is known', async () => {
    const { cache, get, loads } = setup();
    await get('a', 0);
    for (let n = 0; n < 50; n += 1) await get(`made-up ${n}`, 1, null);
    expect(cache.size).toEqual({ known: 1, absent: 2 });
    loads.length = 0;
    expect(get('made-up 49', 10_000, null)).toBe(null);
    expect(get('a', 10_000)).toBe('a');
    expect(loads).toEqual([]);
    expect(await get('made-up 49', 10_001, 'now there')).toBe('now there');
  });
});

describe('a load', () => {
  it('is shared by concurrent callers', async () => {
    const { get, loads } = setup();
    expect(await Promise.all([get('a', 0), get('a', 1), get('a', 2)])).toEqual(['a', 'a', 'a']);
    expect(loads).toEqual(['a']);
  });

  it('is not cached when it fails', async () => {
    const { cache, get } = setup();
    const failed = cache.get('a', 0, async () => {
      throw new Error('D1 is down');
    });
    await expect(failed).rejects.toThrow('D1 is down');
    expect(await get('a', 0)).toBe('a');
  });

  it('is started again when the one under way is 1 s old', async () => {
    const { cache, get } = setup();
    cache.get('a', 0, () => new Promise(() => {}));
    expect(await get('a', 1_000)).toBe('a');
  });

  describe('of a request that has ended', () => {
    afterEach(() => {
      vi.useRealTimers();
    });

    it('is waited for no longer than 1 s: of those that wait one loads again, for all', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const { cache, get, loads } = setup();
      cache.get('a', 0, () => new Promise(() => {}));
      const waiting = Promise.all([get('a', 1), get('a', 2)]);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await waiting).toEqual(['a', 'a']);
      expect(loads).toEqual(['a']);
      expect(get('a', 1_002)).toBe('a');
    });
  });

  it('is not cached when the cache was cleared meanwhile', async () => {
    const { cache, get } = setup();
    let answer: (value: string) => void = () => {};
    const stale = cache.get(
      'a',
      0,
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    cache.forget(() => true);
    const fresh = get('a', 0, 'after the change');
    answer('before the change');
    expect(await stale).toBe('before the change');
    expect(await fresh).toBe('after the change');
    expect(get('a', 1)).toBe('after the change');
  });
});
