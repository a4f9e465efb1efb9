import * as z from 'zod';
import { nextCursor } from '../src/http/rest/paging.ts';
import type { Shot } from './load.ts';
import { type Measurement, median } from './measure.ts';
import type { Options } from './options.ts';
import type { LoadGenerator } from './processes.ts';
import { ratio, spreadOf } from './report.ts';
import type { Growth, RetryDecision } from './results.ts';
import { seededAt, seededId, seededSent, seedPaylinks } from './seed.ts';
import { createShot, pageShot, readShot, sendShot } from './shots.ts';
import { type Place, startCounted } from './targets.ts';
import type { Worker } from './workerd.ts';
import { Workers } from './workers.ts';

const few = 1_000;
const pageSize = 20;
/** The deep page, counted from the first; the middle one where there are not as many. */
const deepest = 9_000;
/** Sends behind a seasoned coordinator. */
const behind = 100;
/** Coordinators asked at a time, and the sends each gets in a measurement. */
const group = 32;
const each = 8;

const Rows = z.object({ read: z.number(), written: z.number() });
type Counted = z.infer<typeof Rows>;

/** A gateway with seeded Paylinks, whose numbers are `first` to `first + count - 1`. */
type House = { worker: Worker; first: number; count: number };

type Turn = { what: string; few: () => Promise<Measurement>; many: () => Promise<Measurement> };

/** Measures in rounds few, many and few again, after two rounds that do not count: neither side's code and caches may be cold. */
async function compared({ what, few, many }: Turn, rounds: number): Promise<Growth['times'][number]> {
  const small: Measurement[] = [];
  const large: Measurement[] = [];
  const again: Measurement[] = [];
  for (const warm of [few, many, few, many]) await warm();
  for (let round = 0; round < rounds; round++) {
    const turns = [
      async () => small.push(await few()),
      async () => large.push(await many()),
      async () => again.push(await few()),
    ];
    for (let step = 0; step < turns.length; step++) await turns[(step + round) % turns.length]?.();
  }
  const both = small.map((run, n) => {
    const other = again[n] ?? run;
    const mean = (key: keyof Measurement) => (run[key] + other[key]) / 2;
    return { ...run, perSecond: mean('perSecond'), cpuMicros: mean('cpuMicros') };
  });
  const of = (key: 'perSecond' | 'cpuMicros') => ratio(large, both, key) ?? Number.NaN;
  console.error(`growth: ${what}`);
  return {
    what,
    few: median(both.map((run) => run.perSecond)),
    many: median(large.map((run) => run.perSecond)),
    ratio: { perSecond: of('perSecond'), cpuMicros: of('cpuMicros') },
    spread: { perSecond: spreadOf(small, again, 'perSecond'), cpuMicros: spreadOf(small, again, 'cpuMicros') },
  };
}

const cursorAfter = (n: number, pool: number) =>
  nextCursor(true, { at: seededAt(n), id: seededId(n, { pool }) }) ?? undefined;

