import * as z from 'zod/mini';
import { DeliveryLog, LineItem, Order, Paylink, PaylinkEvent, PaylinkHead } from '../model.ts';
import { columnsOf } from './columns.ts';

/** A Paylink's own row. `insertPaylinks` adds `create_key` and `create_fingerprint`, which never change. */
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

const list = (part: z.ZodMiniObject, alias: string, table: string, order: string) =>
  `(SELECT json_group_array(${columnsOf(part).toJson(alias)} ORDER BY ${order}) FROM ${table} ${alias} WHERE ${alias}.paylink_id = p.id)`;

/** Select list that reads a whole Paylink with its lists as one row, `FROM paylinks p JOIN merchants m` (see `parsePaylinkRow`). */
export const wholePaylink = `p.*, m.parent_id AS parent_id,
  ${list(LineItem, 'i', 'line_items', 'i.position')} AS line_items,
  ${list(DeliveryLog, 'd', 'delivery_logs', 'd.created_at, d.rowid')} AS delivery_logs,
  ${list(PaylinkEvent, 'e', 'events', 'e.version, e.id')} AS events,
  ${list(Order, 'o', 'orders', 'o.created_at, o.id')} AS orders`;
