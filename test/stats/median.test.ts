import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addHistograms, BUCKETS_PER_E, type Histogram, medianOf } from '../../src/stats/median.ts';

const histogramOf = (waits: readonly number[]): Histogram => {
  const counts: Record<string, number> = {};
  for (const seconds of waits) {
    const bucket = Math.floor(Math.log(Math.max(seconds, 1)) * BUCKETS_PER_E);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return counts;
};

it('the median of nothing is null', () => {
  expect(medianOf({})).toBeNull();
  expect(medianOf(addHistograms([{}, {}]))).toBeNull();
});

it('a median is right within 5 %, and a second, however the waits are spread over hours', () => {
  const waits = fc.array(fc.double({ min: 0, max: 10_000_000, noNaN: true }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(waits, fc.nat({ max: 60 }), (all, at) => {
      const sorted = [...all].sort((one, other) => one - other);
      const median = sorted[Math.ceil(sorted.length / 2) - 1] ?? 0;
      const found = medianOf(addHistograms([histogramOf(all.slice(0, at)), histogramOf(all.slice(at))])) ?? 0;
      expect(Math.abs(found - Math.max(median, 1))).toBeLessThanOrEqual(median * 0.05 + 1);
    }),
    { numRuns: 2_000 },
  );
});
