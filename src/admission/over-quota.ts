import { errorMessage } from '../lib/error-message.ts';
import { log } from '../lib/log.ts';
import { LruMap } from '../lib/lru-map.ts';
import { saveOverQuota } from '../store/over-quota.ts';

/** An isolate writes what it has refused of a merchant at most once in this time, ms. */
export const NOTE_INTERVAL_MS = 60_000;

/** What this isolate has refused of each merchant and not written yet, and when it wrote last (ms). */
const refusals = new LruMap<string, { count: number; savedAt: number }>({ max: 10_000 });

/**
 * Counts a request that was refused because the merchant's quota is used up, so that the operator sees who is over it. The first is
 * written at once, later ones together with the next after a minute, beside the answer. A flood costs a row a minute. `now` in ms.
 */
export function noteOverQuota(
  merchantId: string,
  deps: { db: D1Database; now: number; waitUntil: (work: Promise<unknown>) => void },
): void {
  const known = refusals.get(merchantId) ?? { count: 0, savedAt: Number.NEGATIVE_INFINITY };
  known.count += 1;
  if (deps.now - known.savedAt < NOTE_INTERVAL_MS) return;
  const saving = saveOverQuota(deps.db, merchantId, known.count, deps.now).catch((error: unknown) => {
    log('warn', 'over_quota_not_noted', { merchantId, error: errorMessage(error) });
  });
  refusals.set(merchantId, { count: 0, savedAt: deps.now });
  deps.waitUntil(saving);
}
