import { within } from './within.ts';

/** Whoever takes longer goes on, but no longer keeps the others waiting, ms. */
const longestMs = 5_000;

/** One thing at a time, in the order of asking: what an object is asked for while its database is busy collects for the next turn. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when its turn comes. @returns what it comes to, or `'late'` when it takes longer than 5 s */
  take<T>(work: () => Promise<T>): Promise<T | 'late'> {
    const turn = this.#last.then(() => within(work(), longestMs));
    this.#last = turn.catch(() => {});
    return turn;
  }
}
