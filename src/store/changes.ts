import * as z from 'zod/mini';
import { DeliveryLog, LineItem, Order, PaylinkEvent, PaylinkHead } from '../model.ts';

const parts = {
  /** The whole new list, when it was replaced. */
  lineItems: z.nullable(z.array(LineItem)),
  deliveryLogs: z.array(DeliveryLog),
  events: z.array(PaylinkEvent),
  orders: z.array(Order),
};

/** What a Paylink's coordinator has changed and D1 may not have yet: the head, and the parts written since. */
export const Changes = z.object({
  head: PaylinkHead,
  /** The head differs from D1's only in status, version and times: its other columns, and their indexes, need no write. */
  progressOnly: z.optional(z.boolean()),
  ...parts,
});
export type Changes = z.infer<typeof Changes>;

/** What every send changes of a head, and `id` to know it by. */
export const Progress = z.pick(PaylinkHead, {
  id: true,
  version: true,
  status: true,
  lastSentAt: true,
  updatedAt: true,
});
export type Progress = z.infer<typeof Progress>;

/** Changes as a coordinator's journal keeps them: of a head that differs from D1's in its progress only, no more than that. */
export const JournaledChanges = z.union([
  z.object({ head: Progress, progressOnly: z.literal(true), ...parts }),
  z.object({ head: PaylinkHead, progressOnly: z.optional(z.literal(false)), ...parts }),
]);
export type JournaledChanges = z.infer<typeof JournaledChanges>;
