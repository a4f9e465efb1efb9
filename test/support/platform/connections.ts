import { type Kind, meter } from './meter.ts';

/** The connections of one context that may wait for their answer's headers; whoever comes when all are taken queues. */
export class Connections {
  readonly #limit: number;
  readonly #queue: (() => void)[] = [];
  readonly #kind: Kind;
  #taken = 0;

  /** @param limit 0: none */
  constructor(kind: Kind, limit: number) {
    this.#kind = kind;
    this.#limit = limit === 0 ? Number.POSITIVE_INFINITY : limit;
  }

  /** Runs `work` on a connection. @throws the signal's reason, when it aborts first: deadlines run while a call queues */
  async hold<T>(work: () => Promise<T>, signal?: AbortSignal | null): Promise<T> {
    await this.#take(signal);
    try {
      return await work();
    } finally {
      this.#give();
    }
  }

  async #take(signal?: AbortSignal | null): Promise<void> {
    signal?.throwIfAborted();
    if (this.#taken >= this.#limit) {
      meter.queue(this.#kind);
      return this.#wait(signal);
    }
    this.#taken += 1;
    meter.reach(this.#kind, this.#taken);
  }

  #wait(signal?: AbortSignal | null): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#queue.splice(this.#queue.indexOf(enter), 1);
        reject(signal?.reason);
      };
      const enter = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      this.#queue.push(enter);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  /** The connection goes to whoever has waited longest. */
  #give(): void {
    const next = this.#queue.shift();
    if (next) next();
    else this.#taken -= 1;
  }
}
