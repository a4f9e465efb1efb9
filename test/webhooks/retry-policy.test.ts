import { describe, expect, it } from 'vitest';
import { RETRY_DELAYS, retryPolicy } from '../../src/webhooks/retry-policy.ts';

const answered = (status: number) => ({ kind: 'answered', status, answer: '' }) as const;

describe('what a try comes to', () => {
  it.each([200, 201, 202, 204, 299])('a %i delivers', (status) => {
    expect(retryPolicy(answered(status), 1)).toEqual({ kind: 'delivered', statusCode: status });
  });

  it.each([100, 301, 302, 307, 308, 400, 401, 404, 429, 500, 503])('a %i is tried again', (status) => {
    expect(retryPolicy(answered(status), 1)).toMatchObject({
      kind: 'failed',
      statusCode: status,
      delayMs: 5_000,
      gone: false,
    });
  });

  it('410 ends it for the endpoint', () => {
    expect(retryPolicy(answered(410), 1)).toEqual({
      kind: 'failed',
      statusCode: 410,
      error: 'gone',
      delayMs: null,
      gone: true,
    });
  });

  it('waits longer each time, and gives up after three days', () => {
    const timings: (number | null)[] = [];
    for (let round = 1; round <= 12; round += 1) {
      const decision = retryPolicy({ kind: 'unanswered', error: 'timeout' }, round);
      timings.push(decision.kind === 'failed' ? decision.delayMs : -1);
    }
    expect(timings).toEqual([...RETRY_DELAYS, null, null]);
    const days = RETRY_DELAYS.reduce((sum, delay) => sum + delay, 0) / 86_400_000;
    expect(days).toBeGreaterThan(2.9);
    expect(days).toBeLessThanOrEqual(3);
    expect([...RETRY_DELAYS].sort((a, b) => a - b)).toEqual(RETRY_DELAYS);
  });
});
