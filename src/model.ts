import * as z from 'zod/mini';

/**
 * The words of the domain, as plain data: what is stored, what crosses the Durable Object boundary, what is rendered.
 * Each schema and its type share a name. A property is written here once; `store/columns.ts` derives its column from it.
 * Times are milliseconds since the epoch, money is integer minor units of `currencyCode`.
 */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };
export const JsonObject: z.ZodMiniType<JsonObject> = z.record(z.string(), z.json());

const text = z.nullable(z.string());
const maybeInt = z.nullable(z.int());

export const Channel = z.enum(['EMAIL', 'SMS']);
export type Channel = z.infer<typeof Channel>;

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
export const DeliveryStatus = z.enum(['PENDING', 'SENT', 'DELIVERED', 'FAILED', 'BOUNCED', 'SUPPRESSED', 'UNKNOWN']);
export type DeliveryStatus = z.infer<typeof DeliveryStatus>;

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

export const Customer = z.object({
  email: text,
  /** As the merchant typed it; `phoneE164` is what is sent to. */
  phone: text,
  firstName: text,
  lastName: text,
  paylinkCustomerId: text,
  locale: text,
  /** IANA. */
  timeZone: z._default(text, null),
});
export type Customer = z.infer<typeof Customer>;

export const LineItem = z.object({
  id: z.string(),
  sku: text,
  /** Per unit. */
  price: z.int(),
  quantity: z.int(),
  /** For the line, not per unit. */
  tax: maybeInt,
  description: text,
  category: text,
  metadata: z.nullable(JsonObject),
  createdAt: z.int(),
  updatedAt: z.int(),
});
export type LineItem = z.infer<typeof LineItem>;

/** One attempt to have one provider deliver one message. */
export const DeliveryLog = z.object({
  id: z.string(),
  operationId: z.string(),
  channel: Channel,
  status: DeliveryStatus,
  /** null when refused before a provider was chosen (SUPPRESSED). */
  provider: text,
  messageId: text,
  /** Email address or E.164 number; null once erased. */
  recipient: text,
  recipientHash: z.string(),
  reason: text,
  /** Who settled an outcome that was not known: `person`; null: its provider, or nobody yet. Rows of earlier releases lack it. */
  settledBy: z._default(text, null),
  /** When a provider took it; null while it has not. */
  acceptedAt: maybeInt,
  createdAt: z.int(),
  updatedAt: z.int(),
  /** The Paylink's version that wrote this row last. */
  version: z.int(),
});
export type DeliveryLog = z.infer<typeof DeliveryLog>;

export const EventType = z.enum([
  'CREATED',
  'UPDATED',
  'SENT',
  'SEND_FAILED',
  'OPENED',
  'PAID',
  'PARTIALLY_PAID',
  'PAYMENT_FAILED',
  'REFUNDED',
  'CANCELED',
  'EXPIRED',
  'DELIVERY_UPDATED',
  'ERASED',
]);
export type EventType = z.infer<typeof EventType>;

/** Which credential an event is the work of, and what people call it. */
export const EventActor = z.object({ credentialId: z.string(), label: text });
export type EventActor = z.infer<typeof EventActor>;

export const PaylinkEvent = z.object({
  id: z.string(),
  type: EventType,
  oldValue: z.nullable(JsonObject),
  newValue: z.nullable(JsonObject),
  createdBy: z.string(),
  /** null: nobody with a credential; a customer, a provider, the gateway. An event of an earlier release has none. */
  actor: z._default(z.nullable(EventActor), null),
  createdAt: z.int(),
  version: z.int(),
});
export type PaylinkEvent = z.infer<typeof PaylinkEvent>;

/** An order beyond the 500th of its Paylink. */
const FoldedOrder = z.object({ id: z.string(), amount: z.int(), fees: z.int(), refunded: z.int() });

/** A payment made (or being made) at a checkout for this Paylink. */
export const Order = z.object({
  /** The checkout's own order id. */
  id: z.string(),
  status: z.enum(['PAID', 'REFUNDED', 'PARTIALLY_REFUNDED']),
  amount: z.int(),
  /** Fees the checkout added. */
  fees: z.int(),
  refunded: z.int(),
  currencyCode: z.string(),
  createdAt: z.int(),
  updatedAt: z.int(),
  version: z.int(),
  /** Only of the one that stands for all orders beyond the 500th, with their sums: the latest of them. Rows of earlier releases lack it. */
  folded: z._default(z.nullable(z.array(FoldedOrder)), null),
});
export type Order = z.infer<typeof Order>;

export const AttachmentType = z.enum(['application/pdf', 'image/png', 'image/jpeg']);
export type AttachmentType = z.infer<typeof AttachmentType>;

/** A file attached to a Paylink. */
export const AttachmentFile = z.object({
  /** As it is listed and downloaded (attachment-name.ts). */
  name: z.string(),
  /** Where it lies in R2. */
  key: z.string(),
  /** What its first bytes say. */
  type: AttachmentType,
  /** Bytes. */
  size: z.int(),
  sha256: z.string(),
});
export type AttachmentFile = z.infer<typeof AttachmentFile>;

