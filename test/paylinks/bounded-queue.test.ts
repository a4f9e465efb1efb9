import { afterEach, describe, expect, it, vi } from 'vitest';
import { BoundedQueue } from '../../src/paylinks/coordinator/bounded-queue.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** Works that note their beginning and end when they are told to. */
function held(queue: BoundedQueue) {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const run = (n: number) =>
    queue.run(async () => {
      begun.push(n);
      await new Promise<void>((resolve) => {
        ends[n] = resolve;
      });
      return n;
    });
  return { begun, run, end: (n: number) => ends[n]?.() };
}

describe('a bounded queue', () => {
  it('lets so many works run at a time, and the others in the order they came', async () => {
    const { begun, run, end } = held(new BoundedQueue({ places: 2, maxWaiting: 2, maxWaitMs: 1_000 }));
    const runs = [0, 1, 2, 3].map(run);
    expect(begun).toEqual([0, 1]);
    end(1);
    expect(await runs[1]).toBe(1);
    expect(begun).toEqual([0, 1, 2]);
    end(2);
    expect(await runs[2]).toBe(2);
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it('turns away at once, and does not begin, what finds the queue full', async () => {
    const { begun, run, end } = held(new BoundedQueue({ places: 1, maxWaiting: 1, maxWaitMs: 1_000 }));
    const [first, second, third] = [run(0), run(1), run(2)];
    expect(await third).toBe('overloaded');
    end(0);
    expect(await first).toBe(0);
    end(1);
    expect(await second).toBe(1);
    expect(begun).toEqual([0, 1]);
  });

  it('turns away who waited too long when the turn comes, lets in the next, and recovers at once', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { begun, run, end } = held(new BoundedQueue({ places: 1, maxWaiting: 3, maxWaitMs: 1_000 }));
    const [first, late] = [run(0), run(1)];
    vi.setSystemTime(Date.now() + 1_001);
    const fresh = run(2);
    end(0);
    expect(await first).toBe(0);
    expect(await late).toBe('overloaded');
    end(2);
    expect(await fresh).toBe(2);
    const next = run(3);
    end(3);
    expect(await next).toBe(3);
    expect(begun).toEqual([0, 2, 3]);
  });

  it('turns away who has waited too long although no place came free', async () => {
    vi.useFakeTimers();
    const { begun, run, end } = held(new BoundedQueue({ places: 1, maxWaiting: 3, maxWaitMs: 2_000 }));
    const [first, early] = [run(0), run(1)];
    await vi.advanceTimersByTimeAsync(1_000);
    const later = run(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await early).toBe('overloaded');
    end(0);
    expect(await first).toBe(0);
    end(2);
    expect(await later).toBe(2);
    expect(begun).toEqual([0, 2]);
  });

  it('gives a place that is being handed on to nobody who comes meanwhile', async () => {
    const { begun, run, end } = held(new BoundedQueue({ places: 1, maxWaiting: 3, maxWaitMs: 1_000 }));
    const [first, second] = [run(0), run(1)];
    end(0);
    await first;
    const third = run(2);
    expect(begun).toEqual([0, 1]);
    end(1);
    expect(await second).toBe(1);
    end(2);
    expect(await third).toBe(2);
  });

  it('frees the place of a work that throws', async () => {
    const queue = new BoundedQueue({ places: 1, maxWaiting: 1, maxWaitMs: 1_000 });
    await expect(queue.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await queue.run(async () => 'next')).toBe('next');
  });
});
