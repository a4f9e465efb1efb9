import { log } from '../../lib/log.ts';
import type { Merchant } from '../../model.ts';
import { type RecipientStatus, type RecipientStatusAnswer, readRecipientStatus } from '../../store/recipient-status.ts';
import { Batcher, type SerialQueue } from './batcher.ts';

/** Questions in one query. */
const MAX_BATCH = 50;
/** Merchants that are remembered; the latest. */
const mostMerchants = 200;

type Question = {
  merchantId: string;
  hashes: string[];
  /** The merchant as he was known when this was asked. */
  entry: Merchant | null;
  done: (recipientStatus: RecipientStatus | null) => void;
};

/**
 * Looks up who recipients are to their merchants, always as it is now. While one query is under way the next collects, so a busy
 * coordinator costs D1 one query for many sends.
 */
export class RecipientLookup {
  readonly #db: D1Database;
  readonly #groups: Batcher<Question>;
  readonly #now: () => number;
  readonly #merchants = new Map<string, Merchant>();

  /** @param now the time, ms */
  constructor(db: D1Database, queue: SerialQueue, now: () => number) {
    this.#db = db;
    this.#now = now;
    const late = (group: Question[]) => {
      log('error', 'standing_late', { questions: group.length });
      for (const { done } of group) done(null);
    };
    this.#groups = new Batcher({ queue, MAX_BATCH, work: (group) => this.#answer(group), late });
  }

  /** Of recipients (hashes) of a merchant; null when D1 does not say. Never throws. */
  read(merchantId: string, hashes: string[]): Promise<RecipientStatus | null> {
    const { promise, resolve } = Promise.withResolvers<RecipientStatus | null>();
    const entry = this.#merchants.get(merchantId) ?? null;
    this.#groups.add({ merchantId, hashes, entry, done: resolve });
    return promise;
  }

  async #answer(group: Question[]): Promise<void> {
    const answers = await this.#answers(group);
    group.forEach((question, n) => {
      question.done(this.#recipientStatus(question, answers[n] ?? null));
    });
  }

  async #answers(group: readonly Question[]): Promise<(RecipientStatusAnswer | null)[]> {
    const questions = group.map(({ merchantId, hashes, entry }) => {
      return { merchantId, knownAt: entry?.updatedAt ?? null, hashes };
    });
    try {
      return await readRecipientStatus(this.#db, questions, this.#now());
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      log('error', 'standing_failed', { questions: questions.length, error: reason });
      return [];
    }
  }

  #recipientStatus({ entry, hashes }: Question, answer: RecipientStatusAnswer | null): RecipientStatus | null {
    const merchant = answer?.merchant ?? entry;
    if (!answer || !merchant) return null;
    this.#remember(merchant);
    return { merchant, hashes, suppressed: answer.suppressed, recent: answer.recent };
  }

  /** Lets go of the longest unused when there are too many. */
  #remember(merchant: Merchant): void {
    this.#merchants.delete(merchant.id);
    this.#merchants.set(merchant.id, merchant);
    const [oldest] = this.#merchants.keys();
    if (this.#merchants.size > mostMerchants && oldest !== undefined) this.#merchants.delete(oldest);
  }
}