/** How and when a customer consented, as the merchant tells it: a proof for later, which no customer is shown. */
export const Consent = z.object({
  source: text,
  capturedAt: maybeInt,
  /** What the customer was told. */
  text,
  ip: text,
  /** The credential that brought it. */
  recordedBy: z.object({ credentialId: z.string(), label: text }),
});
export type Consent = z.infer<typeof Consent>;

/** The Paylink's own row, without its lists. */
export const PaylinkHead = z.object({
  id: z.string(),
  merchantId: z.string(),
  /** Grows by one with every change; D1 takes a row only if newer. */
  version: z.int(),
  status: z.enum(paylinkStatuses),
  /** The short link's code; its first character names the shard. */
  code: z.string(),
  /** The merchant's checkout for this Paylink, else null: the hosted page. */
  checkoutUrl: text,
  merchantInvoiceId: text,
  orderId: text,
  currencyCode: z.string(),
  description: text,
  memo: text,
  metadata: z.nullable(JsonObject),
  customer: Customer,
  phoneE164: text,
  /** Keyed hashes of the recipients (see paylinks/recipients/recipient.ts). */
  emailHash: text,
  phoneHash: text,
  sendEmail: z.boolean(),
  sendSms: z.boolean(),
  customerConsent: z.boolean(),
  /** Rows of earlier releases lack it. */
  consent: z._default(z.nullable(Consent), null),
  /** The names of `files`; an earlier release took names alone. */
  attachments: z.array(z.string()),
  tax: maybeInt,
  shipping: maybeInt,
  subTotal: z.int(),
  total: z.int(),
  orderTotal: maybeInt,
  approvedAmount: maybeInt,
  expiration: z.int(),
  lastSentAt: maybeInt,
  /** When a person saw the page first and last, and how often. Rows of earlier releases have none of the three. */
  firstOpenedAt: z._default(maybeInt, null),
  lastOpenedAt: z._default(maybeInt, null),
  openCount: z._default(z.int(), 0),
  /** Where the page sends the customer after payment, https. Rows of earlier releases lack this and what follows. */
  successUrl: z._default(text, null),
  /** Where the caller wants to hear of this Paylink: https, by the rules of an endpoint's URL. */
  callbackUrl: z._default(text, null),
  /** Shown to the customer instead of the merchant's own name and logo. */
  brandName: z._default(text, null),
  brandLogoUrl: z._default(text, null),
  /** The merchant's own references, never shown to the customer. */
  invoiceRefs: z._default(z.nullable(z.array(z.string())), null),
  files: z._default(z.array(AttachmentFile), []),
  createdAt: z.int(),
  updatedAt: z.int(),
});
export type PaylinkHead = z.infer<typeof PaylinkHead>;

/** A whole Paylink, its lists too. */
export const Paylink = z.extend(PaylinkHead, {
  lineItems: z.array(LineItem),
  deliveryLogs: z.array(DeliveryLog),
  events: z.array(PaylinkEvent),
  orders: z.array(Order),
});
export type Paylink = z.infer<typeof Paylink>;

/** What a credential may do; http/access.ts says what each is needed for. */
export const scopes = [
  'paylinks:read',
  'paylinks:write',
  'paylinks:send',
  'payments:write',
  'recipients:erase',
  'webhooks:manage',
  'settings:manage',
  'credentials:manage',
] as const;
export const Scope = z.enum(scopes);
export type Scope = z.infer<typeof Scope>;

/**
 * Who acts: the authenticated merchant, by which credential, what people call that, and what it may do (null: everything). `manners`: its
 * requests are signed as a vendor's SDK does, so it is answered as that vendor would.
 */
export type Caller = {
  merchant: Merchant;
  credentialId: string;
  label: string | null;
  scopes: readonly Scope[] | null;
  manners?: 'skipify';
};

/** Who did something, as the audit log names them. `id`: a credential's; an operator's email; a provider's name. */
export type Actor = {
  kind: 'credential' | 'operator' | 'customer' | 'provider' | 'gateway';
  id: string | null;
  label: string | null;
};

/** Every event that a merchant's endpoint may hear of. */
export const merchantEventTypes = [
  'paylink.created',
  'paylink.updated',
  'paylink.sent',
  'paylink.send_failed',
  'paylink.opened',
  'paylink.paid',
  'paylink.payment_failed',
  'paylink.refunded',
  'paylink.canceled',
  'paylink.expired',
  'delivery.delivered',
  'delivery.failed',
  'delivery.bounced',
  'delivery.unknown',
  'suppression.created',
  'suppression.lifted',
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
  /** Of its Paylink: told too, whatever the merchant's endpoints listen to. */
  callbackUrl: string | null;
};

/** What a provider reported of one message. `id` names the event once and for all: a repeat is known by it. */
export const DeliveryEvent = z.object({
  id: z.string(),
  /** Its name in the registry of providers. */
  provider: z.string(),
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
