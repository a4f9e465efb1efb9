import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureGrowth } from './growth.ts';
import { type Measurement, measure } from './measure.ts';
import { readOptions } from './options.ts';
import { LoadGenerator, startProvider } from './processes.ts';
import { report, type Series } from './report.ts';
import { takeSamples } from './samples.ts';
import { type Scenario, type Side, scenarios } from './scenarios.ts';
import { startFloor, startGateway, startPeer } from './targets.ts';
import type { Worker } from './workerd.ts';

const options = readOptions();
const folder = mkdtempSync(join(tmpdir(), 'paylinks-bench-'));
const load = new LoadGenerator();
const provider = await startProvider();
const place = { folder, provider: provider.url, coordinators: options.coordinators };
const workers: Worker[] = [];

async function started(starting: Promise<Worker>): Promise<Worker> {
  const worker = await starting;
  workers.push(worker);
  return worker;
}

/** Measured alone: everybody else stands still. */
async function alone(worker: Worker, work: () => Promise<Measurement>): Promise<Measurement> {
  for (const other of workers) if (other !== worker) other.pause();
  try {
    return await work();
  } finally {
    for (const other of workers) other.resume();
  }
}

async function once(scenario: Scenario, side: Side, worker: Worker, count = options.count * scenario.times) {
  return alone(worker, async () => {
    const { coordinators, connections } = options;
    const shots = await scenario.prepare({ side, worker, load, count, coordinators });
    return measure(load, worker, shots, connections, scenario.status);
  });
}

/** The floor twice a round, the second time under a name of its own: how far equals differ. */
const turns = ['floor', 'gateway', 'again', 'peer'] as const;

async function run(): Promise<void> {
  const gateway = await started(startGateway(place));
  const samples = await takeSamples(gateway, provider.last, load);
  const floor = await started(startFloor(place, samples));
  const sides: Partial<Record<Side, Worker>> = { gateway, floor };
  if (options.peer) sides.peer = await started(startPeer(place));
  const series: Series[] = [];
  for (const scenario of scenarios.filter(({ name }) => name.includes(options.only))) {
    const runs: Series = { scenario, floor: [], again: [], gateway: [], peer: [] };
    series.push(runs);
    for (const side of scenario.sides) {
      const worker = sides[side];
      if (worker) await once(scenario, side, worker, Math.min(options.count, 200) * scenario.times);
    }
    for (let round = 0; round < options.rounds; round++) {
      // Another one begins each round, so that none always has the same neighbour.
      for (let step = 0; step < turns.length; step++) {
        const turn = turns[(step + round) % turns.length] ?? 'floor';
        const side = turn === 'again' ? 'floor' : turn;
        const worker = sides[side];
        if (worker && scenario.sides.includes(side)) runs[turn].push(await once(scenario, side, worker));
      }
    }
    console.error(`${scenario.name}: ${options.rounds} rounds`);
  }
  const results = { options, ...report(series) };
  const growth = options.growth ? await measureGrowth(place, load, options) : null;
  if (options.only === '')
    writeFileSync(join(import.meta.dirname, 'results.json'), `${JSON.stringify({ ...results, growth }, null, 2)}\n`);
}

try {
  await run();
} finally {
  await Promise.all(workers.map((worker) => worker.stop()));
  provider.stop();
  load.stop();
  rmSync(folder, { recursive: true, force: true });
}
