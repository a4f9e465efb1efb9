import type { Quota, QuotaAnswer } from './port.ts';
import { quotaAnswer } from './quota.ts';
import { type Burst, decide } from './sliding-window.ts';

/**
 * The last resort when nothing else can be reached: each isolate keeps the quota by itself. Looser than the real one (there are many
 * isolates), but a limit.
 */
export class IsolateQuota {
  readonly #windows = new Map<string, readonly Burst[]>();
  readonly #capacity: number;

  /** @param capacity merchants remembered; the one that asked longest ago is forgotten first */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  ask(merchantId: string, quota: Quota, cost: number, now: number): QuotaAnswer {
    const windowMs = quota.windowSeconds * 1000;
    const bursts = this.#windows.get(merchantId) ?? [];
    const decision = decide(bursts, { limit: quota.limit, windowMs, cost, now });
    this.#windows.delete(merchantId);
    this.#windows.set(merchantId, decision.bursts);
    if (this.#windows.size > this.#capacity) {
      const [oldest] = this.#windows.keys();
      if (oldest !== undefined) this.#windows.delete(oldest);
    }
    return quotaAnswer(decision);
  }
}
