import { isSupportedCountry } from 'libphonenumber-js/min';
import * as z from 'zod';

const Country = z
  .string()
  .transform((text) => text.toUpperCase())
  .refine((code) => isSupportedCountry(code), 'Must be an ISO 3166-1 alpha-2 country code.');

const Locale = z.string().transform((text, context) => {
  try {
    const [locale] = Intl.getCanonicalLocales(text);
    if (locale) return locale;
  } catch {
    // A RangeError: not a well-formed tag.
  }
  context.addIssue({ code: 'custom', message: 'Must be a BCP 47 language tag.' });
  return z.NEVER;
});

function isHttpsUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === 'https:' && /^https:\/\//i.test(text) && url.username === '' && url.password === '';
}

const HttpsUrl = z.string().max(2048).refine(isHttpsUrl, 'Must be an https URL without credentials.');

/** Placeholders belong behind the host: what is filled in may not choose where the customer pays. */
const CheckoutUrlTemplate = HttpsUrl.refine(
  (url) => /\{(paylinkId|code)\}/.test(url) && !/^https:\/\/[^/?#]*[{}]/i.test(url),
  'Must name {paylinkId} or {code} behind the host.',
);

const Uuid = z.guid('Must be a UUID.').transform((id) => id.toLowerCase());
const count = (least: number, most: number) => z.int().min(least).max(most);

const settings = {
  // It stands in the From header and the subject of an email: one line.
  name: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .regex(/^\P{Cc}*$/u, 'Must not hold control characters.'),
  country: Country,
  locale: Locale,
  brandColor: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, 'Must be a colour as #rrggbb.')
    .nullable(),
  logoUrl: HttpsUrl.nullable(),
  supportEmail: z.email('Must be an email address.').max(254).nullable(),
  checkoutUrlTemplate: CheckoutUrlTemplate.nullable(),
  smsCountries: z
    .array(Country)
    .max(300)
    .transform((codes) => [...new Set(codes)]),
  rateLimitRequests: count(1, 1_000_000).nullable(),
  rateLimitWindowSeconds: count(1, 86_400).nullable(),
  paylinkSendCap: count(0, 10_000),
  recipientSendCap: count(0, 10_000),
  unkeyedWindowMs: count(0, 600_000),
};

/** A new merchant. Test mode unless said otherwise: nothing of it leaves the gateway. */
export const MerchantCreate = z
  .strictObject({
    id: Uuid.optional(),
    parentId: Uuid.nullable().default(null),
    mode: z.enum(['test', 'live']).default('test'),
    name: settings.name,
    country: settings.country.default('US'),
    locale: settings.locale.default('en-US'),
    brandColor: settings.brandColor.default(null),
    logoUrl: settings.logoUrl.default(null),
    supportEmail: settings.supportEmail.default(null),
    checkoutUrlTemplate: settings.checkoutUrlTemplate.default(null),
    smsCountries: settings.smsCountries.optional(),
    rateLimitRequests: settings.rateLimitRequests.default(null),
    rateLimitWindowSeconds: settings.rateLimitWindowSeconds.default(null),
    paylinkSendCap: settings.paylinkSendCap.default(20),
    recipientSendCap: settings.recipientSendCap.default(50),
    unkeyedWindowMs: settings.unkeyedWindowMs.default(10_000),
  })
  .transform((body) => ({ ...body, smsCountries: body.smsCountries ?? [body.country] }));

const fixed = z.never('Is fixed when the merchant is created.').optional();

/** Settings to change. Keys carry the mode in their prefix and Paylinks the parent's rights, so neither changes. */
export const MerchantUpdate = z
  .strictObject({ ...z.object(settings).partial().shape, id: fixed, parentId: fixed, mode: fixed })
  .refine((body) => Object.keys(body).length > 0, 'Give at least one setting to change.');

const Instant = z.iso
  .datetime({ offset: true, error: 'Must be an ISO 8601 date and time with a zone.' })
  .transform((text) => Date.parse(text));

/** A credential to issue; `expiresAt` must be ahead of `now` (ms). */
export const credentialIssue = (now: number) =>
  z.strictObject({
    scheme: z.enum(['hmac', 'skipify', 'bearer']),
    label: z.string().trim().min(1).max(100).nullable().default(null),
    expiresAt: Instant.refine((time) => time > now, 'Must be in the future.')
      .nullable()
      .default(null),
  });

/** When a credential ends; null: never. A time that has passed ends it now. */
export const CredentialExpiry = z.strictObject({ expiresAt: Instant.nullable() });

/** A page of merchants. */
export const MerchantPage = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,3}$/, 'Must be a number from 1 to 100.')
    .transform(Number)
    .pipe(z.int().min(1).max(100))
    .default(50),
  cursor: Uuid.optional(),
});

/** An id in a path, in lower case; null when it is no UUID. */
export const parseUuid = (text: string | undefined): string | null => Uuid.safeParse(text).data ?? null;
