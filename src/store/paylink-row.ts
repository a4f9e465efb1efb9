import * as z from 'zod/mini';
import { DeliveryLog } from '../model/delivery.ts';
import { Order } from '../model/order.ts';
import { LineItem, Paylink, PaylinkHead, type PaylinkStatus } from '../model/paylink.ts';
import { PaylinkEvent } from '../model/paylink-event.ts';
import { columnsOf } from './columns.ts';
import { withOld } from './old-rows.ts';

const ENDED: readonly PaylinkStatus[] = ['PAID', 'REFUNDED', 'PARTIALLY_REFUNDED', 'EXPIRED', 'CANCELED'];

/** Column `ended`: is a Paylink of this status in the index of what is over, or in that of what may expire? */
export const isEnded = (status: PaylinkStatus): boolean => ENDED.includes(status);

/** A Paylink's own row. `insertPaylinks` adds `ended`, and `create_key` and `create_fingerprint`, which never change. */
export const { names: headColumns, toRow: toHeadRow } = columnsOf(PaylinkHead);

const stored = columnsOf(
  z.extend(Paylink, { parentId: z.nullable(z.string()), createFingerprint: z.nullable(z.string()) }),
);

/** A Paylink as D1 has it, its merchant's parent, and the fingerprint of the request that created it with a key. */
export type StoredPaylink = { paylink: Paylink; parentId: string | null; createFingerprint: string | null };

/** Parses a row of `wholePaylink`. @throws when a cell does not fit the schema */
export function parsePaylinkRow(row: Readonly<Record<string, unknown>>): StoredPaylink {
  const { parentId, createFingerprint, ...paylink } = stored.parse(row);
  return { paylink, parentId, createFingerprint };
}

function list(part: z.ZodMiniObject, alias: string, table: Parameters<typeof withOld>[0], order: string): string {
  const columns = columnsOf(part);
  const names = table === 'paylink_items' ? [...columns.names, 'position'] : columns.names;
  const rows = withOld(table, names, (of) => `${of}.paylink_id = p.id`);
  return `(SELECT json_group_array(${columns.toJson(alias)} ORDER BY ${order}) FROM ${rows} ${alias})`;
}

/** Select list that reads a whole Paylink with its lists as one row, `FROM paylinks p JOIN merchants m` (see `parsePaylinkRow`). */
export const wholePaylink = `p.*, m.parent_id AS parent_id,
  ${list(LineItem, 'i', 'paylink_items', 'i.position')} AS line_items,
  ${list(DeliveryLog, 'd', 'paylink_logs', 'd.created_at, d.id')} AS delivery_logs,
  ${list(PaylinkEvent, 'e', 'paylink_events', 'e.version, e.id')} AS events,
  ${list(Order, 'o', 'paylink_orders', 'o.created_at, o.id')} AS orders`;
