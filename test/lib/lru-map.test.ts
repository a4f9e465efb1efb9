import { describe, expect, it } from 'vitest';
import { LruMap } from '../../src/lib/lru-map.ts';

const keysOf = (map: { has: (key: string) => boolean }) => ['a', 'b', 'c', 'd', 'e'].filter((key) => map.has(key));

describe('a bounded map', () => {
  it('keeps the latest used entries', () => {
    const map = new LruMap<string, number>({ max: 3 });
    for (const key of ['a', 'b', 'c']) map.set(key, 1);
    map.get('a');
    map.set('d', 1);
    expect(keysOf(map)).toEqual(['a', 'c', 'd']);
  });

  it('is bounded by weight: a heavy entry pushes out as many as it weighs', () => {
    const map = new LruMap<string, string>({ maxWeight: 6, weigh: (text) => text.length });
    for (const key of ['a', 'b', 'c']) map.set(key, 'xx');
    map.set('d', 'xxxx');
    expect([keysOf(map), map.weight]).toEqual([['c', 'd'], 6]);
  });

  it('never evicts an entry that has to stay, nor the one that came last', () => {
    const map = new LruMap<string, string>({
      maxWeight: 1,
      weigh: (text) => text.length,
      mayEvict: (text) => text !== 'busy',
    });
    map.set('a', 'busy');
    map.set('b', 'idle');
    expect(keysOf(map)).toEqual(['a', 'b']);
    map.set('c', 'idle');
    expect(keysOf(map)).toEqual(['a', 'c']);
  });

  it('weighs an entry again when it is set again', () => {
    const map = new LruMap<string, string>({ maxWeight: 100, weigh: (text) => text.length });
    map.set('a', 'x');
    map.set('b', 'x');
    map.set('a', 'x'.repeat(99));
    expect([keysOf(map), map.weight]).toEqual([['a', 'b'], 100]);
    map.delete('a');
    expect(map.weight).toBe(1);
  });
});
