import * as z from 'zod/mini';
import { Merchant } from '../model/merchant.ts';
import { columnsOf, insertBound } from './columns.ts';
import { firstAndTold, type Told } from './told.ts';

const columns = columnsOf(Merchant);

/** Parses a row of `merchants`, or of a join with it. @throws when a cell does not fit the schema */
export const toMerchant = columns.parse;

/** All columns of `merchants` for a `SELECT` in which `alias` is the table. Other tables' columns need other names. */
export const merchantColumns = columns.select;

/** The merchant as one JSON value, which `Merchant` parses, for joins whose column names collide. */
export const merchantJson = columns.toJson;

/** The merchant of a Paylink, if the caller is that merchant or its direct parent; null for any other Paylink. One query. */
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

/** Inserts a merchant. Its parent, if any, must exist and have the same mode. One batch, `told` (see `updateMerchant`) in it. */
export async function insertMerchant(db: D1Database, merchant: Merchant, told: Told = null): Promise<InsertedMerchant> {
  const insert = db
    .prepare(
      `${insertBound('merchants', columns.names)}
       WHERE ?2 IS NULL OR EXISTS (SELECT 1 FROM merchants WHERE id = ?2 AND mode = ?4) ON CONFLICT (id) DO NOTHING RETURNING id`,
    )
    .bind(...Object.values(columns.toRow(merchant)));
  const taken = db.prepare('SELECT id FROM merchants WHERE id = ?1').bind(merchant.id);
  const [known, inserted] = await db.batch([taken, insert, ...(told ? [told] : [])]);
  if (inserted?.results.length === 1) return { kind: 'inserted' };
  return { kind: known?.results.length === 1 ? 'duplicate' : 'unknown_parent' };
}

/** The settings that an update may change. */
const MerchantSettings = z.partial(
  z.omit(Merchant, { id: true, parentId: true, mode: true, shard: true, createdAt: true, updatedAt: true }),
);
const settings = columnsOf(MerchantSettings);

/**
 * Changes only the settings that are given, so two concurrent updates of different settings both hold. null: no such merchant.
 * @param told goes into the same batch: a statement of the audit log that tells only of what was changed
 */
export async function updateMerchant(
  db: D1Database,
  id: string,
  change: z.infer<typeof MerchantSettings>,
  now: number,
  told: Told = null,
): Promise<Merchant | null> {
  // Always increases: a cache compares `updated_at` to learn whether its copy is current.
  const sets = ['updated_at = max(updated_at + 1, ?2)'];
  const values: (string | number | null)[] = [id, now];
  for (const [name, cell] of Object.entries(settings.toRow(change))) sets.push(`${name} = ?${values.push(cell)}`);
  const update = db
    .prepare(`UPDATE merchants SET ${sets.join(', ')} WHERE id = ?1 RETURNING ${columns.names.join(', ')}`)
    .bind(...values);
  const row = await firstAndTold(db, update, told);
  return row ? toMerchant(row) : null;
}

/** A merchant by its id; null: there is none. Whether the caller may see it, the caller of this must check. */
export async function findMerchant(db: D1Database, id: string): Promise<Merchant | null> {
  const row = await db
    .prepare(`SELECT ${merchantColumns('m')} FROM merchants m WHERE m.id = ?1`)
    .bind(id)
    .first();
  return row ? toMerchant(row) : null;
}

/** The first children of a merchant that a search over all of them looks at. */
const MAX_CHILDREN = 100;

/** The direct children of a merchant: ids and names, by name. */
export async function listChildren(db: D1Database, parentId: string): Promise<Pick<Merchant, 'id' | 'name'>[]> {
  const { results } = await db
    .prepare('SELECT id, name FROM merchants WHERE parent_id = ?1 ORDER BY name, id LIMIT ?2')
    .bind(parentId, MAX_CHILDREN)
    .all();
  return z.array(z.object({ id: z.string(), name: z.string() })).parse(results);
}

/** A page of at most `limit` merchants in the order of their ids, from the one after `after` ('' for the first page). */
export async function listMerchants(db: D1Database, after: string, limit: number): Promise<Merchant[]> {
  const { results } = await db
    .prepare(`SELECT ${merchantColumns('m')} FROM merchants m WHERE m.id > ?1 ORDER BY m.id LIMIT ?2`)
    .bind(after, limit)
    .all();
  return results.map((row) => toMerchant(row));
}
