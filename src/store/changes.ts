import * as z from 'zod/mini';
import { DeliveryLog } from '../model/delivery.ts';
import { Order } from '../model/order.ts';
import { LineItem, PaylinkHead } from '../model/paylink.ts';
import { PaylinkEvent } from '../model/paylink-event.ts';

const parts = {
  /** The whole new list if it was replaced, else null. */
  lineItems: z.nullable(z.array(LineItem)),
  deliveryLogs: z.array(DeliveryLog),
  events: z.array(PaylinkEvent),
  orders: z.array(Order),
};

/** Changes of a Paylink that D1 may not have yet: its head, and the parts written since D1's version. */
export const Changes = z.object({
  head: PaylinkHead,
  /** Only the columns of `Progress` differ from D1's. The others are not written, so their indexes are not either. */
  progressOnly: z.optional(z.boolean()),
  ...parts,
});
export type Changes = z.infer<typeof Changes>;

/** The columns of a head that sends and opens change, and its `id`. None of them has an index that a send need not write. */
export const Progress = z.pick(PaylinkHead, {
  id: true,
  version: true,
  status: true,
  lastSentAt: true,
  firstOpenedAt: true,
  lastOpenedAt: true,
  openCount: true,
  updatedAt: true,
});
export type Progress = z.infer<typeof Progress>;

/** Changes as the coordinator's journal stores them. When only the progress differs, the head is stored as its progress alone. */
export const JournaledChanges = z.union([
  z.object({ head: Progress, progressOnly: z.literal(true), ...parts }),
  z.object({ head: PaylinkHead, progressOnly: z.optional(z.literal(false)), ...parts }),
]);
export type JournaledChanges = z.infer<typeof JournaledChanges>;
