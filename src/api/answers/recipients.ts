import * as z from 'zod';
import { Channel } from '../../model/delivery.ts';
import { Id, pageOf, Time } from './common.ts';

export const Suppression = z.strictObject({
  suppressionId: z.string(),
  channel: Channel,
  /** null: erased. */
  recipient: z.nullable(z.string()),
  reason: z.enum(['hard_bounce', 'complaint', 'unsubscribe', 'stop', 'erased']),
  createdAt: Time,
});
export const SuppressionPage = pageOf(Suppression);

/** Paylinks of this call, and those that remain: repeat until none do. */
export const Erased = z.strictObject({
  paylinks: z.int(),
  remaining: z.int(),
  /** What this call touched. */
  touched: z.strictObject({
    suppressions: z.int(),
    inboxMessages: z.int(),
    webhookDeliveries: z.int(),
    paylinks: z.array(z.strictObject({ paylinkId: Id, fields: z.array(z.string()) })),
  }),
});
