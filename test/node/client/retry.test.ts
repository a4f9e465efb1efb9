import { expect, it } from 'vitest';
import { type Ended, waitBeforeRetry } from '../../../src/client/retry.ts';

const rules = { maxTries: 4, maxWaitMs: 20_000 };
const ended = (status: number | null, code: string | null = null, retryAfterSeconds: number | null = null): Ended => ({
  status,
  code,
  retryAfterSeconds,
});
const wait = (end: Ended, some: { repeatable?: boolean; tries?: number; random?: number } = {}) =>
  waitBeforeRetry(end, { repeatable: true, tries: 1, rules, random: 1, ...some });

it('a try waits as long as Retry-After says, and else longer each time', () => {
  expect(wait(ended(429, 'rate_limited', 7))).toBe(7_000);
  expect(wait(ended(503, 'unavailable', 1))).toBe(1_000);
  expect([1, 2, 3].map((tries) => wait(ended(null), { tries }))).toEqual([250, 500, 1_000]);
  expect(wait(ended(null), { random: 0 })).toBe(125);
});

it('there is no other try when it would come too late, or after too many', () => {
  expect(wait(ended(429, 'resend_limit', 21))).toBeNull();
  expect(wait(ended(null), { tries: 4 })).toBeNull();
});

it('what is neither safe nor keyed is never repeated, not even where nothing answered', () => {
  for (const end of [ended(null), ended(429, 'rate_limited', 1), ended(503, 'overloaded', 1), ended(500, 'internal')])
    expect(wait(end, { repeatable: false })).toBeNull();
});

it('a refusal that would be the same again is not repeated', () => {
  const refusals = [
    ended(400, 'invalid_request'),
    ended(401, 'unauthenticated'),
    ended(404, 'not_found'),
    ended(409, 'conflict'),
    ended(422, 'idempotency_key_reuse'),
    ended(500, 'send_failed'),
  ];
  for (const end of refusals) expect(wait(end)).toBeNull();
  expect(wait(ended(409, 'idempotency_in_progress', 2))).toBe(2_000);
  expect(wait(ended(500, 'internal'))).toBe(250);
});
