import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Grouping } from '../src/grouping.ts';

const keepNothing = () => {};

/** Calls that end when told to. */
function slowCalls() {
  const made: { asks: number[]; end: (error?: Error) => Promise<void> }[] = [];
  const call = (asks: number[]) =>
    new Promise<string[]>((resolve, reject) => {
      made.push({
        asks: [...asks],
        end: async (error) => {
          if (error) reject(error);
          else resolve(asks.map((ask) => `answer ${ask}`));
          // Whoever waits for this call takes its turn.
          await new Promise((next) => queueMicrotask(() => setTimeout(next)));
        },
      });
    });
  return { made, call, sizes: () => made.map(({ asks }) => asks.length) };
}

describe('asks in groups', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('go at once and alone while there is a place', async () => {
    const grouping = new Grouping<number, string>({ parallel: 2, most: 10 });
    const { call, made, sizes } = slowCalls();
    const answers = [1, 2].map((ask) => grouping.ask(ask, call, keepNothing));
    expect(sizes()).toEqual([1, 1]);
    for (const { end } of made) await end();
    expect(await Promise.all(answers)).toEqual(['answer 1', 'answer 2']);
    expect(grouping.isIdle).toBe(true);
  });

  it('beyond, are carried together by the next call, made by one of them', async () => {
    const grouping = new Grouping<number, string>({ parallel: 1, most: 10 });
    const { call, made, sizes } = slowCalls();
    const others = vi.fn(call);
    const answers = [
      grouping.ask(1, call, keepNothing),
      ...[2, 3, 4].map((ask) => grouping.ask(ask, others, keepNothing)),
    ];
    expect(sizes()).toEqual([1]);
    await made[0]?.end();
    expect(made[1]?.asks).toEqual([2, 3, 4]);
    expect(others).toHaveBeenCalledTimes(1);
    await made[1]?.end();
    expect(await Promise.all(answers)).toEqual([1, 2, 3, 4].map((ask) => `answer ${ask}`));
  });

  it('do not wait when no group has room', async () => {
    const grouping = new Grouping<number, string>({ parallel: 1, most: 2 });
    const { call, made, sizes } = slowCalls();
    const answers = [1, 2, 3, 4].map((ask) => grouping.ask(ask, call, keepNothing));
    expect(sizes()).toEqual([1, 1]);
    expect(made[1]?.asks).toEqual([4]);
    for (let at = 0; at < made.length; at += 1) await made[at]?.end();
    expect(await Promise.all(answers)).toEqual([1, 2, 3, 4].map((ask) => `answer ${ask}`));
  });

  it('share what their own call threw, and nothing of another', async () => {
    const grouping = new Grouping<number, string>({ parallel: 1, most: 10 });
    const { call, made } = slowCalls();
    const answers = [1, 2, 3].map((ask) => grouping.ask(ask, call, keepNothing));
    const ends = Promise.allSettled(answers);
    await made[0]?.end();
    const later = grouping.ask(4, call, keepNothing);
    await made[1]?.end(new Error('lost'));
    await made[2]?.end();
    expect((await ends).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(await later).toBe('answer 4');
  });

  it('are not kept back by a call that died with its request', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const grouping = new Grouping<number, string>({ parallel: 1, most: 10 });
    const { call, made } = slowCalls();
    void grouping.ask(1, () => new Promise(() => {}), keepNothing);
    vi.setSystemTime(Date.now() + 5_000);
    const answer = grouping.ask(2, call, keepNothing);
    expect(made[0]?.asks).toEqual([2]);
    await made[0]?.end();
    expect(await answer).toBe('answer 2');
  });

  it('each get their own answer, once, whatever comes when', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 40 }),
        async (scheduler, parallel, most, count) => {
          const grouping = new Grouping<number, string>({ parallel, most });
          const carried: number[] = [];
          const sizes: number[] = [];
          const call = async (asks: number[]) => {
            sizes.push(asks.length);
            await scheduler.schedule(Promise.resolve());
            carried.push(...asks);
            return asks.map((ask) => `answer ${ask}`);
          };
          const asks = Array.from({ length: count }, (_, ask) => ask);
          const answers = asks.map(async (ask) => {
            await scheduler.schedule(Promise.resolve());
            return grouping.ask(ask, call, keepNothing);
          });
          await scheduler.waitFor(Promise.all(answers));
          expect(await Promise.all(answers)).toEqual(asks.map((ask) => `answer ${ask}`));
          expect(carried.sort((a, b) => a - b)).toEqual(asks);
          expect(Math.max(...sizes)).toBeLessThanOrEqual(most);
          expect(grouping.isIdle).toBe(true);
        },
      ),
    );
  });
});
