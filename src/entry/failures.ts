import { Misconfigured } from '../env.ts';
import { type Refusal, refusal } from '../errors.ts';
import { log } from '../log.ts';

/** The runtime marks what an object could not answer: overloaded, or lost on the way (Durable Objects, error handling). */
const isRemoteTrouble = (error: Error): boolean =>
  Reflect.get(error, 'overloaded') === true || Reflect.get(error, 'retryable') === true;

/** What a caller is told of something thrown; the log has the rest under the request's id. */
export function failure(thrown: unknown, requestId: string): Refusal {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error instanceof Misconfigured) {
    log('error', 'misconfigured', { requestId, variables: error.message });
    return refusal('misconfigured', 'The gateway is misconfigured; its operator finds the reason in the log.');
  }
  if (isRemoteTrouble(error)) {
    log('error', 'unavailable', { requestId, error: error.message });
    return refusal('unavailable', 'The gateway is busy. Try again.', { retryAfterSeconds: 1 });
  }
  log('error', 'internal', { requestId, error: error.name, message: error.message, stack: error.stack });
  return refusal('internal', 'Something went wrong on our side. Repeat the request with the same Idempotency-Key.');
}
