import type { PostOutcome } from './post.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** The waits between tries, ms: eleven tries in three days. */
export const retryDelays = [
  5 * second,
  30 * second,
  2 * minute,
  10 * minute,
  hour,
  3 * hour,
  6 * hour,
  12 * hour,
  24 * hour,
  24 * hour,
] as const;

/** An endpoint that has done nothing but fail for this long is disabled, ms. */
export const failingMs = 5 * 24 * hour;

/** What a try came to: `gone` (410) disables the endpoint; `delayMs` null: there is no further try. */
export type RetryDecision =
  | { kind: 'delivered'; statusCode: number }
  | { kind: 'failed'; statusCode: number | null; error: string; delayMs: number | null; gone: boolean };

/** A try that could not even be made, for a reason on our side or the URL's. */
export type NotPosted = { kind: 'not_posted'; error: string };

/** Judges a delivery's `round`th try (1 is the first). Only a 2xx delivers (Standard Webhooks 1.0, "Deliverability and reliability"). */
export function retryPolicy(outcome: PostOutcome | NotPosted, round: number): RetryDecision {
  const delayMs = retryDelays[round - 1] ?? null;
  if (outcome.kind !== 'answered') {
    return { kind: 'failed', statusCode: null, error: outcome.error, delayMs, gone: false };
  }
  const { status: statusCode } = outcome;
  if (statusCode >= 200 && statusCode < 300) return { kind: 'delivered', statusCode };
  if (statusCode === 410) return { kind: 'failed', statusCode, error: 'gone', delayMs: null, gone: true };
  const error = statusCode >= 300 && statusCode < 400 ? 'redirect' : 'refused';
  return { kind: 'failed', statusCode, error, delayMs, gone: false };
}
