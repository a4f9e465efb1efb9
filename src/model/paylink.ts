import * as z from 'zod/mini';
import { DeliveryLog } from './delivery.ts';
import { Order } from './order.ts';
import { PaylinkEvent } from './paylink-event.ts';
import { JsonObject, maybeInt, text } from './values.ts';

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
