import * as z from 'zod';
import type { JsonObject } from '../model.ts';

/** Free text of at most `most` characters; control characters have no place in a message or a log. */
const text = (most: number) =>
  z
    .string()
    .max(most, `At most ${most} characters.`)
    .refine((value) => !/[^\P{Cc}\t\n\r]/u.test(value), 'Control characters are not allowed.')
    .refine((value) => value.isWellFormed(), 'Not well-formed Unicode.')
    .nullable();

const minorUnits = z.int('Must be an integer of minor units (cents).').min(0, 'Must not be negative.');

const metadata: z.ZodType<JsonObject | null> = z.record(z.string(), z.json()).nullable();

/** Currencies this runtime knows (ISO 4217), asked once. */
const currencies = new Set(Intl.supportedValuesOf('currency'));

const isLocale = (tag: string) => {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
};

const CustomerFields = z.strictObject({
  email: z.email('Must be an email address.').max(254).nullable().optional(),
  phone: z.string().min(1).max(32).nullable().optional(),
  firstName: text(100).optional(),
  lastName: text(100).optional(),
  paylinkCustomerId: text(255).optional(),
  locale: z.string().max(35).refine(isLocale, 'Must be a BCP 47 language tag.').nullable().optional(),
});

const LineItemFields = z.strictObject({
  sku: text(255).optional(),
  price: minorUnits,
  quantity: z.int().min(1, 'Must be at least 1.').max(1_000_000),
  tax: minorUnits.nullable().optional(),
  description: text(255).optional(),
  category: text(255).optional(),
  metadata: metadata.optional(),
});

const timestamp = z.iso
  .datetime({ offset: true, error: 'Must be an ISO 8601 date and time.' })
  .transform((iso) => Date.parse(iso));

/** What create and update have in common, as callers spell it; an unknown field is refused by name. */
const shared = {
  merchantInvoiceId: text(255).optional(),
  customer: CustomerFields.nullable().optional(),
  lineItems: z.array(LineItemFields).max(200, 'At most 200 line items.').optional(),
  tax: minorUnits.nullable().optional(),
  shipping: minorUnits.nullable().optional(),
  currencyCode: z
    .string()
    .refine((code) => currencies.has(code), 'Must be an ISO 4217 code such as USD.')
    .optional(),
  description: text(255).optional(),
  memo: text(255).optional(),
  metadata: metadata.optional(),
  expiration: timestamp.nullable().optional(),
  sendEmail: z.boolean().optional(),
  sendSms: z.boolean().optional(),
  customerConsent: z.boolean().optional(),
  attachments: z.array(z.string().min(1).max(255)).max(20).nullable().optional(),
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
  merchantId: z.guid('Must be a UUID.').transform((id) => id.toLowerCase()),
  ...shared,
});
export const UpdateFields = z.strictObject(shared);
export const SendFields = z.strictObject({ sendEmail: z.boolean(), sendSms: z.boolean() });

export type PaylinkFields = z.output<typeof UpdateFields>;
