import * as z from 'zod';
import { merchantEventTypes } from '../../model/webhook.ts';
import { Id, MaybeTime, pageOf, Time } from './common.ts';

export const WebhookEndpoint = z.strictObject({
  endpointId: Id,
  url: z.url(),
  description: z.nullable(z.string()),
  eventTypes: z.array(z.enum(['*', ...merchantEventTypes])),
  format: z.enum(['standard', 'skipify']),
  /** Their names; values are never shown. */
  headers: z.array(z.string()),
  includeChildren: z.boolean(),
  enabled: z.boolean(),
  disabledAt: MaybeTime,
  disabledReason: z.nullable(z.enum(['merchant', 'gone', 'failing'])),
  failingSince: MaybeTime,
  previousSecretExpiresAt: MaybeTime,
  createdAt: Time,
  updatedAt: Time,
});
export type WebhookEndpoint = z.infer<typeof WebhookEndpoint>;

/** With the secret, which only this answer shows. */
export const WebhookEndpointWithSecret = z.strictObject({ ...WebhookEndpoint.shape, secret: z.string() });
export const WebhookEndpoints = z.strictObject({ data: z.array(WebhookEndpoint) });

export const WebhookAttempt = z.strictObject({
  attemptId: z.string(),
  deliveryId: z.string(),
  /** This and the next two are null once the delivery's 30 days are over. */
  eventId: z.nullable(z.string()),
  eventType: z.nullable(z.enum(merchantEventTypes)),
  paylinkId: z.nullable(Id),
  attempt: z.int(),
  outcome: z.enum(['delivered', 'failed']),
  statusCode: z.nullable(z.int()),
  error: z.nullable(
    z.enum(['refused', 'redirect', 'gone', 'timeout', 'connection_failed', 'address_refused', 'internal']),
  ),
  answer: z.nullable(z.string()),
  durationMs: z.int(),
  attemptedAt: Time,
});
export const WebhookAttemptPage = pageOf(WebhookAttempt);

export const QueuedTest = z.strictObject({ eventId: z.string(), deliveryId: z.string() });
export const Replayed = z.strictObject({ queued: z.int(), nextSince: MaybeTime });

/** What an endpoint is sent in the `standard` format (src/webhooks/payload.ts). `data` depends on the type. */
export const WebhookEvent = z.looseObject({
  type: z.enum(merchantEventTypes),
  timestamp: Time,
  data: z.looseObject({
    merchantId: Id,
    paylinkId: z.optional(Id),
    sequence: z.optional(z.int()),
    status: z.optional(z.string()),
    merchantInvoiceId: z.optional(z.nullable(z.string())),
    currencyCode: z.optional(z.string()),
    total: z.optional(z.int()),
  }),
});
export type WebhookEvent = z.infer<typeof WebhookEvent>;
