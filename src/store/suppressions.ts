import * as z from 'zod/mini';
import type { Channel } from '../model.ts';
import { fromJson } from './row.ts';

/** Why a recipient gets nothing more by a channel. */
export type SuppressionReason = 'hard_bounce' | 'complaint' | 'stop' | 'unsubscribe' | 'erased';

/** `merchantId` is `*` for a shared sender: it binds every merchant. `recipient` is null once erased, and for `*`. */
export type Suppression = {
  id: string;
  merchantId: string;
  channel: Channel;
  recipientHash: string;
  recipient: string | null;
  reason: SuppressionReason;
  createdAt: number;
};

/** A shared sender's suppressions belong to this instead of a merchant. */
export const sharedSender = '*';

const columns = ['id', 'merchant_id', 'channel', 'recipient_hash', 'recipient', 'reason', 'created_at'] as const;

const toRow = (suppression: Suppression) => ({
  id: suppression.id,
  merchant_id: suppression.merchantId,
  channel: suppression.channel,
  recipient_hash: suppression.recipientHash,
  recipient: suppression.recipient,
  reason: suppression.reason,
  created_at: suppression.createdAt,
});

const SuppressionRow = z.pipe(
  z.object({
    id: z.string(),
    merchant_id: z.string(),
    channel: z.enum(['EMAIL', 'SMS']),
    recipient_hash: z.string(),
    recipient: z.nullable(z.string()),
    reason: z.enum(['hard_bounce', 'complaint', 'stop', 'unsubscribe', 'erased']),
    created_at: z.int(),
  }),
  z.transform(
    (row): Suppression => ({
      id: row.id,
      merchantId: row.merchant_id,
      channel: row.channel,
      recipientHash: row.recipient_hash,
      recipient: row.recipient,
      reason: row.reason,
      createdAt: row.created_at,
    }),
  ),
);

const insert = `INSERT INTO suppressions (${columns.join(', ')}) SELECT ${fromJson(columns)} FROM json_each(?1) WHERE true
  ON CONFLICT (recipient_hash, channel, merchant_id)`;

/** Suppresses recipients; those that are suppressed already stay as they are. */
export async function insertSuppressions(db: D1Database, suppressions: readonly Suppression[]): Promise<void> {
  if (suppressions.length === 0) return;
  await db
    .prepare(`${insert} DO NOTHING`)
    .bind(JSON.stringify(suppressions.map(toRow)))
    .run();
}

/** Suppresses a recipient of which only the hash may be kept; an earlier suppression of this merchant forgets the address too. */
export async function insertErased(db: D1Database, suppression: Suppression): Promise<void> {
  await db
    .prepare(`${insert} DO UPDATE SET recipient = NULL, reason = excluded.reason`)
    .bind(JSON.stringify([toRow({ ...suppression, recipient: null, reason: 'erased' })]))
    .run();
}

/** Suppresses whoever an attempt was sent to. @returns false: no such attempt of this Paylink */
export async function suppressAttempt(
  db: D1Database,
  attempt: { id: string; paylinkId: string },
  suppression: Pick<Suppression, 'id' | 'reason' | 'createdAt'>,
): Promise<boolean> {
  const found = db
    .prepare('SELECT id FROM delivery_logs WHERE id = ?1 AND paylink_id = ?2')
    .bind(attempt.id, attempt.paylinkId);
  const write = db
    .prepare(
      `INSERT INTO suppressions (${columns.join(', ')})
       SELECT ?3, merchant_id, channel, recipient_hash, recipient, ?4, ?5 FROM delivery_logs WHERE id = ?1 AND paylink_id = ?2
       ON CONFLICT (recipient_hash, channel, merchant_id) DO NOTHING`,
    )
    .bind(attempt.id, attempt.paylinkId, suppression.id, suppression.reason, suppression.createdAt);
  const [known] = await db.batch([found, write]);
  return known?.results.length === 1;
}

/** A merchant's own suppressions, newest first; `after` is where the previous page ended. */
export async function listSuppressions(
  db: D1Database,
  merchantId: string,
  page: { after?: { createdAt: number; id: string } | undefined; limit: number },
): Promise<Suppression[]> {
  const { results } = await db
    .prepare(
      `SELECT ${columns.join(', ')} FROM suppressions
       WHERE merchant_id = ?1 AND (?2 IS NULL OR (created_at, id) < (?2, ?3)) ORDER BY created_at DESC, id DESC LIMIT ?4`,
    )
    .bind(merchantId, page.after?.createdAt ?? null, page.after?.id ?? null, page.limit)
    .all();
  return results.map((row) => SuppressionRow.parse(row));
}

/** Lifts one of a merchant's own suppressions. @returns false: it has none of this id */
export async function deleteSuppression(db: D1Database, merchantId: string, id: string): Promise<boolean> {
  const { meta } = await db
    .prepare('DELETE FROM suppressions WHERE id = ?1 AND merchant_id = ?2')
    .bind(id, merchantId)
    .run();
  return meta.changes > 0;
}
