import * as z from 'zod/mini';

const Rows = z.array(z.record(z.string(), z.unknown()));

/** A statement of the audit log for the batch of the change it tells of; null: the change is not told. */
export type Told = D1PreparedStatement | null;

/** Runs a change, and tells of it in the same batch. @returns the change's first row */
export async function firstAndTold(
  db: D1Database,
  change: D1PreparedStatement,
  told: Told,
): Promise<Record<string, unknown> | null> {
  if (!told) return change.first();
  const [changed] = await db.batch([change, told]);
  return Rows.parse(changed?.results)[0] ?? null;
}

/** Runs a change, tells of it, and reads what is there then, in one batch. @returns the first row read */
export async function changedAndTold(
  db: D1Database,
  change: D1PreparedStatement,
  told: Told,
  read: D1PreparedStatement,
): Promise<Record<string, unknown> | null> {
  const results = await db.batch([change, ...(told ? [told] : []), read]);
  return Rows.parse(results.at(-1)?.results)[0] ?? null;
}
