// `node bench/platform.ts [--sends 256] [--at-once 64] [--provider-ms 250] [--coordinators 1] [--rounds 3]`: what the platform's six
// connections cost sends to a slow provider. The gateway is measured with them and without, in turn.
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { Scene, statusesOf } from '../test/support/platform/scene.ts';

const { values } = parseArgs({
  options: {
    sends: { type: 'string', default: '256' },
    'at-once': { type: 'string', default: '64' },
    'provider-ms': { type: 'string', default: '250' },
    coordinators: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
  },
});
const count = z.coerce.number().int().min(1);
const plan = z
  .object({ sends: count, 'at-once': count, 'provider-ms': count, coordinators: count, rounds: count })
  .parse(values);

type Result = { perSecond: number; statuses: Record<number, number> };

async function measure(connections: number): Promise<Result> {
  const scene = await Scene.open({ PLATFORM_CONNECTIONS: connections }, plan.coordinators);
  try {
    const paylinks: string[] = [];
    while (paylinks.length < plan.sends)
      paylinks.push(...(await scene.create(Math.min(32, plan.sends - paylinks.length))));
    await scene.slowDown(plan['provider-ms']);
    const began = performance.now();
    const results: Record<number, number>[] = [];
    const sendNext = async () => {
      for (let id = paylinks.pop(); id !== undefined; id = paylinks.pop())
        results.push(await statusesOf([scene.send(id)]));
    };
    await Promise.all(Array.from({ length: plan['at-once'] }, sendNext));
    const seconds = (performance.now() - began) / 1000;
    return { perSecond: plan.sends / seconds, statuses: sumOf(results) };
  } finally {
    await scene.close();
  }
}

function sumOf(all: readonly Record<number, number>[]): Record<number, number> {
  const sum: Record<number, number> = {};
  for (const [status, times] of all.flatMap((one) => Object.entries(one))) {
    sum[Number(status)] = (sum[Number(status)] ?? 0) + times;
  }
  return sum;
}

const told = ({ perSecond, statuses }: Result) => `${perSecond.toFixed(1)} sends/s ${JSON.stringify(statuses)}`;
const ratios: number[] = [];
for (let round = 0; round < plan.rounds; round += 1) {
  const without = await measure(0);
  const withSix = await measure(6);
  ratios.push(withSix.perSecond / without.perSecond);
  console.log(`without limit ${told(without)} · with six connections ${told(withSix)}`);
}
const middle = ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? 0;
console.log(
  `with six connections: ${middle.toFixed(2)} of the throughput without a limit (median of ${ratios.length})`,
);
