import { type LoadRequest, runLoad } from './load.ts';
import type { Measurement } from './measure.ts';
import type { Options } from './options.ts';
import { Progress } from './progress.ts';
import { compared, means, medians, ratio, spreadOf, type Verdict } from './report.ts';
import { readRequest, sendRequest } from './requests.ts';
import { seededId, seedPaylinks } from './seed.ts';
import { PAGE_SIZE, type RowCount, type SeededGateway, startSeeded } from './seeded-gateway.ts';
import type { Setup } from './start-workers.ts';
import { Workers } from './workers.ts';

const FEW = 1_000;
/** The deep page, counted from the first; the middle one where there are not as many. */
const DEEPEST_PAGE = 9_000;
/** Sends in the past of a coordinator. */
const PAST_SENDS = 100;
/** Coordinators asked at a time, and the sends that each gets in a measurement. */
const COORDINATORS = 32;
const SENDS_EACH = 8;

type Time = {
  what: string;
  few: number;
  many: number;
  ratio: ReturnType<typeof compared<number>>;
  spread: ReturnType<typeof compared<ReturnType<typeof spreadOf>>>;
};

/** Many against few: D1's own count of rows, and ratios of time and CPU within a round beside the spread of the few. */
export type Growth = {
  few: number;
  many: number;
  seedSeconds: number;
  rows: { what: string; few: RowCount; many: RowCount }[];
  times: Time[];
  verdicts: Verdict[];
};

type Comparison = { what: string; few: () => Promise<Measurement>; many: () => Promise<Measurement> };

/** Measures few, many and few again in each round, after two rounds that do not count. */
async function compare(
  { what, few, many }: Comparison,
  rounds: number,
  roundDone: (what: string) => void,
): Promise<Time> {
  const [small, large, again]: [Measurement[], Measurement[], Measurement[]] = [[], [], []];
  const runs = [
    async () => small.push(await few()),
    async () => large.push(await many()),
    async () => again.push(await few()),
  ];
  for (const warmUp of [few, many, few, many]) await warmUp();
  for (let round = 0; round < rounds; round++) {
    for (let step = 0; step < runs.length; step++) await runs[(step + round) % runs.length]?.();
    roundDone(what);
  }
  const smalls = means(small, again);
  return {
    what,
    few: medians(smalls).perSecond,
    many: medians(large).perSecond,
    ratio: compared((key) => ratio(large, smalls, key)),
    spread: compared((key) => spreadOf(small, again, key)),
  };
}

/** New coordinators, with one send so that they exist, against those with a past. All have numbers from `pool` on. */
async function compareCoordinators(gateway: SeededGateway, pool: number): Promise<Comparison> {
  const { worker } = gateway;
  const sendsTo = async (from: number, count: number) => {
    const coordinators = Array.from({ length: COORDINATORS }, (_, n) => from + n);
    const first = await seedPaylinks(worker, { coordinators, count });
    return Array.from({ length: count }, (_, n) => sendRequest(seededId(first + n, coordinators)));
  };
  const measured = COORDINATORS * SENDS_EACH;
  await runLoad(worker.origin, await sendsTo(pool, COORDINATORS * PAST_SENDS));
  let next = pool;
  const toNew = async () => {
    next += COORDINATORS;
    await runLoad(worker.origin, await sendsTo(next, COORDINATORS));
    return sendsTo(next, measured);
  };
  return {
    what: `coordinator with one send in its past against one with ${PAST_SENDS}`,
    few: () => gateway.measure(toNew),
    many: () => gateway.measure(() => sendsTo(pool, measured)),
  };
}

/** What the number of Paylinks, the depth of a page and the past of a coordinator cost: rows by D1's own count, and time. */
export async function measureGrowth(setup: Setup, options: Options): Promise<Growth> {
  const { many, rounds, count } = options;
  const deep = Math.min(DEEPEST_PAGE, Math.floor(many / PAGE_SIZE / 2));
  const deepName = `first page against page ${deep}`;
  const workers = new Workers();
  try {
    console.error(`seeding ${FEW} and ${many} Paylinks`);
    const small = await startSeeded(workers, setup, 'few', FEW);
    const began = performance.now();
    const large = await startSeeded(workers, setup, 'many', many);
    const seedSeconds = (performance.now() - began) / 1000;

    const rows: Growth['rows'] = [];
    const kinds: [string, (gateway: SeededGateway) => LoadRequest[] | Promise<LoadRequest[]>][] = [
      ['send', (gateway) => gateway.freshSends(1)],
      ['send of a seeded Paylink', (gateway) => [sendRequest(gateway.unsentId())]],
      ['read', (gateway) => [readRequest(gateway.unsentId())]],
      ['first page', (gateway) => [gateway.page(0)]],
    ];
    for (const [what, prepare] of kinds) {
      // The second of two requests counts: the first may load what is cached.
      for (const gateway of [small, large]) await gateway.rowsOf(await prepare(gateway));
      const few = await small.rowsOf(await prepare(small));
      rows.push({ what, few, many: await large.rowsOf(await prepare(large)) });
    }
    rows.push({
      what: deepName,
      few: await large.rowsOf([large.page(0)]),
      many: await large.rowsOf([large.page(deep)]),
    });

    const both = (what: string, prepare: (gateway: SeededGateway) => LoadRequest[] | Promise<LoadRequest[]>) => ({
      what,
      few: () => small.measure(() => prepare(small)),
      many: () => large.measure(() => prepare(large)),
    });
    const repeat = (times: number, make: () => LoadRequest) => Array.from({ length: times }, make);
    const comparisons: Comparison[] = [
      both('send', (gateway) => gateway.freshSends(count)),
      both('read', (gateway) => repeat(count * 4, () => readRequest(gateway.anyId()))),
      {
        what: deepName,
        few: () => large.measure(() => repeat(count, () => large.page(0))),
        many: () => large.measure(() => repeat(count, () => large.page(deep))),
      },
      await compareCoordinators(small, setup.pool),
    ];
    const times: Time[] = [];
    const progress = new Progress(console.error);
    let done = 0;
    const roundDone = (what: string) => {
      done += 1;
      progress.report(what, done / (comparisons.length * rounds));
    };
    for (const comparison of comparisons) times.push(await compare(comparison, rounds, roundDone));
    return { few: FEW, many, seedSeconds, rows, times, verdicts: verdictsOf(rows, times) };
  } finally {
    await workers.stop();
  }
}

/** Equal rows; and a throughput no further below one than the two runs of the few in a round were from each other, at most. */
function verdictsOf(rows: Growth['rows'], times: readonly Time[]): Verdict[] {
  const ofRows = rows.map(({ what, few, many }) => ({
    what: `${what}: rows read and written, of the few's`,
    measured: (many.read + many.written) / (few.read + few.written),
    wanted: 'equal',
    met: few.read === many.read && few.written === many.written,
  }));
  const ofTimes = times.map(({ what, ratio, spread }) => ({
    what: `${what}: throughput`,
    measured: ratio.perSecond,
    wanted: `1 within ±${(spread.perSecond.largest * 100).toFixed(0)} %, its spread`,
    met: 1 - ratio.perSecond <= spread.perSecond.largest,
  }));
  return [...ofRows, ...ofTimes];
}
