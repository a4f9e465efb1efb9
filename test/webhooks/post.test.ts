import { describe, expect, it } from 'vitest';
import { post } from '../../src/webhooks/post.ts';
import { behave, heardBy, hookUrl } from '../support/hooks.ts';

describe('posting', () => {
  it('ends when its time is over and no answer came', async () => {
    const name = crypto.randomUUID();
    await behave(name, ['hang']);
    const time = new AbortController();
    const posting = post(hookUrl(name), '{}', {}, time.signal);
    await heardBy(name, 1);
    time.abort();
    expect(await posting).toEqual({ kind: 'unanswered', error: 'timeout' });
  });

  it('keeps the status of an answer whose body stalls', async () => {
    const name = crypto.randomUUID();
    await behave(name, ['stall']);
    const outcome = await post(hookUrl(name), '{}', {}, AbortSignal.timeout(500));
    expect(outcome).toEqual({ kind: 'answered', status: 200, answer: 'half' });
  });

  it('says so when there is nobody', async () => {
    expect(await post('http://127.0.0.1:1/', '{}', {}, AbortSignal.timeout(5_000))).toEqual({
      kind: 'unanswered',
      error: 'connection_failed',
    });
  });
});
