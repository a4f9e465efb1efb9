export type QueueBounds = {
  /** Works at a time. */
  places: number;
  /** Works that may wait for a place. */
  maxWaiting: number;
  /** How long one may wait, ms. */
  maxWaitMs: number;
};

type Waiting = { since: number; start: (admitted: boolean) => void };

/**
 * Sheds load: works wait for a place, but neither many nor long. Whoever is turned away is told so in time, and may come again; whoever
 * is let in has time left.
 */
export class BoundedQueue {
  readonly #bounds: QueueBounds;
  #running = 0;
  #waiting: Waiting[] = [];
  /** One for all that wait: the oldest is the first whose time is over. */
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  /** The result of `work`, or `'overloaded'`: it was not begun. */
  async run<T>(work: () => Promise<T>): Promise<T | 'overloaded'> {
    if (this.#running < this.#bounds.places) this.#running += 1;
    else if (!(await this.#place())) return 'overloaded';
    try {
      return await work();
    } finally {
      this.#handOn();
    }
  }

  #place(): boolean | Promise<boolean> {
    if (this.#waiting.length >= this.#bounds.maxWaiting) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.push({ since: Date.now(), start: resolve });
    this.#setTimer();
    return promise;
  }

  /** The place goes to the next in line, so that nobody who comes later can take it. */
  #handOn(): void {
    this.#turnAwayLate();
    const next = this.#waiting.shift();
    if (next) next.start(true);
    else this.#running -= 1;
  }

  #turnAwayLate(): void {
    const now = Date.now();
    for (;;) {
      const [oldest] = this.#waiting;
      if (!oldest || now - oldest.since < this.#bounds.maxWaitMs) return;
      this.#waiting.shift();
      oldest.start(false);
    }
  }

  #setTimer(): void {
    const [oldest] = this.#waiting;
    if (this.#timer !== null || !oldest) return;
    const ring = () => {
      this.#timer = null;
      this.#turnAwayLate();
      this.#setTimer();
    };
    this.#timer = setTimeout(ring, Math.max(0, oldest.since + this.#bounds.maxWaitMs - Date.now()));
  }
}
