import type { Config } from '../env.ts';
import type { Merchant } from '../model.ts';
import type { Quota, QuotaState } from './port.ts';

/**
 * What a limiter says, whichever it is.
 * - `remaining`: units left after this answer.
 * - `resetMs`: how long until more is free; if refused, until `cost` fits (a whole window when it never can).
 * - `blockedMs`: if refused, how long a single unit is sure to be refused too; else 0.
 */
export type QuotaAnswer = { admitted: boolean; remaining: number; resetMs: number; blockedMs: number };

/** The merchant's own settings, each else the configuration's. */
export function quotaOf(
  merchant: Pick<Merchant, 'rateLimitRequests' | 'rateLimitWindowSeconds'>,
  config: Config,
): Quota {
  return {
    limit: merchant.rateLimitRequests ?? config.RATE_LIMIT_REQUESTS,
    windowSeconds: merchant.rateLimitWindowSeconds ?? config.RATE_LIMIT_WINDOW_SECONDS,
  };
}

/** A quota as it stands, `resetMs` from now; whole seconds, at least 1, for the headers. */
export const quotaState = (quota: Quota, remaining: number, resetMs: number): QuotaState => ({
  limit: quota.limit,
  windowSeconds: quota.windowSeconds,
  remaining,
  resetSeconds: Math.max(1, Math.ceil(resetMs / 1000)),
});

/** The answer alone, without what its limiter keeps. */
export const quotaAnswer = ({ admitted, remaining, resetMs, blockedMs }: QuotaAnswer): QuotaAnswer => ({
  admitted,
  remaining,
  resetMs,
  blockedMs,
});
