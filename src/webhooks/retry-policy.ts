import { DAY_MS, HOUR_MS, MINUTE_MS } from '../lib/durations.ts';
import type { PostOutcome } from './post.ts';

const SECOND_MS = 1_000;

/** The waits between tries, ms: eleven tries in three days. */
export const RETRY_DELAYS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  DAY_MS,
  DAY_MS,
] as const;

/** An endpoint that has only failed for this long is disabled, ms. */
export const FAILING_MS = 5 * DAY_MS;

/** What follows from a try. `gone` (410) disables the endpoint; `delayMs` null: there is no further try. */
export type RetryDecision =
  | { kind: 'delivered'; statusCode: number }
  | { kind: 'failed'; statusCode: number | null; error: string; delayMs: number | null; gone: boolean };

/** A request that could not be made: our fault, or the URL's. */
export type NotPosted = { kind: 'not_posted'; error: string };

/** What follows from a delivery's `round`th try (1 is the first). Only a 2xx delivers (Standard Webhooks 1.0, "Deliverability and reliability"). */
export function retryPolicy(outcome: PostOutcome | NotPosted, round: number): RetryDecision {
  const delayMs = RETRY_DELAYS[round - 1] ?? null;
  if (outcome.kind !== 'answered') {
    return { kind: 'failed', statusCode: null, error: outcome.error, delayMs, gone: false };
  }
  const { status: statusCode } = outcome;
  if (statusCode >= 200 && statusCode < 300) return { kind: 'delivered', statusCode };
  if (statusCode === 410) return { kind: 'failed', statusCode, error: 'gone', delayMs: null, gone: true };
  const error = statusCode >= 300 && statusCode < 400 ? 'redirect' : 'refused';
  return { kind: 'failed', statusCode, error, delayMs, gone: false };
}
