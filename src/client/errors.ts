import type { Problem } from './types.ts';

/** The gateway refused a request, or could not answer it in time: every try was in vain. */
export class PaylinksError extends Error {
  override name = 'PaylinksError';
  /** The answer's status; null: there was none. */
  readonly status: number | null;
  /** What went wrong, for programs (docs/api.md, Errors); null: there was no problem document. */
  readonly code: Problem['code'] | null;
  /** The whole problem document. */
  readonly problem: Problem | null;
  /** Seconds after which it may work. */
  readonly retryAfterSeconds: number | null;

  constructor(
    message: string,
    told: { status: number | null; problem: Problem | null; retryAfterSeconds: number | null },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.status = told.status;
    this.code = told.problem?.code ?? null;
    this.problem = told.problem;
    this.retryAfterSeconds = told.retryAfterSeconds;
  }
}
