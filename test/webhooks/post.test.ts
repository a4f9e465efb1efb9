import { describe, expect, it, vi } from 'vitest';
import { post } from '../../src/webhooks/post.ts';
import { behave, heardBy, hookUrl } from '../support/hooks.ts';

/** The answers' bodies give what has come; asked for more, they end the time. */
function endWhenMoreIsAwaited(time: AbortController): void {
  const send = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementationOnce(async (...request) => {
    const response = await send(...request);
    const reader = response.body?.getReader();
    let chunks = 0;
    const pull = async (controller: ReadableStreamDefaultController) => {
      if (chunks > 0) time.abort();
      const part = await reader?.read();
      chunks += 1;
      controller.enqueue(part?.value);
    };
    return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), response);
  });
}

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
    const time = new AbortController();
    endWhenMoreIsAwaited(time);
    const outcome = await post(hookUrl(name), '{}', {}, time.signal);
    expect(outcome).toEqual({ kind: 'answered', status: 200, answer: 'half' });
  });

  it('says so when there is nobody', async () => {
    expect(await post('http://127.0.0.1:1/', '{}', {}, new AbortController().signal)).toEqual({
      kind: 'unanswered',
      error: 'connection_failed',
    });
  });
});
