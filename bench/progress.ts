const duration = (seconds: number) => (seconds < 100 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`);

/** Says how far a run is, and guesses from its speed so far what is left. */
export class Progress {
  readonly #began = performance.now();
  readonly #tell: (line: string) => void;

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  /** @param done the part that is done, 0 to 1 */
  report(what: string, done: number): void {
    const seconds = (performance.now() - this.#began) / 1000;
    const left = done > 0 ? `, about ${duration((seconds / done) * (1 - done))} left` : '';
    this.#tell(`${what}: ${duration(seconds)}${left}`);
  }
}
