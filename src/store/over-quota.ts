import * as z from 'zod/mini';
import { HOUR_MS } from '../lib/durations.ts';

/** A merchant that was refused because its quota was used up: how often at least, and when last (ms). */
export const OverQuota = z.object({ merchantId: z.string(), name: z.string(), refused: z.int(), lastAt: z.int() });
export type OverQuota = z.infer<typeof OverQuota>;

/** Adds refused requests of a merchant to its hour. One row. `at`: ms. */
export async function saveOverQuota(db: D1Database, merchantId: string, refused: number, at: number): Promise<void> {
  await db
    .prepare(
      `INSERT INTO over_quota (hour, merchant_id, refused, last_at) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (hour, merchant_id) DO UPDATE SET
         refused = refused + excluded.refused, last_at = max(last_at, excluded.last_at)`,
    )
    .bind(Math.floor(at / HOUR_MS), merchantId, refused, at)
    .run();
}

/** Who was refused since an hour, the latest first. Binds the hour as `?1`. @param most merchants to list @param counted rows to read */
export const selectOverQuota = (most: number, counted: number): string =>
  `SELECT merchant_id AS merchantId, m.name, o.refused, o.last_at AS lastAt
   FROM (SELECT merchant_id, sum(refused) AS refused, max(last_at) AS last_at
     FROM (SELECT * FROM over_quota WHERE hour >= ?1 ORDER BY hour DESC LIMIT ${counted})
     GROUP BY merchant_id ORDER BY last_at DESC, merchant_id LIMIT ${most}) o
   JOIN merchants m ON m.id = o.merchant_id ORDER BY o.last_at DESC, m.id`;

/** Deletes hours before a time (ms). @returns how many rows were deleted, at most `most` */
export async function forgetOverQuota(db: D1Database, before: number, most: number): Promise<number> {
  const { meta } = await db
    .prepare(
      `DELETE FROM over_quota WHERE (hour, merchant_id) IN
         (SELECT hour, merchant_id FROM over_quota WHERE hour < ?1 ORDER BY hour LIMIT ?2)`,
    )
    .bind(Math.floor(before / HOUR_MS), most)
    .run();
  return meta.changes;
}
