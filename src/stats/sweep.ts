import * as z from 'zod/mini';
import type { Bindings, Config } from '../env.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../lib/durations.ts';
import { type Turn, type TurnEnd, wholeTurn } from '../lib/turn.ts';
import { countHour, saveHours } from '../store/stats.ts';
import { saveSweep, sweepPosition } from '../store/sweeps.ts';
import { BUCKETS_PER_E } from './median.ts';

const DAY_HOURS = 24;

/**
 * What becomes of a Paylink counts for the hour that it was created in, so hours are counted again: the younger, the more often. `first` and
 * `last`: which, in hours before the running one.
 */
const passes = [
  { name: 'stats-running', first: 1, last: 0, everyMs: 5 * MINUTE_MS },
  { name: 'stats-recent', first: 2 * DAY_HOURS, last: 2, everyMs: HOUR_MS },
  { name: 'stats-older', first: 93 * DAY_HOURS, last: 2 * DAY_HOURS + 1, everyMs: DAY_MS },
] as const;
type Pass = (typeof passes)[number];

/** Where a pass is: the next hour and the last one, and when it began (ms). */
const Position = z.object({ beganAt: z.int(), next: z.int(), last: z.int() });
type Position = z.infer<typeof Position>;

/** The pass as it goes on; null: it has nothing to do now. */
export function goOn(
  pass: Pick<Pass, 'first' | 'last' | 'everyMs'>,
  position: Position | null,
  now: number,
): Position | null {
  if (position && position.next <= position.last) return position;
  if (position && now - position.beganAt < pass.everyMs) return null;
  const running = Math.floor(now / HOUR_MS);
  return { beganAt: now, next: running - pass.first, last: running - pass.last };
}

/** Hours that a pass counts in one turn: all of a day's passes are through in an hour. */
const MAX_HOURS = 48;

async function positionOf(db: D1Database, { name }: Pick<Pass, 'name'>): Promise<Position | null> {
  const noted = await sweepPosition(db, name);
  return noted === null ? null : Position.parse(JSON.parse(noted));
}

/** When the running hour was counted last, ms; null: never. */
export async function runningCountedAt(db: D1Database): Promise<number | null> {
  return (await positionOf(db, passes[0]))?.beganAt ?? null;
}

async function runPass(db: D1Database, pass: Pass, now: number, { mayGoOn }: Turn): Promise<number> {
  const position = goOn(pass, await positionOf(db, pass), now);
  if (!position) return 0;
  const end = Math.min(position.next + MAX_HOURS, position.last + 1);
  let hour = position.next;
  do {
    const { paylinks, messages } = await countHour(db, hour, BUCKETS_PER_E);
    await saveHours(db, paylinks, messages);
    hour += 1;
  } while (hour < end && mayGoOn());
  await saveSweep(db, pass.name, JSON.stringify({ ...position, next: hour }));
  return hour - position.next;
}

/** Keeps the hourly roll-up: the running hour every 5 minutes, those of the last two days every hour, those of 93 days every day. */
export async function sweepStats(
  { DB }: Bindings,
  _config: Config,
  now: number,
  turn: Turn = wholeTurn,
): Promise<TurnEnd> {
  let done = 0;
  for (const pass of passes) done += await runPass(DB, pass, now, turn);
  return { done, position: null };
}
