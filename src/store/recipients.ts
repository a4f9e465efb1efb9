import * as z from 'zod/mini';
import type { Channel } from '../model.ts';

const Row = z.object({ id: z.string(), total: z.int() });

/** A merchant's Paylinks that still name a recipient (as customer, or as whom they were sent to), at most `limit`, and how many there are. */
export async function listPaylinksOfRecipient(
  db: D1Database,
  merchantId: string,
  channel: Channel,
  hash: string,
  limit: number,
): Promise<{ ids: string[]; total: number }> {
  const column = channel === 'EMAIL' ? 'email_hash' : 'phone_hash';
  const { results } = await db
    .prepare(
      `SELECT id, count(*) OVER () AS total FROM (
         SELECT id FROM paylinks WHERE ${column} = ?2 AND merchant_id = ?1
         UNION SELECT paylink_id FROM delivery_logs WHERE merchant_id = ?1 AND recipient_hash = ?2 AND recipient IS NOT NULL
       ) ORDER BY id LIMIT ?3`,
    )
    .bind(merchantId, hash, limit)
    .all();
  const rows = z.array(Row).parse(results);
  return { ids: rows.map((row) => row.id), total: rows[0]?.total ?? 0 };
}

/** Deletes a merchant's captured messages to a recipient, given as recipients are compared (an email address in lower case). */
export async function deleteInboxMessages(
  db: D1Database,
  merchantId: string,
  channel: Channel,
  recipient: string,
): Promise<void> {
  await db
    .prepare('DELETE FROM inbox_messages WHERE merchant_id = ?1 AND channel = ?2 AND lower(recipient) = ?3')
    .bind(merchantId, channel, recipient)
    .run();
}
