import type { FieldError } from '../../../errors.ts';
import type { LineItem, Paylink } from '../../../model/paylink.ts';
import { fromDecimal, toDecimal } from '../../../paylinks/domain/decimal-amount.ts';
import { clockText, instantOf } from '../clock.ts';
import type { FormFields } from '../form-fields.ts';

/** What the form of a Paylink holds: texts by field, as typed. Lines are counted from 0. */
export type Draft = { fields: Record<string, string>; lines: Record<string, string>[]; on: Record<string, boolean> };

export const customerNames = ['email', 'phone', 'firstName', 'lastName', 'locale'] as const;
export const consentNames = ['source', 'capturedAt', 'text', 'ip'] as const;
export const lineNames = ['description', 'quantity', 'price', 'tax'] as const;
const plainNames = [
  'description',
  'memo',
  'merchantInvoiceId',
  'currencyCode',
  'merchantId',
  'expiration',
  'shipping',
  'tax',
] as const;
export const flagNames = ['sendEmail', 'sendSms', 'customerConsent'] as const;

/** Empty lines offered below those there are. */
const SPARE_LINES = 2;
const MAX_LINES = 200;

/** The form of a new Paylink. @param currency ISO 4217 */
export const emptyDraft = (currency: string): Draft => ({
  fields: { currencyCode: currency },
  lines: Array.from({ length: 1 + SPARE_LINES }, () => ({})),
  on: { sendEmail: true, sendSms: false, customerConsent: false },
});

/** The proof of consent as its fields show it. */
const consentTextsOf = ({ consent }: Pick<Paylink, 'consent'>, zone: string): Record<string, string> => ({
  'consent.source': consent?.source ?? '',
  'consent.capturedAt': consent?.capturedAt ? clockText(consent.capturedAt, zone) : '',
  'consent.text': consent?.text ?? '',
  'consent.ip': consent?.ip ?? '',
});

/** A Paylink as its form shows it: amounts in major units, the expiration by the clock of a zone. */
export function draftOf(paylink: Paylink, zone: string): Draft {
  const { customer, currencyCode } = paylink;
  const amount = (minor: number | null) => (minor === null ? '' : toDecimal(minor, currencyCode));
  const fields = {
    ...Object.fromEntries(customerNames.map((name) => [`customer.${name}`, customer[name] ?? ''])),
    ...consentTextsOf(paylink, zone),
    description: paylink.description ?? '',
    memo: paylink.memo ?? '',
    merchantInvoiceId: paylink.merchantInvoiceId ?? '',
    currencyCode,
    expiration: clockText(paylink.expiration, zone),
    shipping: amount(paylink.shipping),
    tax: amount(paylink.tax),
  };
  const lines = paylink.lineItems.map(({ description, quantity, price, tax }) => ({
    description: description ?? '',
    quantity: String(quantity),
    price: amount(price),
    tax: amount(tax),
  }));
  const { sendEmail, sendSms, customerConsent } = paylink;
  const spare = Array.from({ length: SPARE_LINES }, () => ({}));
  return { fields, lines: [...lines, ...spare], on: { sendEmail, sendSms, customerConsent } };
}

/** A form that was sent, as it was typed. */
export function draftFrom(form: FormFields): Draft {
  const text = (name: string) => form.text(name) ?? '';
  const names = [
    ...plainNames,
    ...customerNames.map((name) => `customer.${name}`),
    ...consentNames.map((name) => `consent.${name}`),
  ];
  const count = Math.min(MAX_LINES, Number(text('lineCount')) || 0);
  return {
    fields: Object.fromEntries(names.map((name) => [name, text(name)])),
    lines: Array.from({ length: count }, (_, n) =>
      Object.fromEntries(lineNames.map((name) => [name, text(`lineItems.${n}.${name}`)])),
    ),
    on: Object.fromEntries(flagNames.map((name) => [name, form.isOn(name)])),
  };
}

/** Gathers fields and what is wrong with them. */
class Reading {
  readonly errors: FieldError[] = [];
  readonly #currency: string;

  constructor(currency: string) {
    this.#currency = currency;
  }

