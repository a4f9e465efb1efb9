import { log } from '../lib/log.ts';

/** What admission depends on. Without Upstash the merchant limiter decides the quota; without the limiter this isolate does. */
export type Dependency = 'upstash' | 'limiter';

/** Outages that this isolate has met since it started. */
export const outages: Record<Dependency, number> = { upstash: 0, limiter: 0 };

/** An outage is logged once in this time, ms, not with every request. */
const LOG_INTERVAL_MS = 60_000;

const loggedAt: Record<Dependency, number> = { upstash: Number.NEGATIVE_INFINITY, limiter: Number.NEGATIVE_INFINITY };

/** Counts an outage, and logs it unless one of the same dependency was logged within the interval. `now` in ms. */
export function countOutage(dependency: Dependency, reason: string, now: number): void {
  outages[dependency] += 1;
  if (now - loggedAt[dependency] < LOG_INTERVAL_MS) return;
  loggedAt[dependency] = now;
  log('warn', 'admission_outage', { dependency, reason, count: outages[dependency] });
}