/** What the number of Paylinks, the depth of a page and a coordinator's past cost: rows by D1's own meta, and time. */
export async function measureGrowth(place: Place, load: LoadGenerator, options: Options): Promise<Growth> {
  const workers = new Workers();
  const { many, rounds, connections, coordinators: pool } = options;
  const deep = Math.min(deepest, Math.floor(many / pageSize / 2));
  const how = { connections, status: 200, afterwards: false };
  const time = (worker: Worker, prepare: () => Promise<Shot[]>) => workers.measure(worker, load, how, prepare);
  const fire = (worker: Worker, shots: Shot[]) =>
    workers.alone(worker, () => load.fire({ origin: worker.origin, shots, connections, keepBodies: true }));

  /** What the rows of one request are. */
  async function rowsOf({ worker }: House, shot: Shot): Promise<Counted> {
    await fetch(`${worker.origin}/_rows`);
    const { statuses } = await fire(worker, [shot]);
    if (!statuses[200]) throw new Error(`${shot.method} ${shot.path}: ${JSON.stringify(statuses)}`);
    return Rows.parse(await (await fetch(`${worker.origin}/_rows`)).json());
  }

  const idOf = (n: number) => seededId(n, { pool });
  const anyOf = ({ first, count }: House) => first + Math.floor(Math.random() * count);
  const unsent = new Set<number>();
  /** A Paylink that was never sent, anywhere in the table, each once. */
  function takeUnsent(house: House): number {
    for (;;) {
      const n = anyOf(house);
      if (seededSent(n) || unsent.has(n)) continue;
      unsent.add(n);
      return n;
    }
  }
  async function house(name: string, count: number): Promise<House> {
    const worker = await workers.add(startCounted(place, name));
    return {
      worker,
      count,
      first: await workers.alone(worker, () => seedPaylinks(worker, { count, pool, sent: true })),
    };
  }
  async function created({ worker }: House, count: number): Promise<string[]> {
    const { bodies } = await fire(worker, Array.from({ length: count }, createShot));
    return bodies.map((body) => z.object({ paylinkId: z.string() }).parse(JSON.parse(body)).paylinkId);
  }
  /** The page that begins with a seeded Paylink of the newest, or `depth` pages later. */
  const page = ({ first, count }: House, depth: number) =>
    pageShot(pageSize, cursorAfter(first + count - 3 - depth * pageSize, pool));

  try {
    const small = await house('few', few);
    const began = performance.now();
    const large = await house('many', many);
    const seedSeconds = (performance.now() - began) / 1000;

    const rows: Growth['rows'] = [];
    const kinds: [string, (place: House) => Promise<Shot>][] = [
      ['send', async (place) => sendShot((await created(place, 1))[0] ?? '')],
      ['send of a seeded Paylink', async (place) => sendShot(idOf(takeUnsent(place)))],
      ['read', async (place) => readShot(idOf(takeUnsent(place)))],
      ['first page', async (place) => page(place, 0)],
    ];
    for (const [what, shot] of kinds) {
      await rowsOf(small, await shot(small));
      await rowsOf(large, await shot(large));
      rows.push({ what, few: await rowsOf(small, await shot(small)), many: await rowsOf(large, await shot(large)) });
    }
    rows.push({
      what: `first page against page ${deep}`,
      few: await rowsOf(large, page(large, 0)),
      many: await rowsOf(large, page(large, deep)),
    });
    return await timed();

    async function timed(): Promise<Growth> {
      const both = (what: string, prepare: (at: House) => Promise<Shot[]>): Turn => ({
        what,
        few: () => time(small.worker, () => prepare(small)),
        many: () => time(large.worker, () => prepare(large)),
      });
      const seasoned = await coordinatorTurn();
      const turns: Turn[] = [
        both('send', async (at) => (await created(at, options.count)).map((id) => sendShot(id))),
        both('read', async (at) => Array.from({ length: options.count * 4 }, () => readShot(idOf(anyOf(at))))),
        {
          what: `first page against page ${deep}`,
          few: () => time(large.worker, async () => pages(0)),
          many: () => time(large.worker, async () => pages(deep)),
        },
        seasoned,
      ];
      const times: Growth['times'] = [];
      for (const turn of turns) times.push(await compared(turn, rounds));
      return { few, many, seedSeconds, rows, times, targets: verdicts(rows, times) };
    }

    function pages(depth: number): Shot[] {
      return Array.from({ length: options.count }, () => page(large, depth));
    }

    /** Fresh coordinators (one send behind each, so that they exist) against those with a past. */
    async function coordinatorTurn(): Promise<Turn> {
      const { worker } = small;
      let next = 0;
      const shotsTo = async (coordinator: number, count: number) => {
        const first = await seedPaylinks(worker, { count, pool: group, coordinator });
        return Array.from({ length: count }, (_, n) => sendShot(seededId(first + n, { pool: group, coordinator })));
      };
      const freshGroup = async () => {
        next += group;
        await load.fire({ origin: worker.origin, shots: await shotsTo(next, group), connections, keepBodies: false });
        return shotsTo(next, group * each);
      };
      next = pool;
      const past = next;
      await fire(worker, await shotsTo(past, group * behind));
      return {
        what: `coordinator with one send behind it against one with ${behind}`,
        few: () => time(worker, freshGroup),
        many: () => time(worker, () => shotsTo(past, group * each)),
      };
    }
  } finally {
    await workers.stop();
  }
}

const within = (measured: number, largest: number) => Math.abs(measured - 1) <= largest;

/** Equal rows; time and CPU no further from one than the small one's two runs of a round were from each other, at most. */
function verdicts(rows: Growth['rows'], times: Growth['times']): RetryDecision[] {
  const counted = rows.map(({ what, few, many }) => ({
    what: `${what}: rows read and written, of the few’s`,
    measured: (many.read + many.written) / (few.read + few.written),
    wanted: 'equal',
    met: few.read === many.read && few.written === many.written,
  }));
  const timed = times.map(({ what, ratio, spread }) => ({
    what: `${what}: throughput`,
    measured: ratio.perSecond,
    wanted: `1 within ±${(spread.perSecond.largest * 100).toFixed(0)} %, its spread`,
    met: ratio.perSecond >= 1 || within(ratio.perSecond, spread.perSecond.largest),
  }));
  return [...counted, ...timed];
}
