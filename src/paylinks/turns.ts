import { within } from './within.ts';

/** Whoever takes longer goes on, but no longer keeps the others waiting, ms. */
const longestMs = 5_000;

/** One thing at a time, in the order of asking: what an object asks of its database collects meanwhile, for the next turn. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when its turn comes. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = within(
      turn.catch(() => {}),
      longestMs,
    );
    return turn;
  }
}
