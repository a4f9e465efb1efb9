import * as z from 'zod/mini';
import { Channel } from '../model/delivery.ts';
import type { TellOfSuppressions } from './audit.ts';
import { columnsOf, insertFromJson } from './columns.ts';
import { withOld } from './old-rows.ts';
import { deliveriesIn, suppressionsStatement } from './outbox.ts';

/** Why a recipient gets no more messages on a channel. */
export const SuppressionReason = z.enum(['hard_bounce', 'complaint', 'stop', 'unsubscribe', 'erased']);
export type SuppressionReason = z.infer<typeof SuppressionReason>;

export const Suppression = z.object({
  id: z.string(),
  /** `*` for a shared sender's: it holds for every merchant. */
  merchantId: z.string(),
  channel: Channel,
  recipientHash: z.string(),
  /** null once erased, and for a shared sender's. */
  recipient: z.nullable(z.string()),
  reason: SuppressionReason,
  createdAt: z.int(),
});
export type Suppression = z.infer<typeof Suppression>;

/** The `merchantId` of a shared sender's suppressions. */
export const sharedSender = '*';

const columns = columnsOf(Suppression);
export const suppressionColumns = columns.names;
const names = columns.names.join(', ');

/**
 * What becomes of a suppression that is there already: it stays, unless it was a hard bounce, which the merchant may lift, and now the
 * recipient has decided. Its `recipient` stays gone if it was erased.
 */
export const keepStronger = `ON CONFLICT (recipient_hash, channel, merchant_id) DO UPDATE
  SET id = excluded.id, reason = excluded.reason, created_at = excluded.created_at
  WHERE suppressions.reason = 'hard_bounce' AND excluded.reason <> 'hard_bounce'`;

const insert = `${insertFromJson('suppressions', columns.names)} WHERE true`;
const toRows = (suppressions: readonly Suppression[]) => JSON.stringify(suppressions.map((one) => columns.toRow(one)));

/**
 * Suppresses recipients. Existing suppressions stay, except that a hard bounce gives way to what the recipient decided.
 * @param tell audits them
 * @returns the new webhook deliveries, which the caller enqueues (or leaves to the sweep)
 */
export async function insertSuppressions(
  db: D1Database,
  suppressions: readonly Suppression[],
  tell: TellOfSuppressions,
): Promise<string[]> {
  const [first] = suppressions;
  if (!first) return [];
  const ids = suppressions.map(({ id }) => id);
  const [, , told] = await db.batch([
    db.prepare(`${insert} ${keepStronger}`).bind(toRows(suppressions)),
    tell('suppression.created', ids),
    suppressionsStatement(db, 'suppression.created', ids, first.createdAt),
  ]);
  return deliveriesIn(told);
}

/**
 * Suppresses an erased recipient, storing only the hash. An earlier suppression keeps its reason and loses the address: without one it
 * cannot be lifted. `audited` tells of it. @returns how many suppressions were made or changed
 */
export async function insertErased(
  db: D1Database,
  suppression: Suppression,
  tell: TellOfSuppressions,
  audited: D1PreparedStatement,
): Promise<number> {
  const { id, createdAt } = suppression;
  const [written] = await db.batch([
    db
      .prepare(
        `${insert} ON CONFLICT (recipient_hash, channel, merchant_id) DO UPDATE SET recipient = NULL RETURNING id`,
      )
      .bind(toRows([{ ...suppression, recipient: null, reason: 'erased' }])),
    tell('suppression.created', [id]),
    suppressionsStatement(db, 'suppression.created', [id], createdAt),
    audited,
  ]);
  return written?.results.length ?? 0;
}

const attempt = withOld(
  'paylink_logs',
  ['id', 'merchant_id', 'channel', 'recipient_hash', 'recipient'],
  (of) =>
    `${of}.id = ?1 AND ${of}.paylink_id = ?2 AND (?3 OR ${of}.created_at < (SELECT sent_until FROM unsigned_links))`,
);

/**
 * Suppresses the recipient of an attempt. @returns the new webhook deliveries; null: the Paylink has no such attempt, or the link that
 * names it was not signed and the attempt is not so old that it could be
 */
export async function suppressAttempt(
  db: D1Database,
  { paylinkId, attemptId, signed }: { paylinkId: string; attemptId: string; signed: boolean },
  suppression: Pick<Suppression, 'id' | 'reason' | 'createdAt'>,
  tell: TellOfSuppressions,
): Promise<string[] | null> {
  const about = [attemptId, paylinkId, signed ? 1 : 0];
  const { id, reason, createdAt } = suppression;
  const write = db
    .prepare(
      `INSERT INTO suppressions (id, merchant_id, channel, recipient_hash, recipient, reason, created_at)
       SELECT ?4, merchant_id, channel, recipient_hash, recipient, ?5, ?6 FROM ${attempt} WHERE true ${keepStronger}`,
    )
    .bind(...about, id, reason, createdAt);
  const [known, , , told] = await db.batch([
    db.prepare(`SELECT id FROM ${attempt}`).bind(...about),
    write,
    tell('suppression.created', [id]),
    suppressionsStatement(db, 'suppression.created', [id], createdAt),
  ]);
  return known?.results.length === 1 ? deliveriesIn(told) : null;
}

/** A merchant's own suppressions, newest first. `after` is where the previous page ended. */
export async function listSuppressions(
  db: D1Database,
  merchantId: string,
  page: { after?: { createdAt: number; id: string } | undefined; limit: number },
): Promise<Suppression[]> {
  const { results } = await db
    .prepare(
      `SELECT ${names} FROM suppressions
       WHERE merchant_id = ?1 AND (?2 IS NULL OR (created_at, id) < (?2, ?3)) ORDER BY created_at DESC, id DESC LIMIT ?4`,
    )
    .bind(merchantId, page.after?.createdAt ?? null, page.after?.id ?? null, page.limit)
    .all();
  return results.map((row) => columns.parse(row));
}

/** What keeps a recipient from getting this merchant's messages, a shared sender's suppressions too. */
export async function listSuppressionsOf(db: D1Database, merchantId: string, hash: string): Promise<Suppression[]> {
  const { results } = await db
    .prepare(
      `SELECT ${names} FROM suppressions WHERE recipient_hash = ?1 AND merchant_id IN (?2, '${sharedSender}') ORDER BY created_at DESC`,
    )
    .bind(hash, merchantId)
    .all();
  return results.map((row) => columns.parse(row));
}

/** One of a merchant's own suppressions; null for any other. */
export async function findSuppression(db: D1Database, merchantId: string, id: string): Promise<Suppression | null> {
  const row = await db
    .prepare(`SELECT ${names} FROM suppressions WHERE id = ?1 AND merchant_id = ?2`)
    .bind(id, merchantId)
    .first();
  return row ? columns.parse(row) : null;
}

/** Deletes a suppression that was just found; `audited` (auditIfChanged) tells of it. @returns the new webhook deliveries */
export async function deleteSuppression(
  db: D1Database,
  { id, merchantId }: Suppression,
  now: number,
  audited: D1PreparedStatement,
): Promise<string[]> {
  const [told] = await db.batch([
    suppressionsStatement(db, 'suppression.lifted', [id], now),
    db.prepare('DELETE FROM suppressions WHERE id = ?1 AND merchant_id = ?2').bind(id, merchantId),
    audited,
  ]);
  return deliveriesIn(told);
}
