import { LruMap } from '../lib/lru-map.ts';
import type { Quota, QuotaAnswer } from './port.ts';
import { quotaAnswer } from './quota.ts';
import { type Burst, decide } from './sliding-window.ts';

/** The last resort when no limiter can be reached: each isolate counts by itself. Looser than the real quota, but a limit. */
export class IsolateQuota {
  readonly #windows: LruMap<string, readonly Burst[]>;

  /** @param max merchants to remember */
  constructor(max: number) {
    this.#windows = new LruMap({ max });
  }

  ask(merchantId: string, quota: Quota, cost: number, now: number): QuotaAnswer {
    const windowMs = quota.windowSeconds * 1000;
    const bursts = this.#windows.get(merchantId) ?? [];
    const decision = decide(bursts, { limit: quota.limit, windowMs, cost, now });
    this.#windows.set(merchantId, decision.bursts);
    return quotaAnswer(decision);
  }
}
