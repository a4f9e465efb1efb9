import * as z from 'zod';
import { Channel } from '../../model.ts';
import { pageOf, Time } from './common.ts';

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
export const Erased = z.strictObject({ paylinks: z.int(), remaining: z.int() });
