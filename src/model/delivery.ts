import * as z from 'zod/mini';
import { maybeInt, text } from './values.ts';

export const Channel = z.enum(['EMAIL', 'SMS']);
export type Channel = z.infer<typeof Channel>;

/** A delivery attempt: PENDING while the provider is asked, UNKNOWN when its answer was lost. */
export const DeliveryStatus = z.enum(['PENDING', 'SENT', 'DELIVERED', 'FAILED', 'BOUNCED', 'SUPPRESSED', 'UNKNOWN']);
export type DeliveryStatus = z.infer<typeof DeliveryStatus>;

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
