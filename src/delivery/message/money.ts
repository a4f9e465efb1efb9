import { formatterCache } from './formatters.ts';

type Money = { format: Intl.NumberFormat; digits: number };

const formatters = formatterCache((locale, currency): Money => {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
  return { format, digits: format.resolvedOptions().maximumFractionDigits ?? 2 };
});

/** An amount of `minor` units in the currency's own digits (ISO 4217: JPY 0, USD 2, KWD 3), as `locale` writes it. */
export function money(minor: number, currency: string, locale: string): string {
  const formatter = formatters(locale, currency);
  if (!formatter) return plainMoney(minor, currency);
  const decimal = decimalOf(minor, formatter.digits);
  return formatter.format.format(isDecimal(decimal) ? decimal : minor);
}

/** The same in ASCII, for channels that cannot write the currency's sign or the locale's digits: `JPY 5000`, `USD 12.50`. */
export function plainMoney(minor: number, currency: string): string {
  return `${currency} ${decimalOf(minor, formatters('en', currency)?.digits ?? 2)}`;
}

/** Exact also where a double could not hold the quotient. */
function decimalOf(minor: number, digits: number): string {
  const sign = minor < 0 ? '-' : '';
  const all = `${Math.abs(minor)}`.padStart(digits + 1, '0');
  return digits === 0 ? `${sign}${all}` : `${sign}${all.slice(0, -digits)}.${all.slice(-digits)}`;
}

const isDecimal = (text: string): text is `${number}` => /^-?\d+(\.\d+)?$/.test(text);
