import { formatterCache } from '../../delivery/message/format.ts';

const parts = formatterCache(
  (_, timeZone) =>
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    }),
);

/** How far the clock of a zone (IANA) is ahead of UTC at `ms`, in ms. An unknown zone is UTC. */
function offsetAt(ms: number, timeZone: string): number {
  const format = parts('en-US', timeZone);
  if (!format) return 0;
  const read = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => read.get(type) ?? 0;
  const clock = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return clock - Math.floor(ms / 1000) * 1000;
}

const dayForm = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}))?$/;

/** When the clock of a zone shows `YYYY-MM-DD`, midnight, or `YYYY-MM-DDTHH:mm`, ms; null: that is no such text or day. */
export function instantOf(text: string, timeZone: string): number | null {
  const found = dayForm.exec(text);
  if (!found) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = found.slice(1).map((digits) => Number(digits ?? 0));
  const asUtc = Date.UTC(year, month - 1, day, hour, minute);
  if (month < 1 || month > 12 || new Date(asUtc).getUTCDate() !== day || hour > 23 || minute > 59) return null;
  // The zone's offset at that very time, which a first guess may miss where the clocks change.
  const guess = asUtc - offsetAt(asUtc, timeZone);
  return asUtc - offsetAt(guess, timeZone);
}

/** What the clock of a zone shows, as a field for date and time holds it: `YYYY-MM-DDTHH:mm`. */
export const clockText = (ms: number, timeZone: string): string =>
  new Date(ms + offsetAt(ms, timeZone)).toISOString().slice(0, 16);

const dateFormats = (year: Intl.DateTimeFormatOptions) =>
  formatterCache(
    (locale, timeZone) =>
      new Intl.DateTimeFormat(locale, {
        ...year,
        month: 'short',
        day: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
        timeZone,
      }),
  );
const short = dateFormats({});
const withYear = dateFormats({ year: 'numeric' });

/** A time (ms) by the clock of a zone, without the year when that is this year's: `Nov 26, 05:30`. */
export function clockTime(ms: number, timeZone: string, now: number): string {
  const year = (time: number) => clockText(time, timeZone).slice(0, 4);
  const format = year(ms) === year(now) ? short : withYear;
  return (format('en-US', timeZone) ?? format('en-US', 'UTC'))?.format(ms) ?? new Date(ms).toISOString();
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** A span (ms) in its largest unit: `3 min`. */
export function span(ms: number): string {
  for (const [unit, length] of units) if (ms >= length) return `${Math.floor(ms / length)} ${unit}`;
  return '0 s';
}
