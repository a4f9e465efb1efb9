import type { Growth, RetryDecision, Row } from './results.ts';

const number = (value: number | null | undefined, digits = 0) => (value == null ? '–' : value.toFixed(digits));
const percent = (part: number) => `±${number(part * 100)} %`;

const heading = [
  '',
  'gateway/s',
  'floor/s',
  'peer/s',
  'of floor',
  'floor itself',
  'of peer',
  'CPU µs g / f / p',
  'of floor',
  'floor itself',
  'p50 ms g / f / p',
  'p99 ms g / f / p',
];

const cells = ({ name, gateway, floor, peer, ofFloor, ofPeer, spread }: Row): string[] => {
  const three = (key: 'cpuMicros' | 'p50' | 'p99', digits: number) =>
    [gateway, floor, peer].map((side) => number(side?.[key], digits)).join(' / ');
  return [
    name,
    number(gateway?.perSecond),
    number(floor?.perSecond),
    number(peer?.perSecond),
    number(ofFloor.perSecond, 2),
    percent(spread.perSecond.median),
    number(ofPeer, 2),
    three('cpuMicros', 0),
    number(ofFloor.cpuMicros, 2),
    percent(spread.cpuMicros.median),
    three('p50', 1),
    three('p99', 1),
  ];
};

/** What the peer does not do, whatever its speed. */
export const peerLacks = [
  'it is not crash-safe: a crash between the provider’s answer and the rows forgets a message that was sent, and its key stays “in progress” for a day; without a key the caller’s retry sends it twice',
  'a key is bound to a path: the same send over REST and over GraphQL is two; a repeat without a key is a second message',
  'nothing holds a Paylink: a cancel, an update or a callback that comes meanwhile is written over, and caps and suppressions are looked at before sends that are under way',
  'an outcome that is not known (time-out, lost connection) counts as refused; no fail-over, no circuit breaker, nobody asks later',
  'no signed requests and nonces, no guard against floods of wrong keys, no cheap refusal: every request over the quota costs its counter’s object a write',
  'one provider, no SMS, no `to` override, no parents and children; a callback that comes before its row is lost; merchants are told nothing',
];

const notes = [
  'Sends go to Paylinks created beforehand, once each, with an Idempotency-Key: their coordinators know them, except where the row says otherwise.',
  'Ratios are medians of the ratios within a round; “floor itself” is the median difference of the floor’s two runs in a round.',
  'A provider callback is measured until the work that follows its answer is done.',
];

function table(lines: readonly (readonly string[])[], markdown: boolean): void {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const padded = lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
  if (!markdown) for (const line of padded) console.log(line.join('  ').trimEnd());
  if (!markdown) return;
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  const [head = [], ...body] = padded;
  for (const line of [head, rule, ...body]) console.log(`| ${line.join(' | ')} |`);
}

function said(targets: readonly RetryDecision[], markdown: boolean): void {
  console.log();
  for (const { what, measured, wanted, met } of targets) {
    console.log(`${markdown ? '- ' : ''}${met ? 'met' : 'NOT MET'}: ${what} ${number(measured, 2)} (${wanted})`);
  }
}

/** A process of one thread that is this busy, as a part of a core, held the server back. */
const saturated = 0.9;

/** The table of a run, which targets were met, what the peer lacks; as Markdown for the README. */
export function printReport({ rows, targets }: { rows: Row[]; targets: RetryDecision[] }, markdown: boolean): void {
  table([heading, ...rows.map(cells)], markdown);
  said(targets, markdown);
  console.log();
  for (const note of notes) console.log(note);
  for (const { name, gateway, floor, peer } of rows) {
    const busy = Object.entries({ gateway, floor, peer })
      .filter(([, side]) => (side?.generator ?? 0) > saturated)
      .map(([side, figures]) => `${side} ${number((figures?.generator ?? 0) * 100)} %`);
    if (busy.length > 0)
      console.log(`${name}: the load's own process was the limit (${busy.join(', ')} of a core); compare CPU.`);
  }
  if (!rows.some((row) => row.peer)) return;
  console.log(`${markdown ? '\n' : ''}What the peer lacks:`);
  for (const lack of peerLacks) console.log(`- ${lack}`);
}

/** What the number of rows, the depth of a page and a coordinator's past cost. */
export function printGrowth({ few, many, seedSeconds, rows, times, targets }: Growth, markdown: boolean): void {
  const counted = ({ read, written }: { read: number; written: number }) => `${read} read, ${written} written`;
  console.log(`\n${few} against ${many} Paylinks (seeded by SQL in ${number(seedSeconds)} s): rows by D1's own meta`);
  table([['', 'few', 'many'], ...rows.map((row) => [row.what, counted(row.few), counted(row.many)])], markdown);
  console.log();
  const line = ({ what, few: a, many: b, ratio, spread }: Growth['times'][number]) => [
    what,
    number(a),
    number(b),
    number(ratio.perSecond, 2),
    `${percent(spread.perSecond.median)} (${percent(spread.perSecond.largest)})`,
    number(ratio.cpuMicros, 2),
    `${percent(spread.cpuMicros.median)} (${percent(spread.cpuMicros.largest)})`,
  ];
  const columns = ['', 'few/s', 'many/s', 'ratio', 'few itself (largest)', 'CPU ratio', 'few itself (largest)'];
  table([columns, ...times.map(line)], markdown);
  said(targets, markdown);
}
