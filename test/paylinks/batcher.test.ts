import { describe, expect, it } from 'vitest';
import { Batcher, SerialQueue } from '../../src/paylinks/coordinator/batcher.ts';

/** A batcher whose work is done at once, and the batches it was asked for. */
function recorded() {
  const batches: string[][] = [];
  const work = async (items: string[]) => {
    batches.push(items);
    return items;
  };
  return { batches, batcher: new Batcher<string, string>({ queue: new SerialQueue(), max: 50, work }) };
}

/** Every promise that can settle has settled then; no timer has rung. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await null;
}

describe('a coordinator’s batches', () => {
  it('the first one waits for nobody', async () => {
    const { batches, batcher } = recorded();
    const first = batcher.run('a');
    await settled();
    await Promise.all([first, batcher.run('b')]);
    expect(batches).toEqual([['a'], ['b']]);
  });

  it('after a batch of several the next waits for company, also when nobody waited at its end', async () => {
    const { batches, batcher } = recorded();
    await Promise.all([batcher.run('a'), batcher.run('b')]);
    await settled();
    const next = batcher.run('c');
    await settled();
    await Promise.all([next, batcher.run('d')]);
    expect(batches).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('after one that stayed alone the next waits for nobody', async () => {
    const { batches, batcher } = recorded();
    await Promise.all([batcher.run('a'), batcher.run('b')]);
    await batcher.run('c');
    await settled();
    const next = batcher.run('d');
    await settled();
    await Promise.all([next, batcher.run('e')]);
    expect(batches).toEqual([['a', 'b'], ['c'], ['d'], ['e']]);
  });
});
