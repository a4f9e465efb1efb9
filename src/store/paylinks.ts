import * as z from 'zod/mini';
import type { Channel } from '../model/delivery.ts';
import { withOld } from './old-rows.ts';
import { parsePaylinkRow, type StoredPaylink, wholePaylink } from './paylink-row.ts';

/** The channel is written out: each has an index of its own. */
const namedIn = (channel: Channel) =>
  withOld(
    'paylink_logs',
    ['paylink_id'],
    (of) =>
      `${of}.merchant_id = ?1 AND ${of}.channel = '${channel}' AND ${of}.recipient_hash = ?2 AND ${of}.recipient IS NOT NULL`,
  );
const namedBy = { EMAIL: namedIn('EMAIL'), SMS: namedIn('SMS') };

const Row = z.object({ id: z.string(), total: z.int() });

/** Ids of a merchant's Paylinks that still name a recipient, as customer or in a delivery log: at most `limit`, and their total number. */
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
         UNION SELECT paylink_id FROM ${namedBy[channel]}
       ) ORDER BY id LIMIT ?3`,
    )
    .bind(merchantId, hash, limit)
    .all();
  const rows = z.array(Row).parse(results);
  return { ids: rows.map((row) => row.id), total: rows[0]?.total ?? 0 };
}

/** Deletes a merchant's stored inbox messages to a recipient. An email address must be given in lower case. @returns how many */
export async function deleteInboxMessages(
  db: D1Database,
  merchantId: string,
  channel: Channel,
  recipient: string,
): Promise<number> {
  const { results } = await db
    .prepare(
      'DELETE FROM inbox_messages WHERE merchant_id = ?1 AND channel = ?2 AND lower(recipient) = ?3 RETURNING id',
    )
    .bind(merchantId, channel, recipient)
    .all();
  return results.length;
}

const from = 'FROM paylinks p JOIN merchants m ON m.id = p.merchant_id';

/** One whole Paylink that `merchantId` or its direct child owns; null for any other. One query. */
export async function findPaylink(db: D1Database, merchantId: string, id: string): Promise<StoredPaylink | null> {
  const row = await db
    .prepare(`SELECT ${wholePaylink} ${from} WHERE p.id = ?1 AND (p.merchant_id = ?2 OR m.parent_id = ?2)`)
    .bind(id, merchantId)
    .first();
  return row ? parsePaylinkRow(row) : null;
}

/** One Paylink of any merchant, for its coordinator, which checks the caller. Read from the primary, because it must be current. */
export async function loadPaylink(db: D1Database, id: string): Promise<StoredPaylink | null> {
  const row = await db
    .withSession('first-primary')
    .prepare(`SELECT ${wholePaylink} ${from} WHERE p.id = ?1`)
    .bind(id)
    .first();
  return row ? parsePaylinkRow(row) : null;
}

/** Many Paylinks of any merchant, for their coordinator. Read from the primary. */
export async function loadPaylinks(db: D1Database, ids: readonly string[]): Promise<Map<string, StoredPaylink>> {
  const { results } = await db
    .withSession('first-primary')
    .prepare(`SELECT ${wholePaylink} ${from} WHERE p.id IN (SELECT value FROM json_each(?1))`)
    .bind(JSON.stringify(ids))
    .all();
  return new Map(results.map(parsePaylinkRow).map((stored) => [stored.paylink.id, stored]));
}

const Expired = z.object({ id: z.string(), expiration: z.int(), row: z.int() });
/** An open Paylink whose expiration has passed; with it the next of a list begins. */
export type Expired = z.infer<typeof Expired>;

/** Open Paylinks whose expiration has passed, oldest first, read from a partial index. `after`: where an earlier list ended. */
export async function listExpired(
  db: D1Database,
  now: number,
  limit: number,
  after?: Pick<Expired, 'expiration' | 'row'>,
): Promise<Expired[]> {
  const { results } = await db
    .prepare(
      `SELECT id, expiration, rowid AS row FROM paylinks WHERE ended = 0 AND expiration <= ?1 AND (expiration, rowid) > (?3, ?4)
       ORDER BY expiration, rowid LIMIT ?2`,
    )
    .bind(now, limit, after?.expiration ?? Number.MIN_SAFE_INTEGER, after?.row ?? 0)
    .all();
  return z.array(Expired).parse(results);
}

/** The merchant's Paylink that was created with this idempotency key, if any. */
export async function findByCreateKey(db: D1Database, merchantId: string, key: string): Promise<StoredPaylink | null> {
  const row = await db
    .withSession('first-primary')
    .prepare(`SELECT ${wholePaylink} ${from} WHERE p.merchant_id = ?1 AND p.create_key = ?2`)
    .bind(merchantId, key)
    .first();
  return row ? parsePaylinkRow(row) : null;
}
