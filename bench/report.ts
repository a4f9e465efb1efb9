import type { Measurement } from './measure.ts';
import { graphqlSend, restSend, type Scenario } from './scenarios.ts';

/** All rounds of a scenario; `again` is the floor's second run in each round. */
export type Series = { scenario: Scenario } & Record<'floor' | 'again' | 'gateway', Measurement[]>;

type Key = keyof Measurement;
type Compared = 'perSecond' | 'cpuMicros' | 'p99';
type Spread = { median: number; largest: number };

/** A scenario over all rounds: each side's medians, the medians of the ratios within a round, and how far the floor is from itself. */
export type Row = {
  name: string;
  gateway: Measurement;
  floor: Measurement;
  ofFloor: Record<Compared, number>;
  spread: Record<Compared, Spread>;
};

export type Verdict = { what: string; measured: number; wanted: string; met: boolean };

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

const figures = (of: (key: Key) => number): Measurement => ({
  perSecond: of('perSecond'),
  p50: of('p50'),
  p99: of('p99'),
  cpuMicros: of('cpuMicros'),
  generatorLoad: of('generatorLoad'),
});

export const medians = (runs: readonly Measurement[]): Measurement =>
  figures((key) => median(runs.map((run) => run[key])));

/** The mean of both runs of each round. */
export const means = (a: readonly Measurement[], b: readonly Measurement[]): Measurement[] =>
  a.map((run, n) => figures((key) => (run[key] + (b[n] ?? run)[key]) / 2));

/** The median of the ratios within a round: sides take turns, so a slow round is slow for both. */
export const ratio = (a: readonly Measurement[], b: readonly Measurement[], key: Key): number =>
  median(a.map((run, n) => run[key] / (b[n]?.[key] ?? Number.NaN)));

/** How far two runs of the same are from each other in the same round, as a part. */
export function spreadOf(a: readonly Measurement[], b: readonly Measurement[], key: Key): Spread {
  const parts = a.map((run, n) => Math.abs(run[key] / (b[n]?.[key] ?? Number.NaN) - 1));
  return { median: median(parts), largest: Math.max(...parts) };
}

export const compared = <T>(of: (key: Compared) => T): Record<Compared, T> => ({
  perSecond: of('perSecond'),
  cpuMicros: of('cpuMicros'),
  p99: of('p99'),
});

function rowOf({ scenario, floor, again, gateway }: Series): Row {
  const floors = means(floor, again);
  return {
    name: scenario.name,
    gateway: medians(gateway),
    floor: medians(floors),
    ofFloor: compared((key) => ratio(gateway, floors, key)),
    spread: compared((key) => spreadOf(floor, again, key)),
  };
}

export function verdict(what: string, measured: number, sign: '≥' | '≤', aim: number): Verdict {
  const met = sign === '≥' ? measured >= aim : measured <= aim;
  return { what, measured, wanted: `${sign} ${Number(aim.toFixed(2))}`, met };
}

/** A rate beside another of the same rounds, and how far that one is from itself. */
export type Beside = { what: string; perSecond: number; cpuMicros: number; ratio: number; spread: Spread };

/** Every scenario over its rounds, and which aims are met. */
export function report(series: readonly Series[]): { rows: Row[]; verdicts: Verdict[] } {
  const rows = series.map(rowOf);
  const verdicts = rows.flatMap(({ name, ofFloor }, n) => {
    const target = series[n]?.scenario.target ?? null;
    const found = target === null ? [] : [verdict(`${name}: throughput, of its floor`, ofFloor.perSecond, '≥', target)];
    if (name !== restSend) return found;
    found.push(verdict(`${name}: CPU per request, of its floor`, ofFloor.cpuMicros, '≤', 1.2));
    found.push(verdict(`${name}: p99, of its floor`, ofFloor.p99, '≤', 1.3));
    return found;
  });
  const [rest, graphql] = [restSend, graphqlSend].map((name) => series.find((one) => one.scenario.name === name));
  if (rest && graphql) {
    const measured = ratio(graphql.gateway, rest.gateway, 'perSecond');
    verdicts.push(verdict(`${graphqlSend}: throughput, of ${restSend}`, measured, '≥', 0.93));
  }
  return { rows, verdicts };
}
