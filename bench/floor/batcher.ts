const MAX_BATCH = 50;
const COMPANY_MS = 10;

/** Runs one piece of work at a time. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  run(work: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

/** Handles in one batch the items that come while the batch before is under way. */
export class Batcher<T> {
  /** Whether the next batch waits for company after one of several, as the gateway's does. */
  waits = false;
  readonly #queue: SerialQueue;
  readonly #handle: (items: T[]) => Promise<unknown>;
  #waiting: { item: T; resolve: (done: Promise<unknown>) => void }[] = [];
  #running = false;
  #busy = false;

  constructor(queue: SerialQueue, handle: (items: T[]) => Promise<unknown>) {
    this.#queue = queue;
    this.#handle = handle;
  }

  /** Resolves when the item's batch is done. */
  run(item: T): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#waiting.push({ item, resolve });
    if (!this.#running) void this.#drain();
    return promise;
  }

  async #drain(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      if (this.waits && this.#busy && this.#waiting.length < MAX_BATCH) await scheduler.wait(COMPANY_MS);
      await this.#queue.run(() => this.#next());
    }
    this.#running = false;
  }

  async #next(): Promise<void> {
    const batch = this.#waiting.splice(0, MAX_BATCH);
    this.#busy = batch.length > 1;
    const done = this.#handle(batch.map(({ item }) => item));
    for (const { resolve } of batch) resolve(done);
    await done.catch(() => {});
  }
}
