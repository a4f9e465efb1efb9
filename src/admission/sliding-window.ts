import type { QuotaAnswer } from './port.ts';

/**
 * A sliding window that never admits more than `limit` units in any `windowMs`, in bounded space. Pure: no I/O, no clock.
 *
 * It is a log of admissions, in which those within a 60th of the window share one entry, a burst. A burst counts until its last unit is a
 * whole window old, so the window is stricter than an exact log by at most that 60th, and never looser. (Two weighted fixed windows, as
 * at Upstash, are cheaper still, but admit up to twice the limit in an unlucky window.)
 */

/** Units admitted from `start` to `last`, both inclusive, ms. `start` names the burst. */
export type Burst = { readonly start: number; readonly last: number; readonly units: number };

type Ask = { limit: number; windowMs: number; cost: number; now: number };

/**
 * - `changed`: the burst to keep (insert, or replace by `start`); null when nothing was admitted, so there is nothing to write.
 * - `bursts`: all that still count, oldest first, `changed` included.
 */
export type Decision = QuotaAnswer & { bursts: readonly Burst[]; changed: Burst | null };

const BURSTS_PER_WINDOW = 60;

/** How far apart two units may be to share a burst, ms. */
export const grainOf = (windowMs: number): number => Math.ceil(windowMs / BURSTS_PER_WINDOW);

/** How long until `units` more fit into the window, ms; a whole window if they never do. */
function msUntilFit(bursts: readonly Burst[], used: number, units: number, ask: Ask): number {
  let left = used;
  for (const burst of bursts) {
    left -= burst.units;
    if (left + units <= ask.limit) return burst.last + ask.windowMs - ask.now;
  }
  return ask.windowMs;
}

function joined(bursts: readonly Burst[], { cost, now, windowMs }: Ask): { bursts: readonly Burst[]; changed: Burst } {
  const newest = bursts.at(-1);
  if (newest && now - newest.start < grainOf(windowMs)) {
    const changed = { start: newest.start, last: now, units: newest.units + cost };
    return { bursts: [...bursts.slice(0, -1), changed], changed };
  }
  const changed = { start: now, last: now, units: cost };
  return { bursts: [...bursts, changed], changed };
}

/** Admits all `cost` units (≥ 1) or none. When the clock went backwards, the newest burst's time is used. */
export function decide(bursts: readonly Burst[], asked: Ask): Decision {
  const ask = { ...asked, now: Math.max(asked.now, bursts.at(-1)?.last ?? asked.now) };
  const counting = bursts.filter((burst) => burst.last + ask.windowMs > ask.now);
  const used = counting.reduce((units, burst) => units + burst.units, 0);
  if (used + ask.cost > ask.limit) {
    return {
      admitted: false,
      bursts: counting,
      changed: null,
      remaining: Math.max(0, ask.limit - used),
      resetMs: msUntilFit(counting, used, ask.cost, ask),
      blockedMs: used < ask.limit ? 0 : msUntilFit(counting, used, 1, ask),
    };
  }
  const after = joined(counting, ask);
  const oldest = after.bursts[0] ?? after.changed;
  return {
    admitted: true,
    ...after,
    remaining: ask.limit - used - ask.cost,
    resetMs: oldest.last + ask.windowMs - ask.now,
    blockedMs: 0,
  };
}
