import * as z from 'zod/mini';
import {
  type DeliveryLog,
  type LineItem,
  type Order,
  type Paylink,
  type PaylinkEvent,
  type PaylinkHead,
  paylinkStatuses,
} from '../model.ts';
import { Flag, JsonRecord, jsonText } from './row.ts';

/** Column names of `paylinks`, in the order of every insert (create_key and create_fingerprint aside). */
export const headColumns = [
  'id',
  'merchant_id',
  'version',
  'status',
  'code',
  'checkout_url',
  'merchant_invoice_id',
  'order_id',
  'currency_code',
  'description',
  'memo',
  'metadata',
  'customer',
  'phone_e164',
  'email_hash',
  'phone_hash',
  'send_email',
  'send_sms',
  'customer_consent',
  'attachments',
  'tax',
  'shipping',
  'sub_total',
  'total',
  'order_total',
  'approved_amount',
  'expiration',
  'last_sent_at',
  'created_at',
  'updated_at',
] as const;

type Cell = string | number | null;

const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
const bit = (flag: boolean) => (flag ? 1 : 0);

/** A Paylink's own row as column values. */
export const toHeadRow = (head: PaylinkHead): Record<(typeof headColumns)[number], Cell> => ({
  id: head.id,
  merchant_id: head.merchantId,
  version: head.version,
  status: head.status,
  code: head.code,
  checkout_url: head.checkoutUrl,
  merchant_invoice_id: head.merchantInvoiceId,
  order_id: head.orderId,
  currency_code: head.currencyCode,
  description: head.description,
  memo: head.memo,
  metadata: json(head.metadata),
  customer: JSON.stringify(head.customer),
  phone_e164: head.phoneE164,
  email_hash: head.emailHash,
  phone_hash: head.phoneHash,
  send_email: bit(head.sendEmail),
  send_sms: bit(head.sendSms),
  customer_consent: bit(head.customerConsent),
  attachments: JSON.stringify(head.attachments),
  tax: head.tax,
  shipping: head.shipping,
  sub_total: head.subTotal,
  total: head.total,
  order_total: head.orderTotal,
  approved_amount: head.approvedAmount,
  expiration: head.expiration,
  last_sent_at: head.lastSentAt,
  created_at: head.createdAt,
  updated_at: head.updatedAt,
});

const text = z.nullable(z.string());
const int = z.int();
const maybeInt = z.nullable(z.int());
const status = z.enum(paylinkStatuses);

const Item: z.ZodMiniType<LineItem> = z.object({
  id: z.string(),
  sku: text,
  price: int,
  quantity: int,
  tax: maybeInt,
  description: text,
  category: text,
  metadata: z.nullable(JsonRecord),
  createdAt: int,
  updatedAt: int,
});

const Log: z.ZodMiniType<DeliveryLog> = z.object({
  id: z.string(),
  operationId: z.string(),
  channel: z.enum(['EMAIL', 'SMS']),
  status: z.enum(['PENDING', 'SENT', 'DELIVERED', 'FAILED', 'BOUNCED', 'SUPPRESSED', 'UNKNOWN']),
  provider: text,
  messageId: text,
  recipient: text,
  recipientHash: z.string(),
  reason: text,
  acceptedAt: maybeInt,
  createdAt: int,
  updatedAt: int,
  version: int,
});

const Event: z.ZodMiniType<PaylinkEvent> = z.object({
  id: z.string(),
  type: z.enum([
    'CREATED',
    'UPDATED',
    'SENT',
    'SEND_FAILED',
    'OPENED',
    'PAID',
    'PARTIALLY_PAID',
    'REFUNDED',
    'CANCELED',
    'EXPIRED',
    'DELIVERY_UPDATED',
    'ERASED',
  ]),
  oldValue: z.nullable(JsonRecord),
  newValue: z.nullable(JsonRecord),
  createdBy: z.string(),
  createdAt: int,
  version: int,
});

const OrderRow: z.ZodMiniType<Order> = z.object({
  id: z.string(),
  status: z.enum(['PAID', 'REFUNDED', 'PARTIALLY_REFUNDED']),
  amount: int,
  fees: int,
  refunded: int,
  currencyCode: z.string(),
  createdAt: int,
  updatedAt: int,
  version: int,
});

const Customer = z.object({
  email: text,
  phone: text,
  firstName: text,
  lastName: text,
  paylinkCustomerId: text,
  locale: text,
});

