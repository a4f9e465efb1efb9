import { Misconfigured } from '../env.ts';
import { type Refusal, refusal } from '../errors.ts';
import { log } from '../log.ts';
import { isUnreachable } from '../object-call.ts';

/** What a caller is told of something thrown; the log has the rest under the request's id. */
export function failure(thrown: unknown, requestId: string): Refusal {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error instanceof Misconfigured) {
    log('error', 'misconfigured', { requestId, variables: error.message });
    return refusal('misconfigured', 'The gateway is misconfigured; its operator finds the reason in the log.');
  }
  if (isUnreachable(error)) {
    log('error', 'unavailable', { requestId, error: error.message });
    return refusal('unavailable', 'The gateway is busy. Try again.', { retryAfterSeconds: 1 });
  }
  log('error', 'internal', { requestId, error: error.name, message: error.message, stack: error.stack });
  return refusal('internal', 'Something went wrong on our side. Repeat the request with the same Idempotency-Key.');
}
