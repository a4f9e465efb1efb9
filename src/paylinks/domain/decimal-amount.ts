/** Decimal digits of a currency's minor unit (ISO 4217: JPY 0, USD 2, KWD 3). `currency` is one this runtime knows. */
const digitsOf = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;

/** Minor units as a decimal string in major units: 1010 of USD is `10.10`, of JPY `1010`. Exact for every safe integer. */
export function toDecimal(minor: number, currency: string): string {
  const digits = digitsOf(currency);
  const all = String(minor).padStart(digits + 1, '0');
  return digits === 0 ? all : `${all.slice(0, -digits)}.${all.slice(-digits)}`;
}

/** A decimal string in major units as minor units; a message for a person when it is none of this currency. */
export function fromDecimal(decimal: string, currency: string): number | { message: string } {
  const digits = digitsOf(currency);
  const [, whole, fraction = ''] = /^(\d{1,16})(?:\.(\d{1,16}))?$/.exec(decimal) ?? [];
  if (whole === undefined) return { message: 'Must be a decimal number such as "10.10", without a sign.' };
  if (/[1-9]/.test(fraction.slice(digits))) return { message: `${currency} has ${digits} decimal digits.` };
  const minor = Number(`${whole}${fraction.slice(0, digits).padEnd(digits, '0')}`);
  return Number.isSafeInteger(minor) ? minor : { message: 'The amount is too large.' };
}
