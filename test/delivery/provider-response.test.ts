import { describe, expect, it } from 'vitest';
import { classifyResponse, type Dialect, refused } from '../../src/delivery/provider-response.ts';

/** A provider that puts every fault on the recipient, so that an answer that is not its own would show. */
const dialect: Dialect = {
  accepted: (body) => (body === undefined ? null : { kind: 'accepted', messageId: 'm' }),
  problem: () => ({ code: 'own', recipient: true }),
};
const judged = (status: number, text = '{}') => classifyResponse({ kind: 'answered', status, text }, dialect);
const statuses = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('what a provider’s answer proves', () => {
  const uncertain = new Set([408, 409, 499]);
  const neverReached = [521, 523, 525, 526, 530];

  it('a 4xx of its own is a definite refusal, but for 408, 409 and 499', () => {
    const refusals = statuses(400, 499).filter((status) => judged(status).kind === 'refused');
    expect(refusals).toEqual(statuses(400, 499).filter((status) => !uncertain.has(status)));
    for (const status of uncertain) expect(judged(status)).toEqual({ kind: 'unknown', reason: `answered ${status}` });
  });

  it('of all 5xx only 521, 523, 525, 526 and 530 are definite refusals', () => {
    const refusals = statuses(500, 599).filter((status) => judged(status).kind === 'refused');
    expect(refusals).toEqual(neverReached);
    for (const status of [500, 502, 503, 504, 520, 522, 524, 527]) expect(judged(status).kind).toBe('unknown');
  });

  it.each(neverReached)(
    '%d refuses in the provider’s name, never in the recipient’s, whatever the body says',
    (status) => {
      expect(judged(status)).toEqual({
        kind: 'refused',
        by: 'provider',
        reason: `${status} the provider was not reached`,
      });
    },
  );

  it('a redirect and a success that cannot be read prove nothing', () => {
    for (const status of statuses(300, 399)) expect(judged(status).kind).toBe('unknown');
    expect(judged(202, '<html>').kind).toBe('unknown');
    expect(judged(202).kind).toBe('accepted');
  });

  it('an answer that was lost proves nothing, whatever broke the connection', () => {
    expect(classifyResponse({ kind: 'lost', reason: 'connection lost' }, dialect)).toEqual({
      kind: 'unknown',
      reason: 'connection lost',
    });
  });
});

it('a reason that is cut stays whole Unicode: no half of a character is stored', () => {
  const cut = refused({ code: 1, message: `${'x'.repeat(159)}😀 and more` });
  expect(cut.kind === 'refused' && [cut.reason.isWellFormed(), cut.reason.length]).toEqual([true, 161]);
});
