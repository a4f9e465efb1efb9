import type { DeliveryLog, LineItem, Order, PaylinkEvent, PaylinkHead } from '../model.ts';

/** What a Paylink's coordinator has changed and D1 may not have yet: the head, and the parts written since. */
export type Changes = {
  head: PaylinkHead;
  /** The head differs from D1's only in status, version and times: its other columns, and their indexes, need no write. */
  progressOnly?: boolean;
  /** The whole new list, when it was replaced. */
  lineItems: LineItem[] | null;
  deliveryLogs: DeliveryLog[];
  events: PaylinkEvent[];
  orders: Order[];
};
