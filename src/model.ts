import * as z from 'zod/mini';

/**
 * The words of the domain, as plain data: what is stored, what crosses the Durable Object boundary, what is rendered.
 * Times are milliseconds since the epoch, money is integer minor units of `currencyCode`.
 */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export type Channel = 'EMAIL' | 'SMS';

export const paylinkStatuses = [
  'CREATED',
  'SENT',
  'OPENED',
  'PAID',
  'PARTIALLY_PAID',
  'REFUNDED',
  'PARTIALLY_REFUNDED',
  'EXPIRED',
  'CANCELED',
  'FAILED',
] as const;
export type PaylinkStatus = (typeof paylinkStatuses)[number];

/** A delivery attempt: PENDING while the provider is asked, UNKNOWN when its answer was lost. */
export type DeliveryStatus = 'PENDING' | 'SENT' | 'DELIVERED' | 'FAILED' | 'BOUNCED' | 'SUPPRESSED' | 'UNKNOWN';

/** A merchant and its settings. `rateLimit*` null means: the configuration's. */
export type Merchant = {
  id: string;
  parentId: string | null;
  name: string;
  mode: 'test' | 'live';
  /** ISO 3166-1 alpha-2; a national phone number is read as this country's. */
  country: string;
  /** BCP 47, for amounts and dates in messages. */
  locale: string;
  brandColor: string | null;
  logoUrl: string | null;
  supportEmail: string | null;
  /** The merchant's own https checkout; `{paylinkId}` and `{code}` are filled in. */
  checkoutUrlTemplate: string | null;
  smsCountries: string[];
  rateLimitRequests: number | null;
  rateLimitWindowSeconds: number | null;
  /** Sends of one Paylink on one channel in any 24 h. */
  paylinkSendCap: number;
  /** Sends to one recipient over all Paylinks in any 24 h. */
  recipientSendCap: number;
  /** How long an identical send without a key counts as the same, ms. */
  unkeyedWindowMs: number;
  shard: number;
  createdAt: number;
  updatedAt: number;
};

export type Customer = {
  email: string | null;
  /** As the merchant typed it; `phoneE164` is what is sent to. */
  phone: string | null;
  firstName: string | null;
  lastName: string | null;
  paylinkCustomerId: string | null;
  locale: string | null;
};

export type LineItem = {
  id: string;
  sku: string | null;
  /** Per unit. */
  price: number;
  quantity: number;
  /** For the line, not per unit. */
  tax: number | null;
  description: string | null;
  category: string | null;
  metadata: JsonObject | null;
  createdAt: number;
  updatedAt: number;
};

/** One attempt to have one provider deliver one message. */
export type DeliveryLog = {
  id: string;
  operationId: string;
  channel: Channel;
  status: DeliveryStatus;
  /** null when refused before a provider was chosen (SUPPRESSED). */
  provider: string | null;
  messageId: string | null;
  /** Email address or E.164 number; null once erased. */
  recipient: string | null;
  recipientHash: string;
  reason: string | null;
  /** When a provider took it; null while it has not. */
  acceptedAt: number | null;
  createdAt: number;
  updatedAt: number;
  /** The Paylink's version that wrote this row last. */
  version: number;
};

export type EventType =
  | 'CREATED'
  | 'UPDATED'
  | 'SENT'
  | 'SEND_FAILED'
  | 'OPENED'
  | 'PAID'
  | 'PARTIALLY_PAID'
  | 'REFUNDED'
  | 'CANCELED'
  | 'EXPIRED'
  | 'DELIVERY_UPDATED'
  | 'ERASED';

export type PaylinkEvent = {
  id: string;
  type: EventType;
  oldValue: JsonObject | null;
  newValue: JsonObject | null;
  createdBy: string;
  createdAt: number;
  version: number;
};

/** A payment made (or being made) at a checkout for this Paylink. */
export type Order = {
  /** The checkout's own order id. */
  id: string;
  status: 'PAID' | 'REFUNDED' | 'PARTIALLY_REFUNDED';
  amount: number;
  /** Fees the checkout added. */
  fees: number;
  refunded: number;
  currencyCode: string;
  createdAt: number;
  updatedAt: number;
  version: number;
};

/** The Paylink's own row, without its lists. */
export type PaylinkHead = {
  id: string;
  merchantId: string;
  /** Grows by one with every change; D1 takes a row only if newer. */
  version: number;
  status: PaylinkStatus;
  /** The short link's code; its first character names the shard. */
  code: string;
  /** The merchant's checkout for this Paylink, else null: the hosted page. */
  checkoutUrl: string | null;
  merchantInvoiceId: string | null;
  orderId: string | null;
  currencyCode: string;
  description: string | null;
  memo: string | null;
  metadata: JsonObject | null;
  customer: Customer;
  phoneE164: string | null;
  /** Keyed hashes of the recipients (see paylinks/recipient.ts). */
  emailHash: string | null;
  phoneHash: string | null;
  sendEmail: boolean;
  sendSms: boolean;
  customerConsent: boolean;
  attachments: string[];
  tax: number | null;
  shipping: number | null;
  subTotal: number;
  total: number;
  orderTotal: number | null;
  approvedAmount: number | null;
  expiration: number;
  lastSentAt: number | null;
  createdAt: number;
  updatedAt: number;
};

export type Paylink = PaylinkHead & {
  lineItems: LineItem[];
  deliveryLogs: DeliveryLog[];
  events: PaylinkEvent[];
  orders: Order[];
};

/** Who acts: the authenticated merchant. */
export type Caller = { merchant: Merchant; credentialId: string };

/** Every event that a merchant's endpoint may hear of. */
export const merchantEventTypes = [
  'paylink.created',
  'paylink.sent',
  'paylink.opened',
  'paylink.paid',
  'paylink.canceled',
  'paylink.expired',
  'delivery.delivered',
  'delivery.failed',
  'delivery.bounced',
  'endpoint.test',
  'endpoint.disabled',
] as const;

export type MerchantEventType = (typeof merchantEventTypes)[number];

/** One event as merchants are told of it; `id` is the event's own and becomes `webhook-id`. `createdAt` in ms. */
export type WebhookPayload = {
  id: string;
  merchantId: string;
  type: MerchantEventType;
  paylinkId: string | null;
  payload: string;
  createdAt: number;
};

/** What a provider reported of one message. `id` names the event once and for all: a repeat is known by it. */
export const DeliveryEvent = z.object({
  id: z.string(),
  provider: z.enum(['mailchannels', 'resend', 'twilio', 'telnyx']),
  /** The id that we sent along; null when the provider did not give it back. */
  attemptId: z.nullable(z.string()),
  paylinkId: z.nullable(z.string()),
  /** The provider's own id of the message. */
  messageId: z.nullable(z.string()),
  status: z.enum(['SENT', 'DELIVERED', 'FAILED', 'BOUNCED']),
  suppression: z.nullable(z.enum(['hard_bounce', 'complaint', 'stop', 'unsubscribe'])),
  /** For a person; names no recipient. */
  reason: z.nullable(z.string()),
});

export type DeliveryEvent = z.infer<typeof DeliveryEvent>;
export type ReportingProvider = DeliveryEvent['provider'];
