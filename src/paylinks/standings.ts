import { log } from '../log.ts';
import type { Merchant } from '../model.ts';
import { readStandings, type Standing, type StandingAnswer } from '../store/standing.ts';
import { Groups } from './groups.ts';
import type { Turns } from './turns.ts';

/** Questions in one query. */
const most = 50;
/** Merchants that are remembered; the latest. */
const mostMerchants = 200;

type Question = {
  merchantId: string;
  hashes: string[];
  /** The merchant as he was known when this was asked. */
  known: Merchant | null;
  done: (standing: Standing | null) => void;
};

/**
 * Looks up who recipients are to their merchants, always as it is now. While one query is under way the next collects, so a busy
 * coordinator costs D1 one query for many sends.
 */
export class Standings {
  readonly #db: D1Database;
  readonly #groups: Groups<Question>;
  readonly #now: () => number;
  readonly #merchants = new Map<string, Merchant>();

  /** @param now the time, ms */
  constructor(db: D1Database, turns: Turns, now: () => number) {
    this.#db = db;
    this.#now = now;
    const late = (group: Question[]) => {
      log('error', 'standing_late', { questions: group.length });
      for (const { done } of group) done(null);
    };
    this.#groups = new Groups({ turns, most, work: (group) => this.#answer(group), late });
  }

  /** Of recipients (hashes) of a merchant; null when D1 does not say. Never throws. */
  read(merchantId: string, hashes: string[]): Promise<Standing | null> {
    const { promise, resolve } = Promise.withResolvers<Standing | null>();
    const known = this.#merchants.get(merchantId) ?? null;
    this.#groups.add({ merchantId, hashes, known, done: resolve });
    return promise;
  }

  async #answer(group: Question[]): Promise<void> {
    const answers = await this.#answers(group);
    group.forEach((question, n) => {
      question.done(this.#standing(question, answers[n] ?? null));
    });
  }

  async #answers(group: readonly Question[]): Promise<(StandingAnswer | null)[]> {
    const questions = group.map(({ merchantId, hashes, known }) => {
      return { merchantId, knownAt: known?.updatedAt ?? null, hashes };
    });
    try {
      return await readStandings(this.#db, questions, this.#now());
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      log('error', 'standing_failed', { questions: questions.length, error: reason });
      return [];
    }
  }

  #standing({ known, hashes }: Question, answer: StandingAnswer | null): Standing | null {
    const merchant = answer?.merchant ?? known;
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
