import * as z from 'zod';
import { Channel, DeliveryStatus } from '../../model/delivery.ts';
import { paylinkStatuses } from '../../model/paylink.ts';
import { EventType } from '../../model/paylink-event.ts';
import { Id, MaybeTime, Metadata, Minor, pageOf, Time } from './common.ts';

const text = z.nullable(z.string());

export const LineItem = z.strictObject({
  paylinkItemId: Id,
  sku: text,
  paylinkId: Id,
  price: Minor,
  quantity: z.int(),
  tax: z.nullable(Minor),
  description: text,
  category: text,
  metadata: Metadata,
  createdAt: Time,
  updatedAt: Time,
});

export const DeliveryLog = z.strictObject({
  deliveryLogId: Id,
  paylinkId: Id,
  deliveryMethod: Channel,
  status: DeliveryStatus,
  messageId: text,
  recipient: text,
  provider: text,
  reason: text,
  createdAt: Time,
  updatedAt: Time,
});

export const Order = z.strictObject({
  orderId: z.string(),
  paylinkId: Id,
  status: z.enum(['PAID', 'REFUNDED', 'PARTIALLY_REFUNDED']),
  amount: Minor,
  fees: Minor,
  refunded: Minor,
  currencyCode: z.string(),
  createdAt: Time,
  updatedAt: Time,
});

export const Event = z.strictObject({
  eventId: Id,
  paylinkId: Id,
  eventType: EventType,
  oldValue: Metadata,
  newValue: Metadata,
  createdBy: z.string(),
  actor: z.nullable(z.strictObject({ credentialId: z.string(), label: text })),
  createdAt: Time,
});

export const Customer = z.strictObject({
  email: text,
  phone: text,
  firstName: text,
  lastName: text,
  paylinkCustomerId: text,
  locale: text,
  timeZone: text,
});

/** A Paylink as REST answers it (src/http/rest/render-paylink.ts). */
export const Paylink = z.strictObject({
  paylinkId: Id,
  link: z.url(),
  shortLink: z.url(),
  merchantInvoiceId: text,
  currencyCode: z.string(),
  merchantId: Id,
  metadata: Metadata,
  description: text,
  memo: text,
  orderId: text,
  expiration: MaybeTime,
  sendSms: z.boolean(),
  sendEmail: z.boolean(),
  createdAt: Time,
  updatedAt: Time,
  customerConsent: z.boolean(),
  consent: z.nullable(z.strictObject({ source: text, capturedAt: MaybeTime, text, ip: text })),
  tax: z.nullable(Minor),
  shipping: z.nullable(Minor),
  subTotal: Minor,
  total: Minor,
  amountDue: Minor,
  orderTotal: z.nullable(Minor),
  approvedAmount: z.nullable(Minor),
  lastSentAt: MaybeTime,
  firstOpenedAt: MaybeTime,
  lastOpenedAt: MaybeTime,
  openCount: z.int(),
  successUrl: text,
  lineItems: z.array(LineItem),
  deliveryLogs: z.array(DeliveryLog),
  openOrders: z.array(Order),
  events: z.array(Event),
  status: z.enum(paylinkStatuses),
  customer: Customer,
  attachments: z.array(z.string()),
});
export type Paylink = z.infer<typeof Paylink>;

export const PaylinkPage = pageOf(Paylink);
export type PaylinkPage = z.infer<typeof PaylinkPage>;
