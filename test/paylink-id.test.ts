import { describe, expect, it } from 'vitest';
import { chooseCoordinator, coordinatorsOf } from '../src/paylink-id.ts';

const merchants = Array.from({ length: 2_000 }, () => crypto.randomUUID());

describe('a merchant’s coordinators', () => {
  it('are four of the pool, always the same, and one where the pool is one', () => {
    for (const merchant of merchants.slice(0, 50)) {
      const four = coordinatorsOf(merchant, 64);
      expect(new Set(four).size).toBe(4);
      expect(four.every((number) => number >= 0 && number < 64)).toBe(true);
      expect(coordinatorsOf(merchant, 64)).toEqual(four);
      expect(coordinatorsOf(merchant, 1)).toEqual([0]);
    }
  });

  it('are spread evenly: no coordinator has twice its share of merchants', () => {
    const counts = new Map<number, number>();
    for (const number of merchants.flatMap((merchant) => coordinatorsOf(merchant, 64)))
      counts.set(number, (counts.get(number) ?? 0) + 1);
    expect(counts.size).toBe(64);
    expect(Math.max(...counts.values())).toBeLessThan((2 * 4 * merchants.length) / 64);
  });

  it('mostly stay when the pool grows: from 64 to 80, fewer than a quarter move', () => {
    const moved = merchants.flatMap((merchant) => {
      const before = coordinatorsOf(merchant, 64);
      return before.filter((number) => !coordinatorsOf(merchant, 80).includes(number));
    });
    expect(moved.length).toBeLessThan((4 * merchants.length) / 4);
  });

  it('write a new Paylink at random among them, and one with a key always the same', () => {
    const [merchant = ''] = merchants;
    const four = coordinatorsOf(merchant, 64);
    const chosen = Array.from({ length: 200 }, () => chooseCoordinator(merchant, 64, null));
    expect(new Set(chosen)).toEqual(new Set(four));
    const keyed = Array.from({ length: 200 }, (_, n) => chooseCoordinator(merchant, 64, `key ${n}`));
    expect(new Set(keyed)).toEqual(new Set(four));
    expect(chooseCoordinator(merchant, 64, 'a key')).toBe(chooseCoordinator(merchant, 64, 'a key'));
  });
});
