import { HOUR_MS } from '../lib/durations.ts';

const DAY_MS = 24 * HOUR_MS;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Zones that are kept; a merchant has one. */
const MAX_FORMATS = 100;

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  if (formats.size >= MAX_FORMATS) formats.clear();
  const parts = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
  const format = new Intl.DateTimeFormat('en-US', { timeZone, calendar: 'iso8601', hourCycle: 'h23', ...parts });
  formats.set(timeZone, format);
  return format;
}

/** What clocks of the zone show at a time (ms), as if they were UTC, ms. */
function localOf(ms: number, timeZone: string): number {
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(ms)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute);
}

/** The day that an hour (since the epoch) begins on in a time zone, `YYYY-MM-DD`. */
export const dayOfHour = (hour: number, timeZone: string): string =>
  new Date(localOf(hour * HOUR_MS, timeZone)).toISOString().slice(0, 10);

/** The first hour (since the epoch) that begins on this day, or after it where clocks skip its first ones. */
export function firstHourOf(day: string, timeZone: string): number {
  const wanted = Date.parse(`${day}T00:00:00Z`);
  // The zone's offset near that time, and again at the result, as clocks may have been changed in between.
  const first = wanted - (localOf(wanted, timeZone) - wanted);
  const midnight = wanted - (localOf(first, timeZone) - first);
  let hour = Math.floor(midnight / HOUR_MS) - 1;
  while (dayOfHour(hour, timeZone) < day) hour += 1;
  return hour;
}

/** The day so many days later. */
export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
