import { type Measurement, median } from './measure.ts';
import type { Scenario } from './scenarios.ts';

/** All rounds of a scenario; `again` is the floor's second run in each round. */
export type Series = { scenario: Scenario } & Record<'floor' | 'again' | 'gateway' | 'peer', Measurement[]>;

type Key = keyof Measurement;

const medians = (runs: readonly Measurement[]): Measurement | null =>
  runs.length === 0
    ? null
    : {
        perSecond: median(runs.map((run) => run.perSecond)),
        p50: median(runs.map((run) => run.p50)),
        p99: median(runs.map((run) => run.p99)),
        cpuMicros: median(runs.map((run) => run.cpuMicros)),
      };

/** The median over the rounds of one side's figure by another's in the same round. */
const ratio = (a: readonly Measurement[], b: readonly Measurement[], key: Key): number | null =>
  a.length === 0 || b.length === 0 ? null : median(a.map((run, n) => run[key] / (b[n]?.[key] ?? Number.NaN)));

/** How far the floor is from itself in the same round, as a part: the median and the largest. */
function spreadOf({ floor, again }: Series, key: Key): { median: number; largest: number } {
  const parts = floor.map((run, n) => Math.abs(run[key] / (again[n]?.[key] ?? Number.NaN) - 1));
  return { median: median(parts), largest: Math.max(...parts) };
}

function rowOf(series: Series) {
  const { scenario, floor, again, gateway, peer } = series;
  const both = floor.map((run, n) => {
    const second = again[n] ?? run;
    const mean = (key: Key) => (run[key] + second[key]) / 2;
    return { perSecond: mean('perSecond'), p50: mean('p50'), p99: mean('p99'), cpuMicros: mean('cpuMicros') };
  });
  return {
    name: scenario.name,
    target: scenario.target,
    gateway: medians(gateway),
    floor: medians(both),
    peer: medians(peer),
    ofFloor: {
      perSecond: ratio(gateway, both, 'perSecond'),
      cpuMicros: ratio(gateway, both, 'cpuMicros'),
      p99: ratio(gateway, both, 'p99'),
    },
    ofPeer: ratio(gateway, peer, 'perSecond'),
    spread: {
      perSecond: spreadOf(series, 'perSecond'),
      cpuMicros: spreadOf(series, 'cpuMicros'),
      p99: spreadOf(series, 'p99'),
    },
  };
}

type Row = ReturnType<typeof rowOf>;
type Verdict = { what: string; measured: number | null; wanted: string; met: boolean };

const atLeast = (what: string, measured: number | null, least: number): Verdict => ({
  what,
  measured,
  wanted: `≥ ${least}`,
  met: measured !== null && measured >= least,
});
const atMost = (what: string, measured: number | null, most: number): Verdict => ({
  what,
  measured,
  wanted: `≤ ${Number(most.toFixed(2))}`,
  met: measured !== null && measured <= most,
});

function verdicts(rows: readonly Row[]): Verdict[] {
  const said = rows.flatMap(({ name, target, ofFloor, ofPeer, spread }) => {
    if (target === null) return [];
    const list =
      name === 'send (GraphQL)' ? [] : [atLeast(`${name}: throughput of its floor's`, ofFloor.perSecond, target)];
    if (name === 'send (REST)') {
      list.push(atMost(`${name}: CPU of its floor's`, ofFloor.cpuMicros, 1.2));
      list.push(atMost(`${name}: p99 of its floor's`, ofFloor.p99, 1.3 * (1 + spread.p99.median)));
    }
    if (name.startsWith('send') && ofPeer !== null)
      list.push(atLeast(`${name}: throughput of the peer's`, ofPeer, 2.2));
    return list;
  });
  const [rest, graphql] = ['send (REST)', 'send (GraphQL)'].map(
    (name) => rows.find((row) => row.name === name)?.gateway?.perSecond,
  );
  if (rest && graphql) said.push(atLeast('send (GraphQL): throughput of send (REST)', graphql / rest, 0.93));
  return said;
}

const number = (value: number | null | undefined, digits = 0) => (value == null ? '–' : value.toFixed(digits));

const cells = ({ name, gateway, floor, peer, ofFloor, spread }: Row): string[] => [
  name,
  number(gateway?.perSecond),
  number(floor?.perSecond),
  number(peer?.perSecond),
  number(ofFloor.perSecond, 2),
  `±${number(spread.perSecond.median * 100)} %`,
  `${number(gateway?.cpuMicros)} / ${number(floor?.cpuMicros)} / ${number(peer?.cpuMicros)}`,
  number(ofFloor.cpuMicros, 2),
  `±${number(spread.cpuMicros.median * 100)} %`,
  `${number(gateway?.p50, 1)} / ${number(floor?.p50, 1)} / ${number(peer?.p50, 1)}`,
  `${number(gateway?.p99, 1)} / ${number(floor?.p99, 1)} / ${number(peer?.p99, 1)}`,
];

const heading = [
  '',
  'gateway/s',
  'floor/s',
  'peer/s',
  'of floor',
  'floor itself',
  'CPU µs (g / f / p)',
  'of floor',
  'floor itself',
  'p50 ms (g / f / p)',
  'p99 ms (g / f / p)',
];

/** Prints the table and which targets are met; gives both as data. */
export function report(series: readonly Series[]) {
  const rows = series.map(rowOf);
  const table = [heading, ...rows.map(cells)];
  const widths = heading.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0)));
  for (const line of table) console.log(line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  const targets = verdicts(rows);
  console.log();
  for (const { what, measured, wanted, met } of targets) {
    console.log(`${met ? 'met    ' : 'NOT MET'}  ${what}: ${number(measured, 2)} (${wanted})`);
  }
  console.log();
  console.log(
    'Sends go to Paylinks created beforehand, once each, with an Idempotency-Key: their coordinators know them, except where the row says otherwise.',
  );
  return { rows, targets };
}
