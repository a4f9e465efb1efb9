import { withTimeout } from '../../lib/timeout.ts';

/** Whoever takes longer goes on, but no longer keeps the others waiting, ms. */
const longestMs = 5_000;

/** One thing at a time, in the order of asking: what an object is asked for while its database is busy collects for the next turn. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when its turn comes. @returns what it comes to, or `'late'` when it takes longer than 5 s */
  take<T>(work: () => Promise<T>): Promise<T | 'late'> {
    const turn = this.#last.then(() => withTimeout(work(), longestMs));
    this.#last = turn.catch(() => {});
    return turn;
  }
}

export type BatcherDeps<T> = {
  queue: SerialQueue;
  /** So many in one group. */
  MAX_BATCH: number;
  /** Never throws. */
  work: (group: T[]) => Promise<void>;
  /** A group whose work took too long; it goes on. */
  late?: (group: T[]) => void;
};

/** Collects what comes while the database is busy, and has it done as one when its turn comes. */
export class Batcher<T> {
  readonly #deps: BatcherDeps<T>;
  #waiting: T[] = [];
  #running = false;

  constructor(deps: BatcherDeps<T>) {
    this.#deps = deps;
  }

  add(one: T): void {
    this.#waiting.push(one);
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    const { queue, MAX_BATCH, work, late } = this.#deps;
    this.#running = true;
    while (this.#waiting.length > 0) {
      let group: T[] = [];
      const end = await queue.take(() => {
        group = this.#waiting.splice(0, MAX_BATCH);
        return work(group);
      });
      if (end === 'late') late?.(group);
    }
    this.#running = false;
  }
}
