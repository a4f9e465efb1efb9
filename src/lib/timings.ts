/** What a request can wait for. */
const names = ['admission', 'read', 'coordinator', 'provider', 'store'] as const;
export type TimingName = (typeof names)[number];

/** Waits as plain values, ms. */
export type TimingsByName = { [name in TimingName]?: number };

/**
 * How long a request waited for what, ms. Clocks of the runtime move only with I/O, so waits are all there is to measure; waits that
 * overlap are counted side by side.
 */
export class Timings {
  readonly #ms = new Map<TimingName, number>();

  /** Counts the time until `work` settles. */
  async during<T>(name: TimingName, work: Promise<T>): Promise<T> {
    const begun = Date.now();
    try {
      return await work;
    } finally {
      this.add(name, Date.now() - begun);
    }
  }

  add(name: TimingName, ms: number): void {
    this.#ms.set(name, (this.#ms.get(name) ?? 0) + ms);
  }

  /** Adds what was waited for elsewhere on the request's behalf. */
  include(times: TimingsByName): void {
    for (const name of names) if (times[name] !== undefined) this.add(name, times[name]);
  }

  /** As plain values, to be told across an object's boundary. */
  all(): TimingsByName {
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
