import { log } from '../lib/log.ts';

/** What admission can lose: Upstash (the gate decides the quota then) and the gate (this isolate does). */
export type Dependency = 'upstash' | 'gate';

/** How often this isolate has had to do without, since it started. */
export const outages: Record<Dependency, number> = { upstash: 0, gate: 0 };

/** One line an interval and dependency, ms: an outage is told, not repeated with every request. */
const LOG_INTERVAL_MS = 60_000;

const toldAt: Record<Dependency, number> = { upstash: Number.NEGATIVE_INFINITY, gate: Number.NEGATIVE_INFINITY };

/** Counts an outage, and logs it unless one of the same dependency was logged within the interval. `now` ms. */
export function countOutage(dependency: Dependency, reason: string, now: number): void {
  outages[dependency] += 1;
  if (now - toldAt[dependency] < LOG_INTERVAL_MS) return;
  toldAt[dependency] = now;
  log('warn', 'admission_outage', { dependency, reason, count: outages[dependency] });
}
