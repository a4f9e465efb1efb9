import * as z from 'zod/mini';
import { IsoTime } from '../../lib/iso-time.ts';
import type { JsonObject } from '../../model/values.ts';
import { normalizePhone } from '../recipients/recipient.ts';
import { MAX_METADATA } from './bounds.ts';

/** Free text of at most `most` characters; control characters have no place in a message or a log. */
const text = (most: number) =>
  z.nullable(
    z.string().check(
      z.maxLength(most, `At most ${most} characters.`),
      z.refine((value) => !/[^\P{Cc}\t\n\r]/u.test(value), 'Control characters are not allowed.'),
      z.refine((value) => value.isWellFormed(), 'Not well-formed Unicode.'),
    ),
  );

const minorUnits = z.int('Must be an integer of minor units (cents).').check(z.gte(0, 'Must not be negative.'));

const metadata: z.ZodMiniType<JsonObject | null> = z.nullable(
  z
    .record(z.string(), z.json())
    .check(
      z.refine((value) => JSON.stringify(value).length <= MAX_METADATA, `At most ${MAX_METADATA} characters of JSON.`),
    ),
);

/** Currencies this runtime knows (ISO 4217), asked once. */
const currencies = new Set(Intl.supportedValuesOf('currency'));

const isLocale = (tag: string) => {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
};

/** Whether `name` is a time zone of the IANA database; an offset such as `+02:00` is none. */
export const isTimeZone = (name: string): boolean => {
  try {
    return /^[a-z]/i.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

/** Whose clock the dates of a message are told by. */
export const TimeZone = z
  .string()
  .check(z.maxLength(64), z.refine(isTimeZone, 'Must be an IANA time zone such as Europe/Berlin.'));

const CustomerFields = z.strictObject({
  email: z.nullish(z.email('Must be an email address.').check(z.maxLength(254))),
  phone: z.nullish(
    z.string().check(z.minLength(1), z.maxLength(32), z.regex(/^\P{Cc}*$/u, 'Control characters are not allowed.')),
  ),
  firstName: z.optional(text(100)),
  lastName: z.optional(text(100)),
  paylinkCustomerId: z.optional(text(255)),
  locale: z.nullish(z.string().check(z.maxLength(35), z.refine(isLocale, 'Must be a BCP 47 language tag.'))),
  timeZone: z.nullish(TimeZone),
});

const LineItemFields = z.strictObject({
  sku: z.optional(text(255)),
  price: minorUnits,
  quantity: z.int().check(z.gte(1, 'Must be at least 1.'), z.lte(1_000_000)),
  tax: z.nullish(minorUnits),
  description: z.optional(text(255)),
  category: z.optional(text(255)),
  metadata: z.optional(metadata),
});

const isHttps = (url: string) => {
  const parsed = URL.parse(url);
  // URL.parse forgives white space and missing slashes, which a link to a customer must not have.
  return parsed !== null && /^https:\/\/\S+$/i.test(url) && parsed.username === '' && parsed.password === '';
};
const httpsUrl = z.string().check(z.maxLength(2048), z.refine(isHttps, 'Must be an https URL without credentials.'));

/** A proof of consent, all of it optional. */
const ConsentFields = z.strictObject({
  source: z.optional(text(255)),
  capturedAt: z.nullish(IsoTime),
  text: z.optional(text(2_000)),
  ip: z.nullish(z.union([z.ipv4(), z.ipv6()], 'Must be an IP address.')),
});

/** What create and update have in common, as callers spell it; an unknown field is refused by name. */
const shared = {
  merchantInvoiceId: z.optional(text(255)),
  customer: z.nullish(CustomerFields),
  lineItems: z.optional(z.array(LineItemFields).check(z.maxLength(200, 'At most 200 line items.'))),
  tax: z.nullish(minorUnits),
  shipping: z.nullish(minorUnits),
  currencyCode: z.optional(
    z
      .pipe(
        // Letters of ASCII: other alphabets have letters that become one of these in capitals.
        z.string().check(z.regex(/^[A-Za-z]{3}$/, 'Must be an ISO 4217 code such as USD.')),
        z.transform((code) => code.toUpperCase()),
      )
      .check(z.refine((code) => currencies.has(code), 'Must be an ISO 4217 code such as USD.')),
  ),
  description: z.optional(text(255)),
  memo: z.optional(text(255)),
  metadata: z.optional(metadata),
  expiration: z.nullish(IsoTime),
  successUrl: z.nullish(httpsUrl),
  sendEmail: z.optional(z.boolean()),
  sendSms: z.optional(z.boolean()),
  customerConsent: z.optional(z.boolean()),
  consent: z.nullish(ConsentFields),
  attachments: z.nullish(z.array(z.string().check(z.minLength(1), z.maxLength(255))).check(z.maxLength(20))),
};

/** `sendSMS` is the same field as `sendSms`. */
export function withSendSms(value: unknown, context: z.core.ParsePayload): unknown {
  if (typeof value !== 'object' || value === null || !('sendSMS' in value)) return value;
  const { sendSMS, ...rest } = value;
  if ('sendSms' in rest && rest.sendSms !== sendSMS) {
    context.issues.push({ code: 'custom', path: ['sendSMS'], message: 'Contradicts sendSms.', input: value });
  }
  return { ...rest, sendSms: sendSMS };
}

export const CreateFields = z.strictObject({
  merchantId: z.pipe(
    z.guid('Must be a UUID.'),
    z.transform((id) => id.toLowerCase()),
  ),
  ...shared,
  /** A name would claim a file that does not exist. */
  attachments: z.nullish(
    z.array(z.string()).check(z.maxLength(0, 'Attach files to the created Paylink: POST /{paylinkId}/attachments.')),
  ),
});
export const UpdateFields = z.strictObject(shared);

/** What a payment session has beyond a Paylink. `callbackUrl` is checked as an endpoint's URL is, by the verb. */
const session = {
  callbackUrl: z.nullish(z.string()),
  brandName: z.optional(text(100)),
  brandLogoUrl: z.nullish(httpsUrl),
  invoiceRefs: z.nullish(z.array(z.string().check(z.minLength(1), z.maxLength(255))).check(z.maxLength(50))),
};
export const SessionCreateFields = z.extend(CreateFields, session);
export const SessionUpdateFields = z.extend(UpdateFields, session);

const isE164 = (number: string) => number.startsWith('+') && normalizePhone(number, 'US') === number;

/** `to` overrides the customer's recipients, as GraphQL's does: the phone number is E.164. */
export const SendFields = z
  .strictObject({
    sendEmail: z.boolean(),
    sendSms: z.boolean(),
    to: z.nullish(
      z.strictObject({
        email: z.nullish(z.email('Must be an email address.').check(z.maxLength(254))),
        phone: z.nullish(
          z.string().check(z.refine(isE164, 'Must be a phone number in E.164 form, such as +12025550143.')),
        ),
      }),
    ),
  })
  .check((context) => {
    const { sendEmail, sendSms, to } = context.value;
    const unused = [...(to?.email && !sendEmail ? ['email'] : []), ...(to?.phone && !sendSms ? ['phone'] : [])];
    for (const name of unused) {
      const message = 'This channel is not asked for.';
      context.issues.push({ code: 'custom', path: ['to', name], message, input: context.value });
    }
  });

export type PaylinkFields = z.output<typeof SessionUpdateFields>;
