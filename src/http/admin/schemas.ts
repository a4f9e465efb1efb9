import * as z from 'zod/mini';
import { IsoTime } from '../../lib/iso-time.ts';
import { Scope, scopes } from '../../model/caller.ts';
import { TimeZone } from '../../paylinks/domain/schemas.ts';
import { isCountry } from '../../paylinks/recipients/recipient.ts';
import { limit } from '../rest/paging.ts';

const Country = z
  .pipe(
    z.string(),
    z.transform((text) => text.toUpperCase()),
  )
  .check(z.refine(isCountry, 'Must be an ISO 3166-1 alpha-2 country code.'));

/** A tag of at most 35 characters, as RFC 5646 (§4.4.1) has everybody take. */
const Locale = z.pipe(
  z.string().check(z.maxLength(35)),
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

/**
 * Kept in the URL's normal form, because it becomes a header and a link. Placeholders must come after the host, so that a filled-in value
 * cannot change where the customer pays.
 */
const CheckoutUrlTemplate = z.pipe(
  HttpsUrl,
  z
    .pipe(
      z.string(),
      z.transform((text) => new URL(text).href.replace(/%7B(paylinkId|code)%7D/g, '{$1}')),
    )
    .check(
      z.refine(
        (url) => /^https:\/\/[^/?#{}]+[/?#].*\{(paylinkId|code)\}/.test(url),
        'Must contain {paylinkId} or {code} after the host.',
      ),
    ),
);

const Uuid = z.pipe(
  z.guid('Must be a UUID.'),
  z.transform((id) => id.toLowerCase()),
);
const count = (min: number, max: number) => z.int().check(z.gte(min), z.lte(max));

/** A merchant's settings, each with its rule: the same for the operator and for the merchant itself. */
export const settings = {
  // Used in the From header and the subject of emails, so it must be one line.
  name: z
    .string()
    .check(z.trim(), z.minLength(1), z.maxLength(255), z.regex(/^\P{Cc}*$/u, 'Must not contain control characters.')),
  country: Country,
  locale: Locale,
  timeZone: z.nullable(TimeZone),
  brandColor: z.nullable(z.string().check(z.regex(/^#[0-9a-f]{6}$/i, 'Must be a color as #rrggbb.'))),
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
  smsSendCap: count(0, 1_000_000),
  overrideSendCap: count(0, 10_000),
  unkeyedWindowMs: count(0, 600_000),
  consentByContract: z.boolean(),
};

/** A new merchant. The default is test mode, in which no message leaves the gateway. */
export const MerchantCreate = z.pipe(
  z.strictObject({
    id: z.optional(Uuid),
    parentId: z._default(z.nullable(Uuid), null),
    mode: z._default(z.enum(['test', 'live']), 'test'),
    name: settings.name,
    country: z._default(settings.country, 'US'),
    locale: z._default(settings.locale, 'en-US'),
    timeZone: z._default(settings.timeZone, null),
    brandColor: z._default(settings.brandColor, null),
    logoUrl: z._default(settings.logoUrl, null),
    supportEmail: z._default(settings.supportEmail, null),
    checkoutUrlTemplate: z._default(settings.checkoutUrlTemplate, null),
    smsCountries: z.optional(settings.smsCountries),
    rateLimitRequests: z._default(settings.rateLimitRequests, null),
    rateLimitWindowSeconds: z._default(settings.rateLimitWindowSeconds, null),
    paylinkSendCap: z._default(settings.paylinkSendCap, 20),
    recipientSendCap: z._default(settings.recipientSendCap, 50),
    smsSendCap: z._default(settings.smsSendCap, 2_000),
    overrideSendCap: z._default(settings.overrideSendCap, 5),
    unkeyedWindowMs: z._default(settings.unkeyedWindowMs, 10_000),
    consentByContract: z._default(settings.consentByContract, false),
  }),
  z.transform((body) => ({ ...body, smsCountries: body.smsCountries ?? [body.country] })),
);

const fixed = z.optional(z.never('Cannot be changed.'));

/** Settings to change. `mode` is in the prefix of keys, and `parentId` gives rights to Paylinks, so neither can change. */
export const MerchantUpdate = z
  .strictObject({
    ...z.partial(z.object(settings)).shape,
    suspended: z.optional(z.boolean()),
    id: fixed,
    parentId: fixed,
    mode: fixed,
  })
  .check(z.refine((body) => Object.keys(body).length > 0, 'Give at least one setting to change.'));

/** A credential to issue; `expiresAt` must be after `now` (ms). Without `scopes` it may do what its issuer may. */
export const credentialIssue = (now: number) =>
  z.strictObject({
    scheme: z.enum(['hmac', 'skipify', 'bearer']),
    label: z._default(z.nullable(z.string().check(z.trim(), z.minLength(1), z.maxLength(100))), null),
    expiresAt: z._default(z.nullable(IsoTime.check(z.refine((time) => time > now, 'Must be in the future.'))), null),
    scopes: z._default(z.nullable(z.array(Scope).check(z.minLength(1), z.maxLength(scopes.length))), null),
  });

/** When a credential expires; null: never. A time in the past expires it now. */
export const CredentialExpiry = z.strictObject({ expiresAt: z.nullable(IsoTime) });

/** A page of merchants. */
export const MerchantPage = z.strictObject({ limit: limit(50), cursor: z.optional(Uuid) });

/** An id in a path, in lower case; null if it is not a UUID. */
export const parseUuid = (text: string | undefined): string | null => Uuid.safeParse(text).data ?? null;
