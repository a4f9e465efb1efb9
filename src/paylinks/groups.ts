import type { Turns } from './turns.ts';

export type GroupsDeps<T> = {
  turns: Turns;
  /** So many in one group. */
  most: number;
  /** Never throws. */
  work: (group: T[]) => Promise<void>;
  /** A group whose work took too long; it goes on. */
  late?: (group: T[]) => void;
};

/** Collects what comes while the database is busy, and has it done as one when its turn comes. */
export class Groups<T> {
  readonly #deps: GroupsDeps<T>;
  #waiting: T[] = [];
  #running = false;

  constructor(deps: GroupsDeps<T>) {
    this.#deps = deps;
  }

  add(one: T): void {
    this.#waiting.push(one);
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    const { turns, most, work, late } = this.#deps;
    this.#running = true;
    while (this.#waiting.length > 0) {
      let group: T[] = [];
      const end = await turns.take(() => {
        group = this.#waiting.splice(0, most);
        return work(group);
      });
      if (end === 'late') late?.(group);
    }
    this.#running = false;
  }
}
