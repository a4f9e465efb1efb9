import { LruMap } from '../../lib/lru-map.ts';

/** Formatters that are kept: making one costs about as much as a whole email, and locales come from callers. */
const MAX_FORMATTERS = 500;
/** Used when the runtime does not know a locale. */
const FALLBACK_LOCALE = 'en-US';

/** Caches what `make` returns for a locale and a detail such as a currency. null: it fails with the fallback locale too (an unknown currency). */
export function formatterCache<T>(
  make: (locale: string, detail: string) => T,
): (locale: string, detail: string) => T | null {
  const formatters = new LruMap<string, T | null>({ max: MAX_FORMATTERS });
  return (locale, detail) => {
    const key = `${locale} ${detail}`;
    const known = formatters.get(key);
    if (known !== undefined) return known;
    const made = attempt(() => make(locale, detail)) ?? attempt(() => make(FALLBACK_LOCALE, detail));
    formatters.set(key, made);
    return made;
  };
}

/** null when `make` throws: Intl answers a malformed locale or currency with a RangeError. */
function attempt<T>(make: () => T): T | null {
  try {
    return make();
  } catch {
    return null;
  }
}

const dateFormats = formatterCache(
  (locale, timeZone) =>
    new Intl.DateTimeFormat(locale, {
      year: 'numeric',
      month: 'long',
      day: 'numeric',
      hour: 'numeric',
      minute: '2-digit',
      timeZone,
      timeZoneName: 'short',
    }),
);

/** A time (ms) as `locale` writes it, by the clock of `timeZone` (IANA) and saying so; in UTC where the runtime does not know the zone. */
export const moment = (ms: number, locale: string, timeZone: string): string =>
  (dateFormats(locale, timeZone) ?? dateFormats(locale, 'UTC'))?.format(ms) ?? new Date(ms).toISOString();

type Money = { format: Intl.NumberFormat; digits: number };

const moneyFormats = formatterCache((locale, currency): Money => {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
  return { format, digits: format.resolvedOptions().maximumFractionDigits ?? 2 };
});

/** An amount of `minor` units in the currency's own digits (ISO 4217: JPY 0, USD 2, KWD 3), as `locale` writes it. */
export function money(minor: number, currency: string, locale: string): string {
  const formatter = moneyFormats(locale, currency);
  if (!formatter) return plainMoney(minor, currency);
  const decimal = decimalOf(minor, formatter.digits);
  return formatter.format.format(isDecimal(decimal) ? decimal : minor);
}

/** The same in ASCII, for channels that cannot write the currency's sign or the locale's digits: `JPY 5000`, `USD 12.50`. */
export function plainMoney(minor: number, currency: string): string {
  return `${currency} ${decimalOf(minor, moneyFormats('en', currency)?.digits ?? 2)}`;
}

/** Exact also where a double could not hold the quotient. */
function decimalOf(minor: number, digits: number): string {
  const sign = minor < 0 ? '-' : '';
  const all = `${Math.abs(minor)}`.padStart(digits + 1, '0');
  return digits === 0 ? `${sign}${all}` : `${sign}${all.slice(0, -digits)}.${all.slice(-digits)}`;
}

const isDecimal = (text: string): text is `${number}` => /^-?\d+(\.\d+)?$/.test(text);
