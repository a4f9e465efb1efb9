import type { Quota } from './port.ts';

/** Nothing is admitted before `until`; `resetAt` is what the caller is told (ms, both). */
export type Block = { until: number; resetAt: number };

/**
 * Merchants this isolate knows to have nothing left until a moment. Asking costs no I/O, which is what a flood deserves.
 *
 * A signed request refused from here has not claimed its nonce: nothing was done, so it works once later, while its timestamp is good.
 */
export class BlockedCache {
  readonly #blocks = new Map<string, Block & { quota: Quota }>();
  readonly #capacity: number;

  /** @param capacity merchants remembered; the one blocked longest ago is forgotten first */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  block(merchantId: string, quota: Quota, block: Block): void {
    this.#blocks.delete(merchantId);
    this.#blocks.set(merchantId, { ...block, quota });
    if (this.#blocks.size <= this.#capacity) return;
    const [oldest] = this.#blocks.keys();
    if (oldest !== undefined) this.#blocks.delete(oldest);
  }

  /** null: the merchant is not known to be blocked. A changed quota is a new question. */
  find(merchantId: string, { limit, windowSeconds }: Quota, now: number): Block | null {
    const block = this.#blocks.get(merchantId);
    if (!block) return null;
    if (block.until > now && block.quota.limit === limit && block.quota.windowSeconds === windowSeconds) return block;
    this.#blocks.delete(merchantId);
    return null;
  }
}
