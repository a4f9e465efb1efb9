import type { Options } from './options.ts';
import type { LoadGenerator } from './processes.ts';
import type { Series } from './report.ts';
import { takeSamples } from './samples.ts';
import { type Scenario, type Side, scenarios } from './scenarios.ts';
import { type Place, startFloor, startGateway, startPeer } from './targets.ts';
import type { Worker } from './workerd.ts';
import { Workers } from './workers.ts';

/** Requests (a scenario's `times` as many) before anything is measured: the gateway has more to compile than the floor. */
const warmUp = 500;

/** The floor twice a round, the second time under a name of its own: how far equals differ. */
const turns = ['floor', 'gateway', 'again', 'peer'] as const;

/**
 * Measures every scenario on every side, once a round: rounds are the outer loop, so that scenarios too can be compared within one.
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
  const once = (scenario: Scenario, side: Side, worker: Worker, requests: number) => {
    const runIn = requests * scenario.times;
    const desk = { side, worker, load, count: 2 * runIn, coordinators };
    return workers.measure(worker, load, { connections, runIn, ...scenario }, () => scenario.prepare(desk));
  };
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
        if (worker) await once(scenario, side, worker, warmUp);
      }
    }
    for (let round = 0; round < rounds; round++) {
      for (const runs of series) {
        // Another one begins each round, so that none always has the same neighbour.
        for (let step = 0; step < turns.length; step++) {
          const turn = turns[(step + round) % turns.length] ?? 'floor';
          const side = turn === 'again' ? 'floor' : turn;
          const worker = sides[side];
          if (worker && runs.scenario.sides.includes(side))
            runs[turn].push(await once(runs.scenario, side, worker, options.count));
        }
      }
      console.error(`round ${round + 1} of ${rounds}`);
    }
    return series;
  } finally {
    await workers.stop();
  }
}
