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

  /** Reads what an earlier life of the object armed, so that it is not put off. To be awaited before anything else is done. */
  async load(): Promise<void> {
    this.#armedAt = await this.#storage.getAlarm();
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
