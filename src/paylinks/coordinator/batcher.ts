import { withTimeout } from '../../lib/timeout.ts';

/** Work that takes longer goes on, but no longer keeps the others waiting, ms. */
const LONGEST_MS = 5_000;
/** How long a busy coordinator waits for company before it asks D1, ms. */
const COMPANY_MS = 10;

/** One thing at a time, in the order of asking: what is asked for while the database is busy collects for the next turn. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when its turn comes. @returns its result, or `'late'` when it takes longer than 5 s */
  run<T>(work: () => Promise<T>): Promise<T | 'late'> {
    const turn = this.#last.then(() => withTimeout(work(), LONGEST_MS));
    this.#last = turn.catch(() => {});
    return turn;
  }
}

export type BatcherDeps<Item, Result> = {
  queue: SerialQueue;
  /** The most items in one batch. */
  max: number;
  /** The results in the order of the items. Never throws. */
  work: (items: Item[]) => Promise<Result[]>;
  /** What an item gets whose batch takes longer than 5 s (it goes on); without it the item waits for the batch. */
  late?: (item: Item) => Result;
};

type Waiting<Item, Result> = { item: Item; done: (result: Result) => void };

/** Collects items while the database is busy, and has them done as one batch when its turn comes. */
export class Batcher<Item, Result> {
  readonly #deps: BatcherDeps<Item, Result>;
  #waiting: Waiting<Item, Result>[] = [];
  #running = false;
  /** The last batch was of more than one, so whoever comes next is likely to have company too, although nobody waits at this moment. */
  #busy = false;

  constructor(deps: BatcherDeps<Item, Result>) {
    this.#deps = deps;
  }

  /** The item's own result. */
  run(item: Item): Promise<Result> {
    const { promise, resolve } = Promise.withResolvers<Result>();
    this.#waiting.push({ item, done: resolve });
    if (!this.#running) void this.#runBatches();
    return promise;
  }

  async #runBatches(): Promise<void> {
    const { queue, late, max } = this.#deps;
    this.#running = true;
    while (this.#waiting.length > 0) {
      if (this.#busy && this.#waiting.length < max) await scheduler.wait(COMPANY_MS);
      let batch: Waiting<Item, Result>[] = [];
      const end = await queue.run(async () => {
        batch = this.#waiting.splice(0, max);
        await this.#work(batch);
      });
      if (end === 'late' && late) for (const { item, done } of batch) done(late(item));
      this.#busy = batch.length > 1;
    }
    this.#running = false;
  }

  async #work(batch: Waiting<Item, Result>[]): Promise<void> {
    const results = await this.#deps.work(batch.map(({ item }) => item));
    for (const [n, { done }] of batch.entries()) {
      const result = results[n];
      if (result !== undefined) done(result);
    }
  }
}
