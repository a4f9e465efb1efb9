import { log } from '../../lib/log.ts';
import { LruMap } from '../../lib/lru-map.ts';
import type { Merchant } from '../../model/merchant.ts';
import { type RecipientStatus, type RecipientStatusAnswer, readRecipientStatus } from '../../store/recipient-status.ts';
import { Batcher, type SerialQueue } from './batcher.ts';

/** Questions in one query. */
const MAX_BATCH = 50;
/** Merchants that are remembered. */
const MAX_MERCHANTS = 200;

/** `known`: the merchant as it was known when this was asked. */
type Question = { merchantId: string; hashes: string[]; countSms: boolean; known: Merchant | null };

/**
 * Reads suppressions and 24-hour send counts. Never cached. While one query is under way the next collects, so a busy coordinator
 * costs D1 one query for many sends.
 */
export class RecipientLookup {
  readonly #db: D1Database;
  readonly #batcher: Batcher<Question, RecipientStatus | null>;
  readonly #now: () => number;
  readonly #merchants = new LruMap<string, Merchant>({ max: MAX_MERCHANTS });

  /** @param now the time, ms */
  constructor(db: D1Database, queue: SerialQueue, now: () => number) {
    this.#db = db;
    this.#now = now;
    const late = ({ merchantId }: Question) => {
      log('error', 'recipient_lookup_late', { merchantId });
      return null;
    };
    this.#batcher = new Batcher({ queue, max: MAX_BATCH, work: (questions) => this.#answers(questions), late });
  }

  /** The status of recipients (hashes) of a merchant, and how many SMS it sent; null when D1 does not say. Never throws. */
  read(merchantId: string, hashes: string[], countSms = false): Promise<RecipientStatus | null> {
    return this.#batcher.run({ merchantId, hashes, countSms, known: this.#merchants.get(merchantId) ?? null });
  }

  async #answers(questions: Question[]): Promise<(RecipientStatus | null)[]> {
    const asked = questions.map(({ merchantId, hashes, countSms, known }) => {
      return { merchantId, knownAt: known?.updatedAt ?? null, hashes, countSms };
    });
    try {
      const answers = await readRecipientStatus(this.#db, asked, this.#now());
      return questions.map((question, n) => this.#status(question, answers[n] ?? null));
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      log('error', 'recipient_lookup_failed', { questions: questions.length, error: reason });
      return questions.map(() => null);
    }
  }

  #status({ known, hashes }: Question, answer: RecipientStatusAnswer | null): RecipientStatus | null {
    const merchant = answer?.merchant ?? known;
    if (!answer || !merchant) return null;
    this.#merchants.set(merchant.id, merchant);
    const { suppressed, recent, recentSms } = answer;
    return { merchant, hashes, suppressed, recent, recentSms };
  }
}
