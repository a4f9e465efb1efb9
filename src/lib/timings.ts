/** What a request waits for. */
const names = ['admission', 'read', 'coordinator', 'claim', 'provider', 'report'] as const;
export type TimingName = (typeof names)[number];

/** Timings as plain values, ms. */
export type TimingsByName = { [name in TimingName]?: number };

/**
 * How long a request waited for what, ms. The runtime's clock moves only with I/O, so only waits can be measured. Overlapping waits are
 * both counted in full.
 */
export class Timings {
  readonly #ms = new Map<TimingName, number>();

  /** Adds the time until `work` settles. */
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

  /** Adds timings measured elsewhere for this request. */
  include(times: TimingsByName): void {
    for (const name of names) if (times[name] !== undefined) this.add(name, times[name]);
  }

  /** As plain values, for a call between objects. */
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
