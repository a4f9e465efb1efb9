import { LruMap } from '../lib/lru-map.ts';
import type { Quota, QuotaState } from './port.ts';
import { quotaState } from './quota.ts';

/** Nothing is admitted before `until`; `resetAt` is what the caller is told (ms, both). */
export type Block = { until: number; resetAt: number };

/**
 * Merchants that this isolate knows to have used up their quota. A lookup costs no I/O, so a flood is refused cheaply.
 *
 * A signed request refused from here has not claimed its nonce: nothing was done, so it works once later, while its timestamp is valid.
 */
export class BlockedCache {
  readonly #blocks: LruMap<string, Block & { quota: Quota }>;

  /** @param max merchants to remember */
  constructor(max: number) {
    this.#blocks = new LruMap({ max });
  }

  block(merchantId: string, quota: Quota, block: Block): void {
    this.#blocks.set(merchantId, { ...block, quota });
  }

  /** The used-up quota of a merchant at `now` (ms). null: the limiter must be asked, also when the quota has changed. */
  find(merchantId: string, quota: Quota, now: number): QuotaState | null {
    const block = this.#blocks.get(merchantId);
    if (!block) return null;
    const isSame = block.quota.limit === quota.limit && block.quota.windowSeconds === quota.windowSeconds;
    if (block.until > now && isSame) return quotaState(quota, 0, block.resetAt - now);
    this.#blocks.delete(merchantId);
    return null;
  }
}
