import type { Shot } from './load.ts';
import { fire, type Measurement, measure } from './measure.ts';
import type { Options } from './options.ts';
import type { LoadGenerator } from './processes.ts';
import type { Series } from './report.ts';
import { takeSamples } from './samples.ts';
import { type Scenario, type Side, scenarios } from './scenarios.ts';
import { type Place, startFloor, startGateway, startPeer } from './targets.ts';
import type { Worker } from './workerd.ts';
import { Workers } from './workers.ts';

/** Requests (a scenario's `times` as many) before anything is measured: the gateway has more to compile than the floor. */
const warmUp = 1_000;

/**
 * Rounds that a group of scenarios runs in a row, on shots that were prepared together: the sides then take turns within a second or
 * two, before the machine has changed its speed, and none is cold from other work.
 */
const stint = 4;

/** The floor twice a round, the second time under a name of its own: how far equals differ. */
const turns = ['floor', 'gateway', 'again', 'peer'] as const;

/** One side of a scenario within a stint. */
type Runner = { scenario: Scenario; worker: Worker; shots: Shot[]; count: number; into: Measurement[] };

/** Scenarios that are compared with one another share their rounds. */
function grouped(series: readonly Series[]): Series[][] {
  const groups = new Map<string, Series[]>();
  for (const runs of series) {
    const { group, name } = runs.scenario;
    groups.set(group ?? name, [...(groups.get(group ?? name) ?? []), runs]);
  }
  return [...groups.values()];
}

/**
 * Measures every scenario on every side, once a round.
 * @param lastMessage what the fake provider got last
 */
export async function measureScenarios(
  place: Place,
  load: LoadGenerator,
  lastMessage: () => Promise<string>,
  options: Options,
): Promise<Series[]> {
  const workers = new Workers();
  const { connections, coordinators, rounds } = options;

  /** Prepares shots, and fires the first of them: `uncounted` that do not count. @returns the others */
  const lead = (scenario: Scenario, side: Side, worker: Worker, uncounted: number, count: number) =>
    workers.alone(worker, async () => {
      const shots = await scenario.prepare({ side, worker, load, count: uncounted + count, coordinators });
      await fire(load, worker, shots.slice(0, uncounted), { connections, ...scenario });
      return shots.slice(uncounted);
    });

  async function runStint(group: readonly Series[], sides: Partial<Record<Side, Worker>>, first: number) {
    const length = Math.min(stint, rounds - first);
    const runners: Runner[] = [];
    for (const { scenario, ...into } of group) {
      const count = options.count * scenario.times;
      for (const turn of turns) {
        const side = turn === 'again' ? 'floor' : turn;
        const worker = sides[side];
        if (!worker || !scenario.sides.includes(side)) continue;
        const shots = await lead(scenario, side, worker, count, count * length);
        runners.push({ scenario, worker, shots, count, into: into[turn] });
      }
    }
    for (let round = 0; round < length; round++) {
      // Another one begins each round, so that none always has the same neighbour.
      for (let step = 0; step < runners.length; step++) {
        const runner = runners[(step + first + round) % runners.length];
        if (!runner) continue;
        const { scenario, worker, count, into } = runner;
        const shots = runner.shots.slice(round * count, (round + 1) * count);
        into.push(await workers.alone(worker, () => measure(load, worker, shots, { connections, ...scenario })));
      }
    }
  }

  try {
    const gateway = await workers.add(startGateway(place));
    const floor = await workers.add(startFloor(place, await takeSamples(gateway, lastMessage, load)));
    const sides: Partial<Record<Side, Worker>> = { gateway, floor };
    if (options.peer) sides.peer = await workers.add(startPeer(place));
    const wanted = scenarios.filter(({ name }) => name.includes(options.only));
    const series = wanted.map((scenario): Series => ({ scenario, floor: [], again: [], gateway: [], peer: [] }));
    for (const { scenario } of series) {
      for (const side of scenario.sides) {
        const worker = sides[side];
        if (worker) await lead(scenario, side, worker, warmUp * scenario.times, 0);
      }
    }
    for (let first = 0; first < rounds; first += stint) {
      for (const group of grouped(series)) await runStint(group, sides, first);
      console.error(`round ${Math.min(first + stint, rounds)} of ${rounds}`);
    }
    return series;
  } finally {
    await workers.stop();
  }
}
