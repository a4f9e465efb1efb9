import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Signals } from '../../src/paylinks/coordinator/signals.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('a change that comes while a waiter looks is not missed', async () => {
  const signals = new Signals();
  let done = false;
  const waiting = signals.until(
    'p',
    async () => {
      const seen = done;
      if (!done) {
        done = true;
        signals.fire('p');
      }
      return seen;
    },
    10_000,
  );
  expect(await waiting).toBe(true);
});

it('a waiter looks once more when its time is over, and another Paylink’s changes do not wake it', async () => {
  const signals = new Signals();
  let looks = 0;
  const isDone = () => {
    looks += 1;
    return looks > 1;
  };
  const waiting = signals.until('p', isDone, 10_000);
  signals.fire('q');
  await vi.advanceTimersByTimeAsync(9_999);
  expect(looks).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await waiting).toBe(true);
  const inVain = signals.until('p', () => false, 10_000);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await inVain).toBe(false);
});
