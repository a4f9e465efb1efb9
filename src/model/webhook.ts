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
