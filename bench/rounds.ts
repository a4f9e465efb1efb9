import { type Measurement, measure, runChecked } from './measure.ts';
import type { Options } from './options.ts';
import { Progress } from './progress.ts';
import type { Series } from './report.ts';
import { takeSamples } from './samples.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { type Setup, startFloor, startGateway } from './start-workers.ts';
import { Workers } from './workers.ts';

/** Sends of each run before its first round that do not count; a scenario takes `times` as many. */
const WARM_UP = 200;

/** The floor runs twice a round: how far equals differ is the spread. */
const runs = ['floor', 'gateway', 'again'] as const;

type Runner = { into: Measurement[]; next: () => Promise<Measurement> };

/**
 * Measures every scenario on the gateway and the floor. All rounds of a scenario run in a row, on requests prepared beforehand: the sides
 * take turns within a second or two, so that a machine that changes its speed does so for both.
 */
export async function measureScenarios(
  setup: Setup,
  lastMessage: () => Promise<string>,
  { rounds, count, only }: Options,
): Promise<Series[]> {
  const wanted = scenarios.filter(({ name }) => name.includes(only));
  if (wanted.length === 0) throw new Error(`--only: the scenarios are ${scenarios.map(({ name }) => name).join(', ')}`);
  const workers = new Workers();
  const progress = new Progress(console.error);
  try {
    const gateway = await workers.add(startGateway(setup));
    const floor = await workers.add(startFloor(setup, await takeSamples(gateway, lastMessage)));

    /** Prepares and warms up one run of a scenario. */
    const prepared = async (scenario: Scenario, run: (typeof runs)[number], into: Measurement[]): Promise<Runner> => {
      const side = run === 'gateway' ? 'gateway' : 'floor';
      const worker = { gateway, floor }[side];
      const size = count * scenario.times;
      const uncounted = Math.min(WARM_UP, count * 2) * scenario.times;
      const requests = await workers.alone(worker, async () => {
        const all = await scenario.prepare({ ...setup, side, worker, count: uncounted + size * rounds });
        await runChecked(worker, all.splice(0, uncounted), scenario);
        return all;
      });
      const next = () => workers.alone(worker, () => measure(worker, requests.splice(0, size), scenario));
      return { into, next };
    };

    const series = wanted.map((scenario): Series => ({ scenario, floor: [], again: [], gateway: [] }));
    const groups = Map.groupBy(series, ({ scenario }) => scenario.group);
    let done = 0;
    for (const [name, group] of groups) {
      const runners: Runner[] = [];
      for (const one of group) for (const run of runs) runners.push(await prepared(one.scenario, run, one[run]));
      for (let round = 0; round < rounds; round++) {
        // Another one begins each round, so that none always has the same neighbour.
        for (let step = 0; step < runners.length; step++) {
          const runner = runners[(step + round) % runners.length];
          if (runner) runner.into.push(await runner.next());
        }
        done += group.length;
        progress.report(`${name}, round ${round + 1} of ${rounds}`, done / (series.length * rounds));
      }
    }
    return series;
  } finally {
    await workers.stop();
  }
}
