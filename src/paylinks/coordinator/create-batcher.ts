import { consentAudits } from '../../audit/consent.ts';
import { errorMessage } from '../../lib/error-message.ts';
import { log } from '../../lib/log.ts';
import { insertPaylinks, type NewPaylink } from '../../store/insert-paylinks.ts';
import { webhookPayloadsOf } from '../../webhooks/payload.ts';
import { Batcher, type SerialQueue } from './batcher.ts';
import { writeTogether } from './write-together.ts';

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

  async #insert(paylinks: readonly NewPaylink[]): Promise<Map<NewPaylink, CreateEnd>> {
    const ends = await writeTogether(paylinks, {
      write: (some) => this.#write(some),
      failed: (some, error) => log('error', 'create_failed', { paylinks: some.length, error: errorMessage(error) }),
    });
    return new Map(ends);
  }

  async #write(paylinks: readonly NewPaylink[]): Promise<[NewPaylink, CreateEnd][]> {
    const inserted = await insertPaylinks(
      this.#db,
      paylinks,
      paylinks.flatMap(webhookPayloadsOf),
      paylinks.flatMap(consentAudits),
    );
    this.#announced(inserted.deliveries);
    return paylinks.map((fresh) => [fresh, inserted.ids.has(fresh.head.id) ? 'inserted' : 'existing']);
  }
}
