import { describe, expect, it } from 'vitest';
import { Slots } from '../../src/lib/slots.ts';

/** Work that notes when it begins and ends when it is told to. */
function heldWork() {
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string>>();
  const work = (name: string) => () => {
    begun.push(name);
    const end = Promise.withResolvers<string>();
    ends.set(name, end);
    return end.promise;
  };
  return {
    begun,
    work,
    end: (name: string) => ends.get(name)?.resolve(name),
    fail: (name: string) => ends.get(name)?.reject(new Error(name)),
  };
}

describe('slots', () => {
  it('let no more than their number of works run at a time, and the others begin in the order they came', async () => {
    const slots = new Slots(2);
    const { begun, work, end } = heldWork();
    const runs = ['a', 'b', 'c', 'd'].map((name) => slots.run(work(name)));
    expect(begun).toEqual(['a', 'b']);
    end('b');
    expect(await runs[1]).toBe('b');
    expect(begun).toEqual(['a', 'b', 'c']);
    end('a');
    expect(await runs[0]).toBe('a');
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
    end('c');
    end('d');
    expect(await Promise.all(runs)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('are not taken by a work that comes while one is being handed on', async () => {
    const slots = new Slots(1);
    const { begun, work, end } = heldWork();
    const first = slots.run(work('first'));
    const waiting = slots.run(work('waiting'));
    // What follows the first work directly comes at the very moment its slot goes to the one that waits.
    const late = first.then(() => slots.run(work('late')));
    end('first');
    await first;
    expect(begun).toEqual(['first', 'waiting']);
    end('waiting');
    await waiting;
    await expect.poll(() => begun).toEqual(['first', 'waiting', 'late']);
    end('late');
    expect(await late).toBe('late');
  });

  it('are free again after a work that failed, whose error its caller gets', async () => {
    const slots = new Slots(1);
    const { work, end, fail } = heldWork();
    const failed = slots.run(work('failed'));
    const next = slots.run(work('next'));
    fail('failed');
    await expect(failed).rejects.toThrow('failed');
    end('next');
    expect(await next).toBe('next');
  });

  it('are free again after a work that threw before it returned a promise', async () => {
    const slots = new Slots(1);
    const thrown = slots.run(() => {
      throw new Error('at once');
    });
    await expect(thrown).rejects.toThrow('at once');
    expect(await slots.run(async () => 'next')).toBe('next');
  });
});
