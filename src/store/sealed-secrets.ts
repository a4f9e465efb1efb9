import * as z from 'zod/mini';

/** Where sealed secrets lie. The row's id is their associated data. */
const columns = [
  ['credentials', 'secret_ciphertext'],
  ['webhook_endpoints', 'secret_ciphertext'],
  ['webhook_endpoints', 'previous_secret_ciphertext'],
  ['webhook_endpoints', 'headers_ciphertext'],
] as const;

const Sealed = z.object({ place: z.int(), id: z.string(), sealed: z.string() });
/** A sealed value. `place` says which column it is of. */
export type Sealed = z.infer<typeof Sealed>;

const begins = (column: string) => `substr(${column}, 1, length(?1)) = ?1`;

/** Some of the values that do not begin with `prefix`: another key sealed them. By chance, so that one that never opens stands in nobody's way. */
export async function sealedOtherwise(db: D1Database, prefix: string, limit: number): Promise<Sealed[]> {
  const all = columns.map(
    ([table, column], place) =>
      `SELECT ${place} AS place, id, ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL AND NOT ${begins(column)}`,
  );
  const { results } = await db
    .prepare(`SELECT * FROM (${all.join(' UNION ALL ')}) ORDER BY random() LIMIT ?2`)
    .bind(prefix, limit)
    .all();
  return z.array(Sealed).parse(results);
}

/** How many values do not begin with `prefix`. */
export async function countSealedOtherwise(db: D1Database, prefix: string): Promise<number> {
  const all = columns.map(
    ([table, column]) => `(SELECT count(*) FROM ${table} WHERE ${column} IS NOT NULL AND NOT ${begins(column)})`,
  );
  const row = await db
    .prepare(`SELECT ${all.join(' + ')} AS n`)
    .bind(prefix)
    .first();
  return z.int().parse(row?.n);
}

/** Puts values sealed anew in the place of those they were made of; one that was changed meanwhile stays. */
export async function replaceSealed(db: D1Database, fresh: readonly (Sealed & { fresh: string })[]): Promise<void> {
  const statements = columns.flatMap(([table, column], place) => {
    const here = fresh.filter((one) => one.place === place);
    if (here.length === 0) return [];
    const update = `UPDATE ${table} SET ${column} = value->>'fresh' FROM json_each(?1)
      WHERE ${table}.id = value->>'id' AND ${column} = value->>'sealed'`;
    return [db.prepare(update).bind(JSON.stringify(here))];
  });
  if (statements.length > 0) await db.batch(statements);
}
