import type { Order } from '../../model/order.ts';
import type { PaylinkHead } from '../../model/paylink.ts';

type Paid = Pick<PaylinkHead, 'total' | 'approvedAmount'> & { orders?: readonly Pick<Order, 'refunded'>[] };

/**
 * What was paid, refunds given back; minor units. Without its orders a Paylink is taken to have no refunds, which holds for every one
 * that can be sent: a refund ends it.
 */
export const amountPaid = ({ approvedAmount, orders = [] }: Omit<Paid, 'total'>): number =>
  orders.reduce((paid, order) => paid - order.refunded, approvedAmount ?? 0);

/** What is still to be paid: the total less what was paid, never below 0; minor units. */
export const amountDue = (paylink: Paid): number => Math.max(0, paylink.total - amountPaid(paylink));
