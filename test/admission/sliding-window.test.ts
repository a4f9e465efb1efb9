import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Burst, decide, grainOf } from '../../src/admission/sliding-window.ts';

type Step = { wait: number; cost: number };
type Quota = { limit: number; windowMs: number };
type Admitted = { time: number; units: number };

/** The naive reference: every admitted unit with its time, counted anew each time. */
const unitsIn = (log: Admitted[], after: number, until: number): number =>
  log.filter(({ time }) => time > after && time <= until).reduce((units, entry) => units + entry.units, 0);

/** Waits where it matters: none, about a grain, about a window, anything between. */
const runs: fc.Arbitrary<{ plan: Step[]; quota: Quota }> = fc
  .record({ limit: fc.integer({ min: 1, max: 12 }), windowMs: fc.integer({ min: 1, max: 3_000 }) })
  .chain((quota) => {
    const grain = grainOf(quota.windowMs);
    const wait = fc.oneof(
      fc.integer({ min: 0, max: grain + 1 }),
      fc.integer({ min: Math.max(0, quota.windowMs - 2 * grain), max: quota.windowMs + 1 }),
      fc.integer({ min: 0, max: quota.windowMs }),
    );
    const cost = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 6 }));
    const plan = fc.array(fc.record({ wait, cost }), { maxLength: 80, size: 'max' });
    return fc.record({ plan, quota: fc.constant(quota) });
  });

/** Runs `decide` along the steps and shows each decision with the reference's log before it. */
function run(
  plan: Step[],
  quota: Quota,
  see: (log: Admitted[], now: number, cost: number, decision: ReturnType<typeof decide>) => void,
): Admitted[] {
  let bursts: readonly Burst[] = [];
  let now = 1_000_000;
  const log: Admitted[] = [];
  for (const { wait, cost } of plan) {
    now += wait;
    const decision = decide(bursts, { ...quota, cost, now });
    see(log, now, cost, decision);
    bursts = decision.bursts;
    if (decision.admitted) log.push({ time: now, units: cost });
  }
  return log;
}

describe('the sliding window', () => {
  it('never admits more than the limit in any window', () => {
    fc.assert(
      fc.property(runs, ({ plan, quota }) => {
        const log = run(plan, quota, () => {});
        for (const { time } of log) {
          expect(unitsIn(log, time - quota.windowMs, time)).toBeLessThanOrEqual(quota.limit);
        }
      }),
    );
  });

  it('refuses only what an exact log with a window longer by a 60th refuses too', () => {
    fc.assert(
      fc.property(runs, ({ plan, quota }) => {
        run(plan, quota, (log, now, cost, { admitted }) => {
          const slack = grainOf(quota.windowMs);
          if (!admitted) {
            expect(unitsIn(log, now - quota.windowMs - slack, now) + cost).toBeGreaterThan(quota.limit);
          }
        });
      }),
    );
  });

  it('equals an exact log while admissions are further apart than a 60th of a window', () => {
    fc.assert(
      fc.property(runs, ({ plan, quota }) => {
        const apart = plan.map(({ wait, cost }) => ({ wait: wait + grainOf(quota.windowMs), cost }));
        run(apart, quota, (log, now, cost, { admitted }) => {
          expect(admitted).toBe(unitsIn(log, now - quota.windowMs, now) + cost <= quota.limit);
        });
      }),
    );
  });

  it('says when a refused cost fits, and until when nothing does', () => {
    fc.assert(
      fc.property(runs, ({ plan, quota }) => {
        run(plan, quota, (_log, now, cost, { admitted, bursts, resetMs, blockedMs, remaining }) => {
          if (admitted) return expect(blockedMs).toBe(0);
          const retried = (after: number, units: number) =>
            decide(bursts, { ...quota, cost: units, now: now + after }).admitted;
          if (cost <= quota.limit) {
            expect(retried(resetMs, cost)).toBe(true);
            expect(retried(resetMs - 1, cost)).toBe(false);
          }
          expect(blockedMs > 0).toBe(remaining === 0);
          if (blockedMs > 0) {
            expect(retried(blockedMs, 1)).toBe(true);
            expect(retried(blockedMs - 1, 1)).toBe(false);
          }
        });
      }),
    );
  });

  it('has a bounded number of bursts, and changes at most one', () => {
    fc.assert(
      fc.property(runs, ({ plan, quota }) => {
        run(plan, quota, (_log, _now, _cost, { bursts, changed }) => {
          expect(bursts.length).toBeLessThanOrEqual(62);
          if (changed) expect(bursts.at(-1)).toEqual(changed);
        });
      }),
    );
  });

  it('admits no more when the clock goes backwards', () => {
    const quota = { limit: 2, windowMs: 1_000 };
    const first = decide([], { ...quota, cost: 2, now: 5_000 });
    expect(decide(first.bursts, { ...quota, cost: 1, now: 4_000 })).toMatchObject({ admitted: false, resetMs: 1_000 });
  });

  it('counts what was used before the limit was lowered', () => {
    const before = decide([], { limit: 10, windowMs: 1_000, cost: 8, now: 0 });
    const after = decide(before.bursts, { limit: 5, windowMs: 1_000, cost: 1, now: 100 });
    expect(after).toMatchObject({ admitted: false, remaining: 0, resetMs: 900, blockedMs: 900 });
  });
});
