import { describe, expect, it } from 'vitest';
import { WeightedLru } from '../../src/paylinks/coordinator/paylink-cache.ts';

/** Room that is left to each for what sends add. */
const growth = 2_000;

const one = (id: string, text = 0) => ({ paylink: { id, text: 'x'.repeat(text) } });
const weightOf = (known: ReturnType<typeof one>) => JSON.stringify(known.paylink).length + growth;

describe('Paylinks in memory', () => {
  it('are bounded by their weight; the longest unused goes first', () => {
    const known = new WeightedLru<ReturnType<typeof one>>(3 * weightOf(one('a')), () => true);
    for (const id of ['a', 'b', 'c']) known.keep(one(id));
    known.get('a');
    known.keep(one('d'));
    expect(['a', 'b', 'c', 'd'].filter((id) => known.has(id))).toEqual(['a', 'c', 'd']);
    // A large one pushes out as many as it weighs.
    known.keep(one('e', weightOf(one('a'))));
    expect(['a', 'c', 'd', 'e'].filter((id) => known.has(id))).toEqual(['d', 'e']);
  });

  it('never lets go of one that may not go, nor of the one that came last', () => {
    const known = new WeightedLru<ReturnType<typeof one>>(1, ({ paylink }) => paylink.id !== 'busy');
    known.keep(one('busy'));
    known.keep(one('a'));
    expect([known.has('busy'), known.has('a')]).toEqual([true, true]);
    known.keep(one('b'));
    expect([known.has('busy'), known.has('a'), known.has('b')]).toEqual([true, false, true]);
  });

  it('weighs one again that has grown, and no other’s copy of it', () => {
    const kept = one('a');
    const known = new WeightedLru<ReturnType<typeof one>>(100_000, () => true);
    known.keep(kept);
    known.keep(one('b'));
    kept.paylink.text = 'x'.repeat(500);
    known.weighAgain(kept);
    expect(known.size).toEqual({ count: 2, characters: weightOf(kept) + weightOf(one('b')) });
    known.weighAgain(one('a', 90_000));
    expect(known.size.characters).toBe(weightOf(kept) + weightOf(one('b')));
    kept.paylink.text = 'x'.repeat(98_000);
    known.weighAgain(kept);
    expect(known.size).toEqual({ count: 1, characters: weightOf(kept) });
  });
});
