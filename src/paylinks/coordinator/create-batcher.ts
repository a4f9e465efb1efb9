import { consentAudits } from '../../audit/consent.ts';
import { log } from '../../lib/log.ts';
import { type Inserted, insertPaylinks, type NewPaylink } from '../../store/insert-paylinks.ts';
import { webhookPayloadsOf } from '../../webhooks/payload.ts';
import { Batcher, type SerialQueue } from './batcher.ts';

/** Paylinks in one batch; with 200 line items each a bound parameter stays under D1's 2 MB. */
const MAX_BATCH = 16;

/** `existing`: D1 has another of this key, or this id already. `failed`: it did not take it, and will not. */
export type CreateEnd = 'inserted' | 'existing' | 'failed';

/** `until`: who waits has given up by then (ms), and a Paylink whose turn comes later is not kept. */
type Item = { fresh: NewPaylink; until: number };

/** Brings new Paylinks to D1, each at once or not at all. While D1 is busy the next collect, so that many cost it one batch. */
export class CreateBatcher {
  readonly #db: D1Database;
  readonly #batcher: Batcher<Item, CreateEnd>;
  readonly #announced: (deliveryIds: string[]) => void;

  constructor(db: D1Database, queue: SerialQueue, announced: (deliveryIds: string[]) => void) {
    this.#db = db;
    this.#batcher = new Batcher({ queue, max: MAX_BATCH, work: (items) => this.#insertInTime(items) });
    this.#announced = announced;
  }

  /** Resolves when D1 has answered, however late. Never throws. */
  insert(fresh: NewPaylink, waitMs: number): Promise<CreateEnd> {
    return this.#batcher.run({ fresh, until: Date.now() + waitMs });
  }

  async #insertInTime(items: readonly Item[]): Promise<CreateEnd[]> {
    const now = Date.now();
    const inTime = items.filter(({ until }) => until > now).map(({ fresh }) => fresh);
    const ends = inTime.length > 0 ? await this.#insert(inTime) : new Map<NewPaylink, CreateEnd>();
    return items.map(({ fresh }) => ends.get(fresh) ?? 'failed');
  }

  /** Where the whole fails each is tried alone, so that one that cannot be written keeps back no other. */
  async #insert(paylinks: readonly NewPaylink[]): Promise<Map<NewPaylink, CreateEnd>> {
    const inserted = await this.#write(paylinks);
    if (inserted) {
      const end = (fresh: NewPaylink): CreateEnd => (inserted.ids.has(fresh.head.id) ? 'inserted' : 'existing');
      return new Map(paylinks.map((fresh) => [fresh, end(fresh)]));
    }
    const ends = new Map<NewPaylink, CreateEnd>();
    if (paylinks.length === 1) return ends;
    for (const one of paylinks) for (const [fresh, end] of await this.#insert([one])) ends.set(fresh, end);
    return ends;
  }

  async #write(paylinks: readonly NewPaylink[]): Promise<Inserted | null> {
    try {
      const inserted = await insertPaylinks(
        this.#db,
        paylinks,
        paylinks.flatMap(webhookPayloadsOf),
        paylinks.flatMap(consentAudits),
      );
      this.#announced(inserted.deliveries);
      return inserted;
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      log('error', 'create_failed', { paylinks: paylinks.length, error: reason });
      return null;
    }
  }
}
