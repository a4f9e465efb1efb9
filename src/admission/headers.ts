import type { QuotaState } from './port.ts';

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

/** `Retry-After` of a limited request, seconds: the same moment as `t`, as the draft asks for. */
export const retryAfter = (quota: QuotaState): number => quota.resetSeconds;
