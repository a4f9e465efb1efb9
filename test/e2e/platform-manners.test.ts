import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { call } from '../support/platform/caller.ts';
import { Holder } from '../support/platform/holder.ts';
import { optionsOf, type PlatformOptions } from '../support/platform/options.ts';
import { reportOf, resetAll } from '../support/platform/report.ts';
import { ResetPlan } from '../support/platform/resets.ts';
import { startProbe } from '../support/platform/start-probe.ts';

const bounded = { timeout: 20_000, interval: 10 };
const get = { method: 'GET', headers: {} };

let holder: Holder;
beforeAll(async () => {
  holder = await Holder.start();
});
afterEach(() => holder.reset());
afterAll(() => holder.close());

/** A probe with these options; `ask` asks it. */
function withProbe(options: Partial<PlatformOptions>) {
  const running = { url: '', stop: async () => {} };
  beforeAll(async () => {
    Object.assign(running, await startProbe(options));
  });
  afterAll(() => running.stop());
  const ask = (path: string, times = 0) =>
    call(`${running.url}${path}?${new URLSearchParams({ to: holder.url, times: String(times) })}`, get);
  const answerTo = async (path: string, times = 0): Promise<unknown> =>
    JSON.parse((await ask(path, times).answer)?.text ?? 'null');
  return { running, ask, answerTo };
}

const isHolding = (count: number) => vi.waitFor(() => expect(holder.held.size).toBe(count), bounded);

/** Answers whatever comes until `done`. */
async function releaseUntil<T>(done: Promise<T>): Promise<T> {
  const releasing = setInterval(() => holder.release(), 5);
  return done.finally(() => clearInterval(releasing));
}

describe('with the platform’s limits', () => {
  const { running, ask, answerTo } = withProbe({});

  it('an invocation has six connections that wait for headers, and each its own', async () => {
    const both = Promise.all([answerTo('/worker', 8), answerTo('/worker', 8)]);
    await isHolding(12);
    const [first, second] = await releaseUntil(both);
    expect(first).toEqual(Array.from({ length: 8 }, () => '200'));
    expect(second).toEqual(first);
    expect(holder.peak).toBe(12);
  });

  it('an object has six for all its requests together', async () => {
    const four = Promise.all(Array.from({ length: 4 }, () => answerTo('/object', 3)));
    await isHolding(6);
    await releaseUntil(four);
    expect(holder.asked).toHaveLength(12);
    expect(holder.peak).toBe(6);
  });

  it('a call’s deadline runs while it waits for a connection, and nobody is asked', async () => {
    expect(await answerTo('/impatient', 6)).toBe('TimeoutError');
    await isHolding(6);
    expect(holder.asked).toHaveLength(6);
  });

  it('D1 and objects are asked beside six calls that wait', async () => {
    expect(await answerTo('/beside', 6)).toEqual([1, []]);
    await isHolding(6);
  });

  it('a caller that hangs up ends what nobody has registered', async () => {
    const asked = ask('/steps');
    await isHolding(1);
    asked.hangUp();
    await vi.waitFor(() => expect(holder.abandoned).toEqual(['/first']), bounded);
    expect(await asked.answer).toBeNull();
    expect(holder.asked).toEqual(['/first']);
  });

  it('a caller that hangs up ends nothing that is under waitUntil', async () => {
    const { hungUp } = await reportOf(running.url);
    const asked = ask('/kept');
    await isHolding(1);
    asked.hangUp();
    await vi.waitFor(async () => expect((await reportOf(running.url)).hungUp).toBe(hungUp + 1), bounded);
    holder.release();
    await vi.waitFor(() => expect(holder.asked).toEqual(['/first', '/second']), bounded);
    expect(holder.abandoned).toEqual([]);
  });

  it('who waits for a load of a caller that hung up loads by itself', async () => {
    const first = ask('/shared');
    await isHolding(1);
    const second = answerTo('/shared');
    first.hangUp();
    await vi.waitFor(() => expect(holder.abandoned).toEqual(['/load']), bounded);
    await isHolding(1);
    holder.release();
    expect(await second).toBe('200');
    expect(holder.asked).toEqual(['/load', '/load']);
  });

  it('an object that is reset forgets what it had in memory and keeps what it stored', async () => {
    expect(await answerTo('/remember')).toEqual({ stored: 1, inMemory: 1 });
    expect(await answerTo('/remember')).toEqual({ stored: 2, inMemory: 2 });
    await resetAll(running.url);
    expect(await answerTo('/remember')).toEqual({ stored: 3, inMemory: 1 });
  });

  it('who waits for an object that is reset gets the runtime’s own error', async () => {
    const waiting = answerTo('/object', 1);
    await isHolding(1);
    await resetAll(running.url);
    expect(await waiting).toEqual({ error: expect.stringContaining('Durable Object reset'), isReset: true });
  });
});

describe('when everything takes a connection', () => {
  const { running, answerTo } = withProbe({ PLATFORM_COUNTS: 'all' });

  it('D1 and objects wait for a connection like any call', async () => {
    const answer = answerTo('/beside', 6);
    await isHolding(6);
    await vi.waitFor(async () => expect((await reportOf(running.url)).connections.invocation.queued).toBe(1), bounded);
    expect(await Promise.race([answer, reportOf(running.url).then(() => 'waits')])).toBe('waits');
    expect(await releaseUntil(answer)).toEqual([1, []]);
  });
});

describe('with a life of 300 ms', () => {
  const { running, ask } = withProbe({ PLATFORM_LIFE_MS: 300 });

  it('everything ends, whatever is under waitUntil', async () => {
    const asked = ask('/kept');
    await isHolding(1);
    expect(await asked.answer).toMatchObject({ status: 500, text: 'The platform has ended the invocation.' });
    await vi.waitFor(() => expect(holder.abandoned).toEqual(['/first']), bounded);
    expect((await reportOf(running.url)).endedAtItsLimit).toBe(1);
  });
});

describe('with a gateway that registers nothing', () => {
  const { ask } = withProbe({ PLATFORM_WAIT_UNTIL: 'ignored' });

  it('a caller that hangs up ends everything', async () => {
    const asked = ask('/kept');
    await isHolding(1);
    asked.hangUp();
    await vi.waitFor(() => expect(holder.abandoned).toEqual(['/first']), bounded);
    expect(holder.asked).toEqual(['/first']);
  });
});

describe('with one reset in three calls', () => {
  const { running, answerTo } = withProbe({ PLATFORM_RESET_EVERY: 3 });

  it('what an object has answered is still stored afterwards', async () => {
    const Remembered = z.object({ stored: z.number() });
    let last = 0;
    let failed = 0;
    for (let turn = 0; turn < 40; turn += 1) {
      const answer = Remembered.safeParse(await answerTo('/remember'));
      if (!answer.success) failed += 1;
      else expect(answer.data.stored).toBeGreaterThan(last);
      last = answer.data?.stored ?? last;
    }
    expect(failed).toBeGreaterThan(0);
    expect((await reportOf(running.url)).resets).toBeGreaterThanOrEqual(failed);
  });
});

it('a seed repeats which calls are reset, and where', () => {
  const options = optionsOf({ PLATFORM_RESET_EVERY: '3', PLATFORM_SEED: '7' });
  const moments = () => {
    const plan = new ResetPlan();
    return Array.from({ length: 100 }, () => plan.next(options));
  };
  expect(moments()).toEqual(moments());
  expect(new Set(moments().map((moment) => moment?.at))).toEqual(new Set([undefined, 'before', 'during', 'after']));
});
