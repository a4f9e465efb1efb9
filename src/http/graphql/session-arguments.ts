import * as z from 'zod/mini';
import type { FieldError, Refusal } from '../../errors.ts';
import { refusal } from '../../errors.ts';
import { fromDecimal } from '../../paylinks/domain/decimal-amount.ts';
import { type PaylinkFields, SessionCreateFields, SessionUpdateFields } from '../../paylinks/domain/schemas.ts';
import { type Parsed, validate } from '../body.ts';

// graphql-js has coerced the arguments already. These schemas tell TypeScript their types, and check the scalars, which coerce nothing.
const Amount = z.union(
  [z.string(), z.pipe(z.number(), z.transform(String))],
  'Must be a decimal string such as "10.10".',
);
const text = z.nullish(z.string());
const Contact = z.object({ givenName: text, familyName: text, email: text, phone: text });
const Input = z.object({
  amount: z.nullish(Amount),
  currency: text,
  callbackUrl: text,
  successUrl: text,
  contactRef: z.nullish(Contact),
  contactId: text,
  transactionRef: text,
  invoiceRefs: z.nullish(z.array(z.string())),
  expirationDate: text,
  brandName: text,
  brandLogoUrl: text,
  customerConsent: z.nullish(z.boolean()),
  description: text,
  lineItems: z.nullish(z.array(z.record(z.string(), z.unknown()))),
});
type Input = z.infer<typeof Input>;
const CreateArguments = z.object({ input: z.extend(Input, { orgId: text }) });
const UpdateArguments = z.object({ input: z.extend(Input, { id: z.string(), status: text }) });

/** Our names of fields, as this surface spells them. */
const vendorNames: [ours: RegExp, theirs: string][] = [
  [/^merchantId$/, 'orgId'],
  [/^merchantInvoiceId/, 'transactionRef'],
  [/^customer\.firstName/, 'contactRef.givenName'],
  [/^customer\.lastName/, 'contactRef.familyName'],
  [/^customer/, 'contactRef'],
  [/^expiration$/, 'expirationDate'],
  [/^currencyCode/, 'currency'],
];

/** A refusal that names this surface's fields. */
export function inVendorWords(refused: Refusal): Refusal {
  if (!refused.errors) return refused;
  const errors = refused.errors.map(({ path, message }) => {
    const [ours, theirs] = vendorNames.find(([name]) => name.test(path)) ?? [];
    return { path: ours && theirs ? path.replace(ours, theirs) : path, message };
  });
  const [first] = errors;
  const detail = first ? `The input is not valid: ${first.path}: ${first.message}` : refused.detail;
  return { ...refused, detail, errors };
}

const invalid = (error: FieldError): Parsed<never> => ({
  kind: 'refused',
  refusal: inVendorWords(refusal('invalid_request', error.message, { errors: [error] })),
});

/** A day ends at midnight UTC; a time stands as it is. */
const expirationOf = (date: string) => (/^\d{4}-\d\d-\d\d$/.test(date) ? `${date}T23:59:59.999Z` : date);

/** The input's fields as REST spells them. What is left out stays out. */
function fieldsOf(input: Input): Record<string, unknown> {
  const { contactRef, expirationDate: date, customerConsent } = input;
  const { email, phone, givenName, familyName } = contactRef ?? {};
  return {
    merchantInvoiceId: input.transactionRef,
    currencyCode: input.currency ?? undefined,
    customer: contactRef && { email, phone, firstName: givenName, lastName: familyName },
    expiration: typeof date === 'string' ? expirationOf(date) : date,
    successUrl: input.successUrl,
    callbackUrl: input.callbackUrl,
    brandName: input.brandName,
    brandLogoUrl: input.brandLogoUrl,
    invoiceRefs: input.invoiceRefs,
    customerConsent: customerConsent ?? undefined,
    description: input.description,
    lineItems: input.lineItems ?? undefined,
    // REST asks for these flags at create; here the channels are those that the contact has.
    ...(contactRef ? { sendEmail: Boolean(email), sendSms: Boolean(phone) } : {}),
  };
}

const noContacts: FieldError = {
  path: 'contactId',
  message: 'The gateway stores no contacts: give the customer as contactRef.',
};

type Amounted = Pick<PaylinkFields, 'lineItems' | 'tax' | 'shipping'>;

/**
 * What `amount` makes of a session: one line of it, or the given lines, of which it has to be the total. Tax and shipping that the session
 * had go, so that it asks for `amount`.
 */
function linesOf(amount: string, lines: PaylinkFields['lineItems'], currency: string): Amounted | FieldError {
  const minor = fromDecimal(amount, currency);
  if (typeof minor !== 'number') return { path: 'amount', message: minor.message };
  const nothingElse = { tax: null, shipping: null };
  if (!lines) return { lineItems: [{ price: minor, quantity: 1 }], ...nothingElse };
  const total = lines.reduce((sum, line) => sum + line.price * line.quantity + (line.tax ?? 0), 0);
  return total === minor ? nothingElse : { path: 'amount', message: 'Must be the total of lineItems, or left out.' };
}

/** The fields of a new session, checked by the rules of REST's create. @param ownId the caller's, whose session it is by default */
export function readCreateArguments(args: unknown, ownId: string): Parsed<z.output<typeof SessionCreateFields>> {
  const { input } = CreateArguments.parse(args);
  if (input.contactId) return invalid(noContacts);
  const checked = validate(SessionCreateFields, { merchantId: input.orgId ?? ownId, ...fieldsOf(input) }, 'input');
  if (checked.kind === 'refused') return { kind: 'refused', refusal: inVendorWords(checked.refusal) };
  const { value } = checked;
  if (typeof input.amount !== 'string') return checked;
  const lines = linesOf(input.amount, value.lineItems, value.currencyCode ?? 'USD');
  return 'path' in lines ? invalid(lines) : { kind: 'ok', value: { ...value, ...lines } };
}

export type SessionUpdate = { id: string; cancel: boolean; fields: PaylinkFields };

/**
 * The fields to change, checked by the rules of REST's update.
 * @param currencyOf the session's own currency, asked for when an amount comes without one; null: there is no such session
 */
export async function readUpdateArguments(
  args: unknown,
  currencyOf: (id: string) => Promise<string | null>,
): Promise<Parsed<SessionUpdate>> {
  const { input } = UpdateArguments.parse(args);
  const { id, status, amount } = input;
  if (input.contactId) return invalid(noContacts);
  const given = Object.entries(fieldsOf(input)).filter(([, value]) => value !== undefined);
  if (status) {
    const message = 'Only Cancelled can be set, and no other field with it.';
    if (status !== 'Cancelled' || given.length > 0 || amount) return invalid({ path: 'status', message });
    return { kind: 'ok', value: { id, cancel: true, fields: {} } };
  }
  const checked = validate(SessionUpdateFields, Object.fromEntries(given), 'input');
  if (checked.kind === 'refused') return { kind: 'refused', refusal: inVendorWords(checked.refusal) };
  const fields = checked.value;
  if (typeof amount !== 'string') return { kind: 'ok', value: { id, cancel: false, fields } };
  const currency = fields.currencyCode ?? (await currencyOf(id));
  if (currency === null) return { kind: 'ok', value: { id, cancel: false, fields } };
  const lines = linesOf(amount, fields.lineItems, currency);
  return 'path' in lines
    ? invalid(lines)
    : { kind: 'ok', value: { id, cancel: false, fields: { ...fields, ...lines } } };
}
