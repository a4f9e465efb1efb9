/** What a request can wait for. */
const names = ['admission', 'read', 'coordinator', 'provider', 'store'] as const;
export type WaitName = (typeof names)[number];

/** Waits as plain values, ms. */
export type WaitTimes = { [name in WaitName]?: number };

/**
 * How long a request waited for what, ms. Clocks of the runtime move only with I/O, so waits are all there is to measure; waits that
 * overlap are counted side by side.
 */
export class Waits {
  readonly #ms = new Map<WaitName, number>();

  /** Counts the time until `work` settles. */
  async during<T>(name: WaitName, work: Promise<T>): Promise<T> {
    const begun = Date.now();
    try {
      return await work;
    } finally {
      this.add(name, Date.now() - begun);
    }
  }

  add(name: WaitName, ms: number): void {
    this.#ms.set(name, (this.#ms.get(name) ?? 0) + ms);
  }

  /** Adds what was waited for elsewhere on the request's behalf. */
  include(times: WaitTimes): void {
    for (const name of names) if (times[name] !== undefined) this.add(name, times[name]);
  }

  /** As plain values, to be told across an object's boundary. */
  all(): WaitTimes {
    return Object.fromEntries(this.#ms);
  }

  /** As log fields: `{admissionMs: 3, …}`. */
  fields(): Record<string, number> {
    return Object.fromEntries([...this.#ms].map(([name, ms]) => [`${name}Ms`, ms]));
  }

  /** As a `Server-Timing` header (W3C): `admission;dur=3, coordinator;dur=12`. */
  header(): string {
    return [...this.#ms].map(([name, ms]) => `${name};dur=${ms}`).join(', ');
  }
}