  wrong(path: string, message: string): void {
    this.errors.push({ path, message });
  }

  /** Minor units; null: empty. */
  amount(path: string, text: string | undefined): number | null {
    if (!text) return null;
    const read = fromDecimal(text, this.#currency);
    if (typeof read === 'number') return read;
    this.wrong(path, read.message);
    return null;
  }
}

const isCurrency = (code: string) => Intl.supportedValuesOf('currency').includes(code);
const orNull = (text: string | undefined) => (text ? text : null);
const isFilled = (line: Record<string, string>) => lineNames.some((name) => name !== 'quantity' && line[name]);

/**
 * The body that the API would be sent for a draft, with what is wrong with it that the API's own rules cannot see: amounts and times.
 * @param before the Paylink that is changed: what the form does not show of it stays
 */
export function bodyOf(draft: Draft, zone: string, before: Paylink | null): { body: object; errors: FieldError[] } {
  const { fields, on } = draft;
  const currencyCode = (fields.currencyCode || 'USD').toUpperCase();
  if (!isCurrency(currencyCode))
    return { body: {}, errors: [{ path: 'currencyCode', message: 'Must be an ISO 4217 code such as USD.' }] };
  const reading = new Reading(currencyCode);
  const expiration = fields.expiration ? instantOf(fields.expiration, zone) : null;
  if (fields.expiration && expiration === null) reading.wrong('expiration', 'Must be a date and a time.');
  // As text: in the hour that comes twice a year, one text is two instants.
  const isUntouched = before !== null && fields.expiration === clockText(before.expiration, zone);
  const lineItems = draft.lines.flatMap((line, n) => lineOf(line, n, reading, before?.lineItems[n]) ?? []);
  const body = {
    ...(fields.merchantId ? { merchantId: fields.merchantId } : {}),
    merchantInvoiceId: orNull(fields.merchantInvoiceId),
    customer: {
      ...Object.fromEntries(customerNames.map((name) => [name, orNull(fields[`customer.${name}`])])),
      paylinkCustomerId: before?.customer.paylinkCustomerId ?? null,
      timeZone: before?.customer.timeZone ?? null,
    },
    lineItems,
    tax: reading.amount('tax', fields.tax),
    shipping: reading.amount('shipping', fields.shipping),
    currencyCode,
    description: orNull(fields.description),
    memo: orNull(fields.memo),
    ...(expiration === null || isUntouched ? {} : { expiration: new Date(expiration).toISOString() }),
    consent: consentOf(fields, zone, reading, before),
    ...on,
  };
  return { body, errors: reading.errors };
}

/** The proof of consent, its time to the second where it was not changed: the field has minutes. */
function consentOf(fields: Draft['fields'], zone: string, reading: Reading, before: Paylink | null): object | null {
  const [source, captured = '', text, ip] = consentNames.map((name) => fields[`consent.${name}`] ?? '');
  if (!source && !captured && !text && !ip) return null;
  const old = before?.consent?.capturedAt ?? null;
  const at = old !== null && captured === clockText(old, zone) ? old : instantOf(captured, zone);
  if (captured !== '' && at === null) reading.wrong('consent.capturedAt', 'Must be a date and a time.');
  const capturedAt = at === null ? null : new Date(at).toISOString();
  return { source: orNull(source), capturedAt, text: orNull(text), ip: orNull(ip) };
}

function lineOf(line: Record<string, string>, n: number, reading: Reading, before: LineItem | undefined) {
  if (!isFilled(line)) return null;
  const at = `lineItems.${n}`;
  const price = reading.amount(`${at}.price`, line.price);
  if (price === null && !line.price) reading.wrong(`${at}.price`, 'Give a price.');
  const quantity = line.quantity ? Number(line.quantity) : 1;
  if (!Number.isInteger(quantity)) reading.wrong(`${at}.quantity`, 'Must be a whole number.');
  return {
    description: orNull(line.description),
    quantity,
    price: price ?? 0,
    tax: reading.amount(`${at}.tax`, line.tax),
    sku: before?.sku ?? null,
    category: before?.category ?? null,
    metadata: before?.metadata ?? null,
  };
}
