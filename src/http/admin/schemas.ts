import * as z from 'zod/mini';
import { isCountry } from '../../paylinks/recipients/recipient.ts';

const Country = z
  .pipe(
    z.string(),
    z.transform((text) => text.toUpperCase()),
  )
  .check(z.refine(isCountry, 'Must be an ISO 3166-1 alpha-2 country code.'));

const Locale = z.pipe(
  z.string(),
  z.transform((text, context) => {
    try {
      const [locale] = Intl.getCanonicalLocales(text);
      if (locale) return locale;
    } catch {
      // A RangeError: not a well-formed tag.
    }
    context.issues.push({ code: 'custom', message: 'Must be a BCP 47 language tag.', input: text });
    return z.NEVER;
  }),
);

function isHttpsUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === 'https:' && /^https:\/\//i.test(text) && url.username === '' && url.password === '';
}

const HttpsUrl = z.string().check(z.maxLength(2048), z.refine(isHttpsUrl, 'Must be an https URL without credentials.'));

/** Placeholders belong behind the host: what is filled in may not choose where the customer pays. */
const CheckoutUrlTemplate = HttpsUrl.check(
  z.refine(
    (url) => /\{(paylinkId|code)\}/.test(url) && !/^https:\/\/[^/?#]*[{}]/i.test(url),
    'Must name {paylinkId} or {code} behind the host.',
  ),
);

const Uuid = z.pipe(
  z.guid('Must be a UUID.'),
  z.transform((id) => id.toLowerCase()),
);
const count = (least: number, most: number) => z.int().check(z.gte(least), z.lte(most));

const settings = {
  // It stands in the From header and the subject of an email: one line.
  name: z
    .string()
    .check(z.trim(), z.minLength(1), z.maxLength(255), z.regex(/^\P{Cc}*$/u, 'Must not hold control characters.')),
  country: Country,
  locale: Locale,
  brandColor: z.nullable(z.string().check(z.regex(/^#[0-9a-f]{6}$/i, 'Must be a colour as #rrggbb.'))),
  logoUrl: z.nullable(HttpsUrl),
  supportEmail: z.nullable(z.email('Must be an email address.').check(z.maxLength(254))),
  checkoutUrlTemplate: z.nullable(CheckoutUrlTemplate),
  smsCountries: z.pipe(
    z.array(Country).check(z.maxLength(300)),
    z.transform((codes) => [...new Set(codes)]),
  ),
  rateLimitRequests: z.nullable(count(1, 1_000_000)),
  rateLimitWindowSeconds: z.nullable(count(1, 86_400)),
  paylinkSendCap: count(0, 10_000),
  recipientSendCap: count(0, 10_000),
  unkeyedWindowMs: count(0, 600_000),
};

/** A new merchant. Test mode unless said otherwise: nothing of it leaves the gateway. */
export const MerchantCreate = z.pipe(
  z.strictObject({
    id: z.optional(Uuid),
    parentId: z._default(z.nullable(Uuid), null),
    mode: z._default(z.enum(['test', 'live']), 'test'),
    name: settings.name,
    country: z._default(settings.country, 'US'),
    locale: z._default(settings.locale, 'en-US'),
    brandColor: z._default(settings.brandColor, null),
    logoUrl: z._default(settings.logoUrl, null),
    supportEmail: z._default(settings.supportEmail, null),
    checkoutUrlTemplate: z._default(settings.checkoutUrlTemplate, null),
    smsCountries: z.optional(settings.smsCountries),
    rateLimitRequests: z._default(settings.rateLimitRequests, null),
    rateLimitWindowSeconds: z._default(settings.rateLimitWindowSeconds, null),
    paylinkSendCap: z._default(settings.paylinkSendCap, 20),
    recipientSendCap: z._default(settings.recipientSendCap, 50),
    unkeyedWindowMs: z._default(settings.unkeyedWindowMs, 10_000),
  }),
  z.transform((body) => ({ ...body, smsCountries: body.smsCountries ?? [body.country] })),
);

const fixed = z.optional(z.never('Is fixed when the merchant is created.'));

/** Settings to change. Keys carry the mode in their prefix and Paylinks the parent's rights, so neither changes. */
export const MerchantUpdate = z
  .strictObject({ ...z.partial(z.object(settings)).shape, id: fixed, parentId: fixed, mode: fixed })
  .check(z.refine((body) => Object.keys(body).length > 0, 'Give at least one setting to change.'));

const Instant = z.pipe(
  z.iso.datetime({ offset: true, error: 'Must be an ISO 8601 date and time with a zone.' }),
  z.transform((text) => Date.parse(text)),
);

/** A credential to issue; `expiresAt` must be ahead of `now` (ms). */
export const credentialIssue = (now: number) =>
  z.strictObject({
    scheme: z.enum(['hmac', 'skipify', 'bearer']),
    label: z._default(z.nullable(z.string().check(z.trim(), z.minLength(1), z.maxLength(100))), null),
    expiresAt: z._default(z.nullable(Instant.check(z.refine((time) => time > now, 'Must be in the future.'))), null),
  });

/** When a credential ends; null: never. A time that has passed ends it now. */
export const CredentialExpiry = z.strictObject({ expiresAt: z.nullable(Instant) });

/** A page of merchants. */
export const MerchantPage = z.strictObject({
  limit: z._default(
    z.pipe(
      z.pipe(z.string().check(z.regex(/^\d{1,3}$/, 'Must be a number from 1 to 100.')), z.transform(Number)),
      z.int().check(z.gte(1), z.lte(100)),
    ),
    50,
  ),
  cursor: z.optional(Uuid),
});

/** An id in a path, in lower case; null when it is no UUID. */
export const parseUuid = (text: string | undefined): string | null => Uuid.safeParse(text).data ?? null;
