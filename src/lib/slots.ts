/** Lets at most `max` pieces of work run at a time. Those that wait begin in the order in which they came. */
export class Slots {
  readonly #max: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Runs `work` once it has a slot, and gives its result or its error. A slot is free again when its work has ended. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#taken < this.#max) this.#taken += 1;
    else await new Promise<void>((begin) => this.#waiting.push(begin));
    try {
      return await work();
    } finally {
      // The slot is handed to the next in line, so that nobody who comes later can take it.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#taken -= 1;
    }
  }
}
