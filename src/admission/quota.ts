import type { Config } from '../env.ts';
import type { Merchant } from '../model/merchant.ts';
import type { Quota, QuotaAnswer, QuotaState } from './port.ts';

/**
 * The fields of draft-ietf-httpapi-ratelimit-headers: the policy (`q` units in `w` seconds), and what is left of it (`r` units; more
 * in `t` seconds).
 */
export function rateLimitHeaders(quota: QuotaState): Record<string, string> {
  return {
    'RateLimit-Policy': `"merchant";q=${quota.limit};w=${quota.windowSeconds}`,
    RateLimit: `"merchant";r=${quota.remaining};t=${quota.resetSeconds}`,
  };
}

/** `Retry-After` of a limited request, seconds: equal to `t`, as the draft says. */
export const retryAfter = (quota: QuotaState): number => quota.resetSeconds;

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

/** The state of a quota for the headers: `resetMs` in whole seconds, at least 1. */
export const quotaState = (quota: Quota, remaining: number, resetMs: number): QuotaState => ({
  limit: quota.limit,
  windowSeconds: quota.windowSeconds,
  remaining,
  resetSeconds: Math.max(1, Math.ceil(resetMs / 1000)),
});

/** The answer alone, without the limiter's own state. */
export const quotaAnswer = ({ admitted, remaining, resetMs, blockedMs }: QuotaAnswer): QuotaAnswer => ({
  admitted,
  remaining,
  resetMs,
  blockedMs,
});
