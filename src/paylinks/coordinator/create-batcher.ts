import { log } from '../../lib/log.ts';
import { withTimeout } from '../../lib/timeout.ts';
import { type Inserted, insertPaylinks, type NewPaylink } from '../../store/insert-paylinks.ts';
import { webhookPayloadsOf } from '../../webhooks/payload.ts';
import { Batcher, type SerialQueue } from './batcher.ts';

/** How long a create waits for D1, ms; after that nothing was kept, as far as anyone is told. */
const waitMs = 5_000;
/** Paylinks in one batch; with 200 line items each a bound parameter stays under D1's 2 MB. */
const MAX_BATCH = 16;

/** `existing`: D1 has another of this key, or this id already. `failed`: it did not take it, or not in time. */
type End = 'inserted' | 'existing' | 'failed';

type Waiting = { fresh: NewPaylink; until: number; done: (end: End) => void };

/** Brings new Paylinks to D1, each at once or not at all. While D1 is busy the next collect, so that many cost it one batch. */
export class CreateBatcher {
  readonly #db: D1Database;
  readonly #groups: Batcher<Waiting>;
  readonly #announced: (deliveryIds: string[]) => void;

  constructor(db: D1Database, queue: SerialQueue, announced: (deliveryIds: string[]) => void) {
    this.#db = db;
    this.#groups = new Batcher({ queue, MAX_BATCH, work: (group) => this.#insertInTime(group) });
    this.#announced = announced;
  }

  async insert(fresh: NewPaylink): Promise<End> {
    const { promise, resolve } = Promise.withResolvers<End>();
    this.#groups.add({ fresh, until: Date.now() + waitMs, done: resolve });
    const end = await withTimeout(promise, waitMs);
    return end === 'late' ? 'failed' : end;
  }

  /** Whoever was told that nothing was kept is to be right. */
  async #insertInTime(group: readonly Waiting[]): Promise<void> {
    const now = Date.now();
    const inTime = group.filter(({ until }) => until > now);
    if (inTime.length > 0) await this.#insert(inTime);
  }

  /** Where the whole fails each is tried alone, so that one that cannot be written keeps back no other. */
  async #insert(group: readonly Waiting[]): Promise<void> {
    const inserted = await this.#batch(group);
    if (inserted) for (const { fresh, done } of group) done(inserted.ids.has(fresh.head.id) ? 'inserted' : 'existing');
    else if (group.length > 1) for (const one of group) await this.#insert([one]);
    else for (const { done } of group) done('failed');
  }

  async #batch(group: readonly Waiting[]): Promise<Inserted | null> {
    try {
      const paylinks = group.map(({ fresh }) => fresh);
      const inserted = await insertPaylinks(this.#db, paylinks, paylinks.flatMap(webhookPayloadsOf));
      this.#announced(inserted.deliveries);
      return inserted;
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      log('error', 'create_failed', { paylinks: group.length, error: reason });
      return null;
    }
  }
}
