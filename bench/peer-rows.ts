import type { Channel, DeliveryLog, LineItem, Order, Paylink, PaylinkEvent, PaylinkHead } from '../src/model.ts';
import type { RecipientStatus } from '../src/store/recipient-status.ts';

type PaylinkRow = {
  id: string;
  merchant_id: string;
  version: number;
  status: PaylinkHead['status'];
  code: string;
  checkout_url: string | null;
  merchant_invoice_id: string | null;
  order_id: string | null;
  currency_code: string;
  description: string | null;
  memo: string | null;
  metadata: string | null;
  customer: string;
  phone_e164: string | null;
  email_hash: string | null;
  phone_hash: string | null;
  send_email: number;
  send_sms: number;
  customer_consent: number;
  attachments: string;
  tax: number | null;
  shipping: number | null;
  sub_total: number;
  total: number;
  order_total: number | null;
  approved_amount: number | null;
  expiration: number;
  last_sent_at: number | null;
  created_at: number;
  updated_at: number;
};

type ItemRow = Omit<LineItem, 'metadata' | 'createdAt' | 'updatedAt'> & {
  metadata: string | null;
  created_at: number;
  updated_at: number;
};

type LogRow = Pick<DeliveryLog, 'id' | 'channel' | 'status' | 'provider' | 'recipient' | 'reason' | 'version'> & {
  operation_id: string;
  message_id: string | null;
  recipient_hash: string;
  accepted_at: number | null;
  created_at: number;
  updated_at: number;
};

type EventRow = Pick<PaylinkEvent, 'id' | 'type' | 'version'> & {
  old_value: string | null;
  new_value: string | null;
  created_by: string;
  created_at: number;
};

type OrderRow = Pick<Order, 'id' | 'status' | 'amount' | 'fees' | 'refunded' | 'version'> & {
  currency_code: string;
  created_at: number;
  updated_at: number;
};

/** The rows of a batch's statement, taken for what its table declares. */
const rowsOf = <Row>(result: D1Result | undefined) => (result?.results ?? []) as Row[];

const parsed = (text: string | null) => (text === null ? null : JSON.parse(text));

const toHead = (row: PaylinkRow): PaylinkHead => ({
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
  metadata: parsed(row.metadata),
  customer: JSON.parse(row.customer),
  phoneE164: row.phone_e164,
  emailHash: row.email_hash,
  phoneHash: row.phone_hash,
  sendEmail: row.send_email === 1,
  sendSms: row.send_sms === 1,
  customerConsent: row.customer_consent === 1,
  attachments: JSON.parse(row.attachments),
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
});

const toItem = (row: ItemRow): LineItem => ({
  id: row.id,
  sku: row.sku,
  price: row.price,
  quantity: row.quantity,
  tax: row.tax,
  description: row.description,
  category: row.category,
  metadata: parsed(row.metadata),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const toLog = (row: LogRow): DeliveryLog => ({
  id: row.id,
  operationId: row.operation_id,
  channel: row.channel,
  status: row.status,
  provider: row.provider,
  messageId: row.message_id,
  recipient: row.recipient,
  recipientHash: row.recipient_hash,
  reason: row.reason,
  acceptedAt: row.accepted_at,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  version: row.version,
});

const toEvent = (row: EventRow): PaylinkEvent => ({
  id: row.id,
  type: row.type,
  oldValue: parsed(row.old_value),
  newValue: parsed(row.new_value),
  createdBy: row.created_by,
  createdAt: row.created_at,
  version: row.version,
});

const toOrder = (row: OrderRow): Order => ({
  id: row.id,
  status: row.status,
  amount: row.amount,
  fees: row.fees,
  refunded: row.refunded,
  currencyCode: row.currency_code,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  version: row.version,
});

/** A merchant's own Paylink with its lists: a query a table, in one batch. */
export async function readPaylink(db: D1Database, merchantId: string, id: string): Promise<Paylink | null> {
  const [heads, items, logs, events, orders] = await db.batch([
    db.prepare('SELECT * FROM paylinks WHERE id = ? AND merchant_id = ?').bind(id, merchantId),
    db.prepare('SELECT * FROM line_items WHERE paylink_id = ? ORDER BY position').bind(id),
    db.prepare('SELECT * FROM delivery_logs WHERE paylink_id = ? ORDER BY created_at').bind(id),
    db.prepare('SELECT * FROM events WHERE paylink_id = ? ORDER BY version').bind(id),
    db.prepare('SELECT * FROM orders WHERE paylink_id = ? ORDER BY created_at').bind(id),
  ]);
  const [head] = rowsOf<PaylinkRow>(heads);
  if (!head) return null;
  return {
    ...toHead(head),
    lineItems: rowsOf<ItemRow>(items).map(toItem),
    deliveryLogs: rowsOf<LogRow>(logs).map(toLog),
    events: rowsOf<EventRow>(events).map(toEvent),
    orders: rowsOf<OrderRow>(orders).map(toOrder),
  };
}

const day = 24 * 60 * 60 * 1000;

type Recipients = Omit<RecipientStatus, 'merchant'>;

/** Who may not be written to, and how often the recipients were in the last day. */
export async function readRecipients(db: D1Database, paylink: Paylink, now: number): Promise<Recipients> {
  const { merchantId, emailHash, phoneHash } = paylink;
  const [suppressed, recent] = await db.batch([
    db
      .prepare(
        `SELECT channel, recipient_hash AS hash FROM suppressions WHERE recipient_hash IN (?, ?) AND merchant_id IN (?, '*')`,
      )
      .bind(emailHash, phoneHash, merchantId),
    db
      .prepare(
        `SELECT recipient_hash AS hash, count(*) AS count FROM delivery_logs
         WHERE merchant_id = ? AND recipient_hash IN (?, ?) AND created_at > ?
           AND status <> 'SUPPRESSED' AND NOT (status = 'FAILED' AND accepted_at IS NULL)
         GROUP BY recipient_hash`,
      )
      .bind(merchantId, emailHash, phoneHash, now - day),
  ]);
  return {
    hashes: [emailHash, phoneHash].filter((hash) => hash !== null),
    suppressed: rowsOf<{ channel: Channel; hash: string }>(suppressed),
    recent: rowsOf<{ hash: string; count: number }>(recent),
  };
}
