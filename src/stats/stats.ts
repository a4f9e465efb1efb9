import { type FieldError, type Refusal, refusal } from '../errors.ts';
import { HOUR_MS } from '../lib/durations.ts';
import { type Hours, type MessageHour, type PaylinkHour, readHours } from '../store/stats.ts';
import { addDays, dayOfHour, firstHourOf } from './days.ts';
import { addHistograms, medianOf } from './median.ts';

export type GroupBy = 'day' | 'channel' | 'provider';
/** Days `YYYY-MM-DD` of the time zone, or times in ms; `to` as a day is included, as a time not. */
export type Asked = { from?: string | number | undefined; to?: string | number | undefined; groupBy: GroupBy };

/** The longest time that is counted, days. */
const MAX_DAYS = 92;
const DEFAULT_DAYS = 30;
const DAY_HOURS = 24;

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

function messagesOf(hours: readonly MessageHour[]) {
  const all = (name: 'sent' | 'delivered' | 'bounced' | 'failed' | 'unknown') => sum(hours.map((hour) => hour[name]));
  return {
    sent: all('sent'),
    delivered: all('delivered'),
    bounced: all('bounced'),
    failed: all('failed'),
    unknown: all('unknown'),
  };
}

function amountsOf(hours: readonly PaylinkHour[]) {
  const byCurrency = new Map<string, [number, number, number]>();
  for (const { amounts } of hours)
    for (const [currency, [requested, paid, refunded]] of Object.entries(amounts)) {
      const [r, p, b] = byCurrency.get(currency) ?? [0, 0, 0];
      byCurrency.set(currency, [r + requested, p + paid, b + refunded]);
    }
  return [...byCurrency]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([currencyCode, [requested, paid, refunded]]) => ({ currencyCode, requested, paid, refunded }));
}

const paylinksOf = (hours: readonly PaylinkHour[]) => ({
  created: sum(hours.map(({ created }) => created)),
  opened: sum(hours.map(({ opened }) => opened)),
  paid: sum(hours.map(({ paid }) => paid)),
  amounts: amountsOf(hours),
  medianSecondsToOpen: medianOf(addHistograms(hours.map(({ openSeconds }) => openSeconds))),
  medianSecondsToPay: medianOf(addHistograms(hours.map(({ paySeconds }) => paySeconds))),
});

type Rows = { paylinks: readonly PaylinkHour[]; messages: readonly MessageHour[] };

const countsOf = ({ paylinks, messages }: Rows) => ({ ...paylinksOf(paylinks), ...messagesOf(messages) });

/** Every day of the time, also those on which nothing happened. */
function byDay({ paylinks, messages }: Rows, { from, until }: Hours, timeZone: string, running: number) {
  const known = new Map<number, string>();
  const dayOf = ({ hour }: { hour: number }) => {
    const day = known.get(hour) ?? dayOfHour(hour, timeZone);
    known.set(hour, day);
    return day;
  };
  const [ofDay, messagesOfDay] = [Map.groupBy(paylinks, dayOf), Map.groupBy(messages, dayOf)];
  const today = running >= from && running < until ? dayOfHour(running, timeZone) : null;
  const last = dayOfHour(until - 1, timeZone);
  const days = [];
  for (let day = dayOfHour(from, timeZone); day <= last; day = addDays(day, 1)) {
    const rows = { paylinks: ofDay.get(day) ?? [], messages: messagesOfDay.get(day) ?? [] };
    days.push({ day, partial: day === today, ...countsOf(rows) });
  }
  return days;
}

const byChannel = ({ messages }: Rows) =>
  ['EMAIL', 'SMS'].map((channel) => ({ channel, ...messagesOf(messages.filter((one) => one.channel === channel)) }));

const byProvider = ({ messages }: Rows) =>
  [...Map.groupBy(messages, ({ channel, provider }) => `${channel} ${provider}`)]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, hours]) => {
      const [channel = '', provider = ''] = name.split(' ');
      return { channel, provider, ...messagesOf(hours) };
    });

const invalid = (error: FieldError): { kind: 'refused'; refusal: Refusal } => ({
  kind: 'refused',
  refusal: refusal('invalid_request', `The query is not valid: ${error.path}: ${error.message}`, { errors: [error] }),
});

/** The hours that are asked for, whole ones; the days of a zone whose offset has half hours begin at the next full hour. */
export function hoursOf(
  { from, to }: Asked,
  timeZone: string,
  now: number,
): { kind: 'ok'; hours: Hours } | { kind: 'refused'; refusal: Refusal } {
  const today = dayOfHour(Math.floor(now / HOUR_MS), timeZone);
  const until = typeof to === 'number' ? Math.ceil(to / HOUR_MS) : firstHourOf(addDays(to ?? today, 1), timeZone);
  const lastDay = dayOfHour(until - 1, timeZone);
  const first =
    typeof from === 'number'
      ? Math.floor(from / HOUR_MS)
      : firstHourOf(from ?? addDays(lastDay, 1 - DEFAULT_DAYS), timeZone);
  if (first >= until) return invalid({ path: 'to', message: 'Must not be before from.' });
  // A day of 25 hours is one day.
  if (until - first > MAX_DAYS * DAY_HOURS + 1) return invalid({ path: 'from', message: `At most ${MAX_DAYS} days.` });
  return { kind: 'ok', hours: { from: first, until } };
}

/**
 * A merchant's counts from the hourly roll-up, in its time zone. Paylinks count for the hour they were created in, messages for the hour they
 * were sent in; both as they stand now. `partial`: the running hour is among them.
 */
export async function statsOf(
  db: D1Database,
  { id, timeZone }: { id: string; timeZone: string | null },
  asked: Asked,
  now: number,
) {
  const zone = timeZone ?? 'UTC';
  const read = hoursOf(asked, zone, now);
  if (read.kind === 'refused') return read;
  const { hours } = read;
  const rows = await readHours(db, id, hours);
  const running = Math.floor(now / HOUR_MS);
  const groups = {
    day: () => byDay(rows, hours, zone, running),
    channel: () => byChannel(rows),
    provider: () => byProvider(rows),
  };
  return {
    kind: 'done' as const,
    stats: {
      from: hours.from * HOUR_MS,
      to: hours.until * HOUR_MS,
      timeZone: zone,
      groupBy: asked.groupBy,
      partial: running >= hours.from && running < hours.until,
      data: groups[asked.groupBy](),
      totals: countsOf(rows),
    },
  };
}
