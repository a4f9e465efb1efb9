import * as z from 'zod/mini';

/** An order beyond the 500th of its Paylink. */
const FoldedOrder = z.object({ id: z.string(), amount: z.int(), fees: z.int(), refunded: z.int() });

/** A payment made (or being made) at a checkout for this Paylink. */
export const Order = z.object({
  /** The checkout's own order id. */
  id: z.string(),
  status: z.enum(['PAID', 'REFUNDED', 'PARTIALLY_REFUNDED']),
  amount: z.int(),
  /** Fees the checkout added. */
  fees: z.int(),
  refunded: z.int(),
  currencyCode: z.string(),
  createdAt: z.int(),
  updatedAt: z.int(),
  version: z.int(),
  /** Only of the one that stands for all orders beyond the 500th, with their sums: the latest of them. Rows of earlier releases lack it. */
  folded: z._default(z.nullable(z.array(FoldedOrder)), null),
});
export type Order = z.infer<typeof Order>;
