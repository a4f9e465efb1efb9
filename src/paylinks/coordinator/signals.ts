import { withTimeout } from '../../lib/timeout.ts';

type Signal = PromiseWithResolvers<void> & { listeners: number };

/** Wakes whoever waits for something about a Paylink to change; what that is, they look up themselves. */
export class Signals {
  readonly #signals = new Map<string, Signal>();

  fire(paylinkId: string): void {
    this.#signals.get(paylinkId)?.resolve();
    this.#signals.delete(paylinkId);
  }

  /** Waits until `isDone` says so, at most `ms`. @returns what it says in the end */
  async until(paylinkId: string, isDone: () => boolean | Promise<boolean>, ms: number): Promise<boolean> {
    const deadline = Date.now() + ms;
    for (;;) {
      // Listened for before looking: what changes in between is not missed.
      const signal = this.#listen(paylinkId);
      try {
        if (await isDone()) return true;
        const left = deadline - Date.now();
        if (left <= 0) return false;
        await withTimeout(signal.promise, left);
      } finally {
        this.#leave(paylinkId, signal);
      }
    }
  }

  #listen(paylinkId: string): Signal {
    const signal = this.#signals.get(paylinkId) ?? { ...Promise.withResolvers<void>(), listeners: 0 };
    signal.listeners += 1;
    this.#signals.set(paylinkId, signal);
    return signal;
  }

  #leave(paylinkId: string, signal: Signal): void {
    signal.listeners -= 1;
    if (signal.listeners === 0 && this.#signals.get(paylinkId) === signal) this.#signals.delete(paylinkId);
  }
}
