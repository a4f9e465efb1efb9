import * as z from 'zod/mini';
import { JsonObject, text } from './values.ts';

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
