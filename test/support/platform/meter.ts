export type Kind = 'invocation' | 'object';

/** What the harness has done so far: a run in which it did nothing proves nothing. One for each isolate. */
class Meter {
  resets = 0;
  hungUp = 0;
  endedAtItsLimit = 0;
  readonly #totals = { invocation: { peak: 0, queued: 0 }, object: { peak: 0, queued: 0 } };

  /** A context has so many connections at once. */
  reach(kind: Kind, taken: number): void {
    const totals = this.#totals[kind];
    totals.peak = Math.max(totals.peak, taken);
  }

  /** A call has to queue for a connection. */
  queue(kind: Kind): void {
    this.#totals[kind].queued += 1;
  }

  report() {
    const { resets, hungUp, endedAtItsLimit } = this;
    return { resets, hungUp, endedAtItsLimit, connections: this.#totals };
  }
}

export const meter = new Meter();