/** A row of `wholePaylink`, parsed into a Paylink and its merchant's parent. */
const PaylinkRow = z.pipe(
  z.object({
    id: z.string(),
    merchant_id: z.string(),
    parent_id: text,
    version: int,
    status,
    code: z.string(),
    checkout_url: text,
    merchant_invoice_id: text,
    order_id: text,
    currency_code: z.string(),
    description: text,
    memo: text,
    metadata: z.nullable(jsonText(JsonRecord)),
    customer: jsonText(Customer),
    phone_e164: text,
    email_hash: text,
    phone_hash: text,
    send_email: Flag,
    send_sms: Flag,
    customer_consent: Flag,
    attachments: jsonText(z.array(z.string())),
    tax: maybeInt,
    shipping: maybeInt,
    sub_total: int,
    total: int,
    order_total: maybeInt,
    approved_amount: maybeInt,
    expiration: int,
    last_sent_at: maybeInt,
    created_at: int,
    updated_at: int,
    create_fingerprint: text,
    line_items: jsonText(z.array(Item)),
    delivery_logs: jsonText(z.array(Log)),
    events: jsonText(z.array(Event)),
    orders: jsonText(z.array(OrderRow)),
  }),
  z.transform((row) => {
    const paylink: Paylink = {
      id: row.id,
      merchantId: row.merchant_id,
      version: row.version,
      status: row.status,
      code: row.code,
      checkoutUrl: row.checkout_url,
      merchantInvoiceId: row.merchant_invoice_id,
      orderId: row.order_id,
      currencyCode: row.currency_code,
      description: row.description,
      memo: row.memo,
      metadata: row.metadata,
      customer: row.customer,
      phoneE164: row.phone_e164,
      emailHash: row.email_hash,
      phoneHash: row.phone_hash,
      sendEmail: row.send_email,
      sendSms: row.send_sms,
      customerConsent: row.customer_consent,
      attachments: row.attachments,
      tax: row.tax,
      shipping: row.shipping,
      subTotal: row.sub_total,
      total: row.total,
      orderTotal: row.order_total,
      approvedAmount: row.approved_amount,
      expiration: row.expiration,
      lastSentAt: row.last_sent_at,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      lineItems: row.line_items,
      deliveryLogs: row.delivery_logs,
      events: row.events,
      orders: row.orders,
    };
    return { paylink, parentId: row.parent_id, createFingerprint: row.create_fingerprint };
  }),
);

/** A Paylink as D1 has it. */
export type StoredPaylink = z.output<typeof PaylinkRow>;

/** @throws when a row is not what this version writes */
export const parsePaylinkRow = (row: unknown): StoredPaylink => PaylinkRow.parse(row);

/** `FROM paylinks p …` columns that read a whole Paylink, lists and all, as one row (`parsePaylinkRow`). */
export const wholePaylink = `p.*, m.parent_id AS parent_id,
  (SELECT json_group_array(json_object('id', i.id, 'sku', i.sku, 'price', i.price, 'quantity', i.quantity, 'tax', i.tax,
      'description', i.description, 'category', i.category, 'metadata', json(i.metadata), 'createdAt', i.created_at, 'updatedAt', i.updated_at)
      ORDER BY i.position) FROM line_items i WHERE i.paylink_id = p.id) AS line_items,
  (SELECT json_group_array(json_object('id', d.id, 'operationId', d.operation_id, 'channel', d.channel, 'status', d.status, 'provider', d.provider,
      'messageId', d.message_id, 'recipient', d.recipient, 'recipientHash', d.recipient_hash, 'reason', d.reason, 'acceptedAt', d.accepted_at,
      'createdAt', d.created_at, 'updatedAt', d.updated_at, 'version', d.version)
      ORDER BY d.created_at, d.rowid) FROM delivery_logs d WHERE d.paylink_id = p.id) AS delivery_logs,
  (SELECT json_group_array(json_object('id', e.id, 'type', e.type, 'oldValue', json(e.old_value), 'newValue', json(e.new_value),
      'createdBy', e.created_by, 'createdAt', e.created_at, 'version', e.version)
      ORDER BY e.version, e.id) FROM events e WHERE e.paylink_id = p.id) AS events,
  (SELECT json_group_array(json_object('id', o.id, 'status', o.status, 'amount', o.amount, 'fees', o.fees, 'refunded', o.refunded,
      'currencyCode', o.currency_code, 'createdAt', o.created_at, 'updatedAt', o.updated_at, 'version', o.version)
      ORDER BY o.created_at, o.id) FROM orders o WHERE o.paylink_id = p.id) AS orders`;
