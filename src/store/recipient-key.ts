import * as z from 'zod/mini';
import { Channel } from '../model/delivery.ts';
import { oldOf } from './old-rows.ts';

const Hashed = z.object({ channel: Channel, recipient: z.string(), recipientHash: z.string() });
/** A recipient beside the hash that was made of it. */
export type Hashed = z.infer<typeof Hashed>;

/** The fingerprint of the key that hashes recipients; null: none was chosen yet. */
export async function recipientKeyFingerprint(db: D1Database): Promise<string | null> {
  const row = await db.prepare('SELECT fingerprint FROM recipient_key').first();
  return row === null ? null : z.string().parse(row.fingerprint);
}

/** Notes which key hashes recipients, once and for all. @returns the one that holds: an earlier one stays */
export async function fixRecipientKey(db: D1Database, fingerprint: string, now: number): Promise<string> {
  const row = await db
    .prepare(
      `INSERT INTO recipient_key (id, fingerprint, created_at) VALUES (1, ?1, ?2)
       ON CONFLICT (id) DO UPDATE SET fingerprint = fingerprint RETURNING fingerprint`,
    )
    .bind(fingerprint, now)
    .first();
  return z.string().parse(row?.fingerprint);
}

/** Some recipients with their hashes, suppressed ones first. */
export async function someHashedRecipients(db: D1Database): Promise<Hashed[]> {
  const of = (table: string) =>
    `SELECT * FROM (SELECT channel, recipient, recipient_hash AS recipientHash FROM ${table} WHERE recipient IS NOT NULL LIMIT 5)`;
  const tables = ['suppressions', 'paylink_logs', oldOf.paylink_logs];
  const { results } = await db.prepare(tables.map(of).join(' UNION ALL ')).all();
  return z.array(Hashed).parse(results);
}
