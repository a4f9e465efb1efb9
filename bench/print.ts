import type { Growth } from './growth.ts';
import type { Pools } from './pools.ts';
import type { Row, Verdict } from './report.ts';

const number = (value: number, digits = 0) => value.toFixed(digits);
const spreadText = ({ median, largest }: { median: number; largest: number }) =>
  `±${number(median * 100)} % (${number(largest * 100)})`;

/** A Markdown table. */
function table(lines: readonly (readonly string[])[]): void {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const padded = lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  const [head = [], ...body] = padded;
  for (const line of [head, rule, ...body]) console.log(`| ${line.join(' | ')} |`);
}

function printVerdicts(verdicts: readonly Verdict[]): void {
  console.log();
  for (const { what, measured, wanted, met } of verdicts) {
    console.log(`- ${met ? 'met' : 'NOT MET'}: ${what} ${number(measured, 2)} (${wanted})`);
  }
}

/** The table of a run, and which aims were met. */
export function printReport({ rows, verdicts }: { rows: Row[]; verdicts: Verdict[] }): void {
  const heading = ['', 'gateway/s', 'floor/s', 'of floor', 'floor itself', 'CPU µs', 'of floor', 'floor itself'];
  const cells = ({ name, gateway, floor, ofFloor, spread }: Row): string[] => {
    const sides = (key: 'cpuMicros' | 'p50' | 'p99', digits: number) =>
      `${number(gateway[key], digits)} / ${number(floor[key], digits)}`;
    return [
      name,
      number(gateway.perSecond),
      number(floor.perSecond),
      number(ofFloor.perSecond, 2),
      spreadText(spread.perSecond),
      sides('cpuMicros', 0),
      number(ofFloor.cpuMicros, 2),
      spreadText(spread.cpuMicros),
      sides('p50', 1),
      sides('p99', 1),
    ];
  };
  table([[...heading, 'p50 ms', 'p99 ms'], ...rows.map(cells)]);
  printVerdicts(verdicts);
  console.log(
    '\n“of floor”: the median of the ratios within a round. “floor itself”: how far its two runs of a round differ,',
  );
  console.log(
    'in the median (at most). Pairs are gateway / floor. A callback counts until the work after its answer is done.',
  );
  // From 0.9 of a core on, the load's own process holds the server back.
  for (const { name, gateway, floor } of rows) {
    if (Math.max(gateway.generatorLoad, floor.generatorLoad) <= 0.9) continue;
    console.log(`${name}: the load's own process was the limit; compare the CPU.`);
  }
}

/** Sends a second by pool. */
export function printPools({ rates, verdicts }: Pools): void {
  const cells = ({ what, perSecond, cpuMicros, ratio, spread }: Pools['rates'][number]) => [
    what,
    number(perSecond),
    number(ratio, 2),
    spreadText(spread),
    number(cpuMicros),
  ];
  console.log();
  table([['sends (REST)', 'a second', 'of a pool of 1', 'pool of 1 itself', 'CPU µs'], ...rates.map(cells)]);
  printVerdicts(verdicts);
}

/** What the number of rows, the depth of a page and the past of a coordinator cost. */
export function printGrowth({ few, many, seedSeconds, rows, times, verdicts }: Growth): void {
  const rowText = ({ read, written }: { read: number; written: number }) => `${read} read, ${written} written`;
  console.log(`\n${few} against ${many} Paylinks (seeded in ${number(seedSeconds)} s): rows by D1's own count\n`);
  table([['', 'few', 'many'], ...rows.map((row) => [row.what, rowText(row.few), rowText(row.many)])]);
  console.log();
  const line = ({ what, few, many, ratio, spread }: Growth['times'][number]) => [
    what,
    number(few),
    number(many),
    number(ratio.perSecond, 2),
    spreadText(spread.perSecond),
    number(ratio.cpuMicros, 2),
    spreadText(spread.cpuMicros),
  ];
  table([['', 'few/s', 'many/s', 'ratio', 'few itself', 'CPU ratio', 'few itself'], ...times.map(line)]);
  printVerdicts(verdicts);
}
