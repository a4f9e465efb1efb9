// `node bench/platform.ts [--sends 256] [--at-once 64] [--provider-ms 250] [--coordinators 1] [--rounds 3]`: what the platform's six
// connections cost sends to a slow provider. The gateway is measured with them and without, in turn; without them twice, for the spread.
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { Scene, statusesOf } from '../test/support/platform/scene.ts';
import { median } from './report.ts';

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
const rounds: { capped: number; uncapped: number; again: number }[] = [];
for (let round = 0; round < plan.rounds; round += 1) {
  const uncapped = await measure(0);
  const capped = await measure(6);
  const again = await measure(0);
  rounds.push({ capped: capped.perSecond, uncapped: uncapped.perSecond, again: again.perSecond });
  console.log(`no limit ${told(uncapped)} · six connections ${told(capped)} · no limit again ${told(again)}`);
}
const ratio = median(rounds.map(({ capped, uncapped, again }) => (2 * capped) / (uncapped + again)));
const spread = rounds.map(({ uncapped, again }) => Math.abs(uncapped / again - 1) * 100);
console.log(
  `${ratio >= 0.85 ? 'met' : 'NOT MET'}: with six connections ${ratio.toFixed(2)} of the throughput without a limit (≥ 0.85; median of ${rounds.length});` +
    ` without a limit two runs differ by ${median(spread).toFixed(0)} % (${Math.max(...spread).toFixed(0)})`,
);
