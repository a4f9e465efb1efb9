/**
 * The object's one alarm. Setting it is a durable write, so it is set only when none is armed or something is due earlier; an alarm
 * that rings with nothing due does no harm.
 */
export class Alarm {
  readonly #storage: DurableObjectStorage;
  #armedAt: number | null = null;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /**
   * Reads what an earlier life of the object armed, so that it is not put off. To be awaited before anything else is done.
   * @param due when something is due, ms; null: nothing is. The platform gives an alarm up whose object cannot start for some two
   * minutes (six tries; Durable Objects, "Alarms"), as with a wrong variable: it is set again.
   */
  async load(due: () => number | null): Promise<void> {
    this.#armedAt = await this.#storage.getAlarm();
    const at = this.#armedAt === null ? due() : null;
    if (at !== null) this.ringBy(Math.max(at, Date.now()));
  }

  /** Rings at `at` (ms) or before. */
  ringBy(at: number): void {
    if (this.#armedAt !== null && this.#armedAt <= at) return;
    this.#armedAt = at;
    // Not awaited: it commits with the writes around it, and the output gate holds whatever leaves until then.
    void this.#storage.setAlarm(at);
  }

  /** To be called first in `alarm()`: nothing is armed now. */
  rang(): void {
    this.#armedAt = null;
  }
}
