import { type Measurement, median } from './measure.ts';
import type { RetryDecision, Row } from './results.ts';
import type { Scenario } from './scenarios.ts';

/** All rounds of a scenario; `again` is the floor's second run in each round. */
export type Series = { scenario: Scenario } & Record<'floor' | 'again' | 'gateway' | 'peer', Measurement[]>;

type Key = keyof Measurement;

/** Figures that a function gives for each of a measurement's. */
const figures = (of: (key: Key) => number): Measurement => ({
  perSecond: of('perSecond'),
  p50: of('p50'),
  p99: of('p99'),
  cpuMicros: of('cpuMicros'),
  generator: of('generator'),
});

const medians = (runs: readonly Measurement[]): Measurement | null =>
  runs.length === 0 ? null : figures((key) => median(runs.map((run) => run[key])));

/** The median over the rounds of one side's figure by another's in the same round: rounds are interleaved, so a slow one is slow for both. */
export const ratio = (a: readonly Measurement[], b: readonly Measurement[], key: Key): number | null =>
  a.length === 0 || b.length === 0 ? null : median(a.map((run, n) => run[key] / (b[n]?.[key] ?? Number.NaN)));

/** How far two runs of the same are from each other in the same round, as a part: the median and the largest. */
export function spreadOf(a: readonly Measurement[], b: readonly Measurement[], key: Key) {
  const parts = a.map((run, n) => Math.abs(run[key] / (b[n]?.[key] ?? Number.NaN) - 1));
  return { median: median(parts), largest: Math.max(...parts) };
}

/** Both runs of a round as one. */
const both = (a: readonly Measurement[], b: readonly Measurement[]): Measurement[] =>
  a.map((run, n) => figures((key) => (run[key] + (b[n] ?? run)[key]) / 2));

function rowOf({ scenario, floor, again, gateway, peer }: Series): Row {
  const floors = both(floor, again);
  return {
    name: scenario.name,
    target: scenario.target,
    gateway: medians(gateway),
    floor: medians(floors),
    peer: medians(peer),
    ofFloor: {
      perSecond: ratio(gateway, floors, 'perSecond'),
      cpuMicros: ratio(gateway, floors, 'cpuMicros'),
      p99: ratio(gateway, floors, 'p99'),
    },
    ofPeer: ratio(gateway, peer, 'perSecond'),
    spread: {
      perSecond: spreadOf(floor, again, 'perSecond'),
      cpuMicros: spreadOf(floor, again, 'cpuMicros'),
      p99: spreadOf(floor, again, 'p99'),
    },
  };
}

const atLeast = (what: string, measured: number | null, least: number): RetryDecision => ({
  what,
  measured,
  wanted: `≥ ${least}`,
  met: measured !== null && measured >= least,
});
const atMost = (what: string, measured: number | null, most: number): RetryDecision => ({
  what,
  measured,
  wanted: `≤ ${Number(most.toFixed(2))}`,
  met: measured !== null && measured <= most,
});

const rest = 'send (REST)';
const graphql = 'send (GraphQL)';

/** What was promised of each row, and of one row against another. */
function verdicts(rows: readonly Row[], series: readonly Series[]): RetryDecision[] {
  const said = rows.flatMap(({ name, target, ofFloor, ofPeer, spread }) => {
    const list: RetryDecision[] = [];
    if (target !== null) list.push(atLeast(`${name}: throughput of its floor's`, ofFloor.perSecond, target));
    if (name === rest) {
      list.push(atMost(`${name}: CPU a request of its floor's`, ofFloor.cpuMicros, 1.2));
      list.push(atMost(`${name}: p99 of its floor's`, ofFloor.p99, 1.3 * (1 + spread.p99.median)));
    }
    if ((name === rest || name === graphql) && ofPeer !== null)
      list.push(atLeast(`${name}: throughput of the peer's`, ofPeer, 2.2));
    return list;
  });
  const [first, second] = [rest, graphql].map((name) => series.find(({ scenario }) => scenario.name === name)?.gateway);
  if (first && second) {
    said.push(atLeast(`${graphql}: throughput of ${rest}`, ratio(second, first, 'perSecond'), 0.93));
  }
  return said;
}

/** Every scenario over its rounds, and which targets are met. */
export function report(series: readonly Series[]): { rows: Row[]; targets: RetryDecision[] } {
  const rows = series.map(rowOf);
  return { rows, targets: verdicts(rows, series) };
}
