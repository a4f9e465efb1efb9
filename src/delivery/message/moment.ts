import { formatterCache } from './formatters.ts';

const formatters = formatterCache(
  (locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }),
);

/** A time (ms) as `locale` writes it, in UTC and saying so. */
export const moment = (ms: number, locale: string): string =>
  `${formatters(locale, '')?.format(ms) ?? new Date(ms).toISOString()} UTC`;
