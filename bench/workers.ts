import type { Worker } from './workerd.ts';

/** The workers of a run. While one of them works, all the others stand still. */
export class Workers {
  readonly #all: Worker[] = [];
  #active: Worker | null = null;

  async add(starting: Promise<Worker>): Promise<Worker> {
    const worker = await starting;
    this.#all.push(worker);
    return worker;
  }

  async alone<T>(worker: Worker, work: () => Promise<T>): Promise<T> {
    if (this.#active === worker) return work();
    for (const other of this.#all) if (other !== worker) other.pause();
    this.#active = worker;
    try {
      return await work();
    } finally {
      this.#active = null;
      for (const other of this.#all) other.resume();
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all.map((worker) => worker.stop()));
  }
}
