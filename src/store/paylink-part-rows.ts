import type { DeliveryLog, LineItem, Order, PaylinkEvent, PaylinkHead } from '../model.ts';

/** The rows of a Paylink's parts, as every statement writes them from one bound JSON array. */
export const itemColumns = [
  'id',
  'paylink_id',
  'position',
  'sku',
  'price',
  'quantity',
  'tax',
  'description',
  'category',
  'metadata',
  'created_at',
  'updated_at',
] as const;
export const logColumns = [
  'id',
  'paylink_id',
  'merchant_id',
  'operation_id',
  'channel',
  'status',
  'provider',
  'message_id',
  'recipient',
  'recipient_hash',
  'reason',
  'accepted_at',
  'created_at',
  'updated_at',
  'version',
] as const;
export const eventColumns = [
  'id',
  'paylink_id',
  'type',
  'old_value',
  'new_value',
  'created_by',
  'created_at',
  'version',
] as const;
export const orderColumns = [
  'paylink_id',
  'id',
  'status',
  'amount',
  'fees',
  'refunded',
  'currency_code',
  'created_at',
  'updated_at',
  'version',
] as const;

const json = (value: unknown) => (value === null ? null : JSON.stringify(value));

export const toItemRow = (paylinkId: string, item: LineItem, position: number) => ({
  id: item.id,
  paylink_id: paylinkId,
  position,
  sku: item.sku,
  price: item.price,
  quantity: item.quantity,
  tax: item.tax,
  description: item.description,
  category: item.category,
  metadata: json(item.metadata),
  created_at: item.createdAt,
  updated_at: item.updatedAt,
});

export const toLogRow = (head: PaylinkHead, log: DeliveryLog) => ({
  id: log.id,
  paylink_id: head.id,
  merchant_id: head.merchantId,
  operation_id: log.operationId,
  channel: log.channel,
  status: log.status,
  provider: log.provider,
  message_id: log.messageId,
  recipient: log.recipient,
  recipient_hash: log.recipientHash,
  reason: log.reason,
  accepted_at: log.acceptedAt,
  created_at: log.createdAt,
  updated_at: log.updatedAt,
  version: log.version,
});

export const toEventRow = (paylinkId: string, event: PaylinkEvent) => ({
  id: event.id,
  paylink_id: paylinkId,
  type: event.type,
  old_value: json(event.oldValue),
  new_value: json(event.newValue),
  created_by: event.createdBy,
  created_at: event.createdAt,
  version: event.version,
});

export const toOrderRow = (paylinkId: string, order: Order) => ({
  paylink_id: paylinkId,
  id: order.id,
  status: order.status,
  amount: order.amount,
  fees: order.fees,
  refunded: order.refunded,
  currency_code: order.currencyCode,
  created_at: order.createdAt,
  updated_at: order.updatedAt,
  version: order.version,
});
