import type { Shot } from './load.ts';
import { type How, type Measurement, measure } from './measure.ts';
import type { LoadGenerator } from './processes.ts';
import type { Worker } from './workerd.ts';

/** The workers of a run. Each is measured while all the others stand still. */
export class Workers {
  readonly #all: Worker[] = [];
  #alone: Worker | null = null;

  async add(starting: Promise<Worker>): Promise<Worker> {
    const worker = await starting;
    this.#all.push(worker);
    return worker;
  }

  /** Prepares shots and measures them, both with nobody else at work. */
  async measure(worker: Worker, load: LoadGenerator, how: How, prepare: () => Promise<Shot[]>): Promise<Measurement> {
    return this.alone(worker, async () => measure(load, worker, await prepare(), how));
  }

  async alone<T>(worker: Worker, work: () => Promise<T>): Promise<T> {
    if (this.#alone === worker) return work();
    for (const other of this.#all) if (other !== worker) other.pause();
    this.#alone = worker;
    try {
      return await work();
    } finally {
      this.#alone = null;
      for (const other of this.#all) other.resume();
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all.map((worker) => worker.stop()));
  }
}
