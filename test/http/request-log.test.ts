import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { logRequest, RefusalLines } from '../../src/http/request-log.ts';
import { Timings } from '../../src/lib/timings.ts';
import { testApp } from './pages/test-app.ts';

describe('the log of refusals', () => {
  it('has a line for each while they are few', () => {
    const lines = new RefusalLines(20);
    expect(Array.from({ length: 100 }, (_, n) => lines.take(n * 50))).toEqual(Array.from({ length: 100 }, () => 0));
  });

  it('has so many lines a second in a flood, and the next line counts the others', () => {
    const lines = new RefusalLines(2);
    expect([0, 1, 2, 3, 999].map((now) => lines.take(now))).toEqual([0, 0, null, null, null]);
    expect([1_000, 1_001, 1_002, 2_000].map((now) => lines.take(now))).toEqual([3, 0, null, 1]);
  });

  it('counts every refusal, with its own line or in a later one', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400)), fc.integer({ min: 1, max: 5 }), (gaps, perSecond) => {
        const lines = new RefusalLines(perSecond);
        let now = 0;
        const taken = gaps.map((gap) => {
          now += gap;
          return lines.take(now);
        });
        const told = taken.reduce<number>((sum, unlogged) => sum + (unlogged === null ? 0 : unlogged + 1), 0);
        expect(told + (lines.take(now + 1_000) ?? Number.NaN)).toBe(gaps.length);
      }),
    );
  });

  it.each([401, 429, 404])('leaves out most of a flood of %s, and no other answer', async (status) => {
    const now = 1_900_000_000_000 + status * 10_000;
    const lines = vi.spyOn(console, 'info').mockImplementation(() => {});
    const ask = testApp({
      '/flood': (c) => {
        c.set('timings', new Timings());
        logRequest(c, null, status, now);
        logRequest(c, null, 400, now);
        return c.body(null, 204);
      },
    });
    for (let n = 0; n < 100; n++) await ask('/flood');
    const logged = lines.mock.calls.map(([line]) => JSON.parse(String(line)).status);
    lines.mockRestore();
    expect(logged.filter((one) => one === 400)).toHaveLength(100);
    expect(logged.filter((one) => one === status)).toHaveLength(20);
  });
});
