import * as z from 'zod/mini';
import { maybeInt, text } from './values.ts';

/** A merchant and its settings. `rateLimit*` null means: the configuration's. */
export const Merchant = z.object({
  id: z.string(),
  parentId: text,
  name: z.string(),
  mode: z.enum(['test', 'live']),
  /** ISO 3166-1 alpha-2; a national phone number is read as this country's. */
  country: z.string(),
  /** BCP 47, for amounts and dates in messages. */
  locale: z.string(),
  /** IANA, for dates in messages to customers without their own; null: UTC. */
  timeZone: z._default(text, null),
  brandColor: text,
  logoUrl: text,
  supportEmail: text,
  /** The merchant's own https checkout; `{paylinkId}` and `{code}` are filled in. */
  checkoutUrlTemplate: text,
  smsCountries: z.array(z.string()),
  rateLimitRequests: maybeInt,
  rateLimitWindowSeconds: maybeInt,
  /** Sends of one Paylink on one channel in any 24 h. */
  paylinkSendCap: z.int(),
  /** Sends to one recipient over all Paylinks in any 24 h. */
  recipientSendCap: z.int(),
  /** How long an identical send without a key counts as the same, ms. */
  unkeyedWindowMs: z.int(),
  /** Its contract with its customers stands in for `customerConsent`, where a surface does not ask for that. */
  consentByContract: z._default(z.boolean(), false),
  /** Since when it may do nothing; its pages stay open. null: it may. Rows of earlier releases lack it. */
  suspendedAt: z._default(maybeInt, null),
  /** SMS over all Paylinks in any 24 h. */
  smsSendCap: z._default(z.int(), 2_000),
  /** Strangers (given by `to`) that one Paylink is sent to in any 24 h. */
  overrideSendCap: z._default(z.int(), 5),
  shard: z.int(),
  createdAt: z.int(),
  updatedAt: z.int(),
});
export type Merchant = z.infer<typeof Merchant>;
