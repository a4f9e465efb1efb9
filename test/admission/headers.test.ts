import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { quotaOf, quotaState, rateLimitHeaders, retryAfter } from '../../src/admission/quota.ts';
import { configOf } from '../../src/env.ts';

const state = { limit: 100, windowSeconds: 60, remaining: 42, resetSeconds: 17 };

describe('the quota in headers', () => {
  it('has the fields of the RateLimit draft', () => {
    expect(rateLimitHeaders(state)).toEqual({
      'RateLimit-Policy': '"merchant";q=100;w=60',
      RateLimit: '"merchant";r=42;t=17',
    });
  });

  it('has a Retry-After equal to t', () => {
    expect(retryAfter(state)).toBe(17);
  });

  it.each([
    [0, 1],
    [1, 1],
    [1_000, 1],
    [1_001, 2],
    [60_000, 60],
  ])('rounds %i ms up to %i s', (resetMs, resetSeconds) => {
    expect(quotaState({ limit: 5, windowSeconds: 60 }, 3, resetMs)).toEqual({
      limit: 5,
      windowSeconds: 60,
      remaining: 3,
      resetSeconds,
    });
  });
});

describe('the quota of a merchant', () => {
  const config = configOf({ ...env, RATE_LIMIT_REQUESTS: '100', RATE_LIMIT_WINDOW_SECONDS: '60' });

  it.each([
    [null, null, { limit: 100, windowSeconds: 60 }],
    [7, null, { limit: 7, windowSeconds: 60 }],
    [null, 10, { limit: 100, windowSeconds: 10 }],
    [7, 10, { limit: 7, windowSeconds: 10 }],
  ])('is its own setting, else the configuration (%s in %s s)', (rateLimitRequests, rateLimitWindowSeconds, quota) => {
    expect(quotaOf({ rateLimitRequests, rateLimitWindowSeconds }, config)).toEqual(quota);
  });
});
