import * as z from 'zod/mini';
import { DeliveryLog } from '../model/delivery.ts';
import { Order } from '../model/order.ts';
import { LineItem, type PaylinkHead } from '../model/paylink.ts';
import { PaylinkEvent } from '../model/paylink-event.ts';
import { columnsOf } from './columns.ts';

// The row of a part also says which Paylink it belongs to.
const ofPaylink = z.object({ paylinkId: z.string() });
const items = columnsOf(z.extend(z.extend(ofPaylink, { position: z.int() }), LineItem.shape));
const logs = columnsOf(z.extend(z.extend(ofPaylink, { merchantId: z.string() }), DeliveryLog.shape));
const events = columnsOf(z.extend(ofPaylink, PaylinkEvent.shape));
const orders = columnsOf(z.extend(ofPaylink, Order.shape));

export const itemColumns = items.names;
export const logColumns = logs.names;
export const eventColumns = events.names;
export const orderColumns = orders.names;

export const toItemRow = (paylinkId: string, item: LineItem, position: number) =>
  items.toRow({ ...item, paylinkId, position });
export const toLogRow = ({ id, merchantId }: PaylinkHead, log: DeliveryLog) =>
  logs.toRow({ ...log, paylinkId: id, merchantId });
export const toEventRow = (paylinkId: string, event: PaylinkEvent) => events.toRow({ ...event, paylinkId });
export const toOrderRow = (paylinkId: string, order: Order) => orders.toRow({ ...order, paylinkId });
