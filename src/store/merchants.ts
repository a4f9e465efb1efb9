import * as z from 'zod/mini';
import { Merchant } from '../model.ts';
import { columnsOf, insertBound } from './columns.ts';

const columns = columnsOf(Merchant);

/** Parses a row of `merchants`; further columns of a join are ignored. @throws when it is not what this version writes */
export const toMerchant = columns.parse;

/** Every column of `merchants` under its own name, for a `SELECT` in which `alias` is the table; join others under other names. */
export const merchantColumns = columns.select;

/** The whole row as one JSON value, which `Merchant` parses, for joins whose column names collide. */
export const merchantJson = columns.toJson;

/** The merchant of a Paylink, for him or his direct parent; null when the Paylink is unknown or somebody else's. One query. */
export async function findOwner(db: D1Database, paylinkId: string, callerId: string): Promise<Merchant | null> {
  const row = await db
    .prepare(
      `SELECT ${merchantColumns('m')} FROM paylinks p JOIN merchants m ON m.id = p.merchant_id
       WHERE p.id = ?1 AND (p.merchant_id = ?2 OR m.parent_id = ?2)`,
    )
    .bind(paylinkId, callerId)
    .first();
  return row ? toMerchant(row) : null;
}

export type InsertedMerchant = { kind: 'inserted' } | { kind: 'duplicate' } | { kind: 'unknown_parent' };

/** Inserts a merchant. Its parent, if any, must exist. One batch. */
export async function insertMerchant(db: D1Database, merchant: Merchant): Promise<InsertedMerchant> {
  const insert = db
    .prepare(
      `${insertBound('merchants', columns.names)}
       WHERE ?2 IS NULL OR EXISTS (SELECT 1 FROM merchants WHERE id = ?2 AND mode = ?4) ON CONFLICT (id) DO NOTHING RETURNING id`,
    )
    .bind(...Object.values(columns.toRow(merchant)));
  const taken = db.prepare('SELECT id FROM merchants WHERE id = ?1').bind(merchant.id);
  const [known, inserted] = await db.batch([taken, insert]);
  if (inserted?.results.length === 1) return { kind: 'inserted' };
  return { kind: known?.results.length === 1 ? 'duplicate' : 'unknown_parent' };
}

/** The settings that an update may change. */
const MerchantSettings = z.partial(
  z.omit(Merchant, { id: true, parentId: true, mode: true, shard: true, createdAt: true, updatedAt: true }),
);
const settings = columnsOf(MerchantSettings);

/** Changes the settings that are given, and only those, so that two updates of different settings both hold. null: no such merchant. */
export async function updateMerchant(
  db: D1Database,
  id: string,
  change: z.infer<typeof MerchantSettings>,
  now: number,
): Promise<Merchant | null> {
  // Always later than before: whoever knows the merchant tells by it whether he knows it as it is.
  const sets = ['updated_at = max(updated_at + 1, ?2)'];
  const values: (string | number | null)[] = [id, now];
  for (const [name, cell] of Object.entries(settings.toRow(change))) sets.push(`${name} = ?${values.push(cell)}`);
  const row = await db
    .prepare(`UPDATE merchants SET ${sets.join(', ')} WHERE id = ?1 RETURNING ${columns.names.join(', ')}`)
    .bind(...values)
    .first();
  return row ? toMerchant(row) : null;
}

export async function findMerchant(db: D1Database, id: string): Promise<Merchant | null> {
  const row = await db
    .prepare(`SELECT ${merchantColumns('m')} FROM merchants m WHERE m.id = ?1`)
    .bind(id)
    .first();
  return row ? toMerchant(row) : null;
}

/** Merchants by id, `limit` at a time after the id `after` ('' for the first page). */
export async function listMerchants(db: D1Database, after: string, limit: number): Promise<Merchant[]> {
  const { results } = await db
    .prepare(`SELECT ${merchantColumns('m')} FROM merchants m WHERE m.id > ?1 ORDER BY m.id LIMIT ?2`)
    .bind(after, limit)
    .all();
  return results.map((row) => toMerchant(row));
}
