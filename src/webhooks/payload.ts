import type { Channel } from '../model/delivery.ts';
import type { EventType, PaylinkEvent } from '../model/paylink-event.ts';
import type { JsonObject } from '../model/values.ts';
import type { MerchantEventType, WebhookPayload } from '../model/webhook.ts';
import type { Changes } from '../store/changes.ts';

// Not sent: erasures, which the merchant asked for itself.
const paylinkTypes: { [type in EventType]?: MerchantEventType } = {
  CREATED: 'paylink.created',
  UPDATED: 'paylink.updated',
  SENT: 'paylink.sent',
  SEND_FAILED: 'paylink.send_failed',
  OPENED: 'paylink.opened',
  PAID: 'paylink.paid',
  PARTIALLY_PAID: 'paylink.paid',
  PAYMENT_FAILED: 'paylink.payment_failed',
  REFUNDED: 'paylink.refunded',
  CANCELED: 'paylink.canceled',
  EXPIRED: 'paylink.expired',
};
const deliveryTypes: Record<string, MerchantEventType> = {
  DELIVERED: 'delivery.delivered',
  FAILED: 'delivery.failed',
  BOUNCED: 'delivery.bounced',
  UNKNOWN: 'delivery.unknown',
};

const member = (value: JsonObject | null, name: string): string | number | null => {
  const found = value?.[name];
  return typeof found === 'string' || typeof found === 'number' ? found : null;
};

function typeOf(event: PaylinkEvent): MerchantEventType | null {
  if (event.type !== 'DELIVERY_UPDATED') return paylinkTypes[event.type] ?? null;
  const status = member(event.newValue, 'deliveryStatus');
  // Only the message id became known.
  if (status === null || status === member(event.oldValue, 'deliveryStatus')) return null;
  return deliveryTypes[status] ?? null;
}

/** The envelope of Standard Webhooks: what happened, when (ISO 8601), and to what. */
export const envelope = (type: MerchantEventType, at: number, data: JsonObject): string =>
  JSON.stringify({ type, timestamp: new Date(at).toISOString(), data });

/** The event's own fields. Never a recipient, and never a provider's text, which may name one. */
function detailsOf(event: PaylinkEvent, changes: Changes): JsonObject {
  if (event.type === 'SENT') return { channels: event.newValue?.deliveredTo ?? [] };
  if (event.type === 'UPDATED') return { fields: Object.keys(event.newValue ?? {}) };
  if (event.type === 'PAYMENT_FAILED') {
    return { orderId: member(event.newValue, 'orderId'), amount: member(event.newValue, 'amount') };
  }
  if (event.type === 'PAID' || event.type === 'PARTIALLY_PAID' || event.type === 'REFUNDED') {
    const { approvedAmount } = changes.head;
    return { orderId: member(event.newValue, 'orderId'), amount: member(event.newValue, 'amount'), approvedAmount };
  }
  if (event.type === 'DELIVERY_UPDATED') {
    const deliveryLogId = member(event.newValue, 'deliveryLogId');
    const log = changes.deliveryLogs.find(({ id }) => id === deliveryLogId);
    const deliveryMethod: Channel | null = log?.channel ?? null;
    return { deliveryLogId, deliveryMethod, deliveryStatus: member(event.newValue, 'deliveryStatus') };
  }
  return {};
}

/** The webhook payloads of these changes. `sequence` is the Paylink's version: receivers order a Paylink's events by it. */
export function webhookPayloadsOf(changes: Changes): WebhookPayload[] {
  const { head } = changes;
  return changes.events.flatMap((event) => {
    const type = typeOf(event);
    if (!type) return [];
    const data: JsonObject = {
      paylinkId: head.id,
      merchantId: head.merchantId,
      sequence: event.version,
      status: member(event.newValue, 'status') ?? head.status,
      merchantInvoiceId: head.merchantInvoiceId,
      currencyCode: head.currencyCode,
      total: head.total,
      ...detailsOf(event, changes),
    };
    const payload = envelope(type, event.createdAt, data);
    const { id, createdAt } = event;
    const { merchantId, callbackUrl } = head;
    return [{ id, merchantId, type, paylinkId: head.id, payload, createdAt, callbackUrl }];
  });
}
