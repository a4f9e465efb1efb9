import * as z from 'zod/mini';
import { Channel } from '../model.ts';
import { columnsOf, insertBound } from './columns.ts';

/** A message that was stored instead of sent. `id` is the attempt's; `createdAt` is ms. */
const InboxMessage = z.object({
  id: z.string(),
  merchantId: z.string(),
  paylinkId: z.string(),
  channel: Channel,
  /** Email address or E.164 number. */
  to: z.string(),
  subject: z.nullable(z.string()),
  text: z.string(),
  html: z.nullable(z.string()),
  createdAt: z.int(),
});
export type InboxMessage = z.infer<typeof InboxMessage>;

const columns = columnsOf(InboxMessage, { to: 'recipient' });
export const inboxColumns = columns.names;

/** Stores a message. A repeat with the same id changes nothing. */
export async function insertInboxMessage(db: D1Database, message: InboxMessage): Promise<void> {
  await db
    .prepare(`${insertBound('inbox_messages', columns.names)} WHERE true ON CONFLICT (id) DO NOTHING`)
    .bind(...Object.values(columns.toRow(message)))
    .run();
}

export type InboxFilter = {
  /** null: every merchant's (the page of a local gateway). */
  merchantId: string | null;
  /** Exactly this recipient. */
  to?: string | undefined;
  paylinkId?: string | undefined;
  limit: number;
};

/** The query that lists messages, newest first, and its bound values. Each filter has an index in that order. */
export function inboxQuery(filter: InboxFilter): { sql: string; values: (string | number)[] } {
  const where: string[] = [];
  const values: (string | number)[] = [];
  const equals = (column: string, value: string) => where.push(`${column} = ?${values.push(value)}`);
  if (filter.merchantId !== null) equals('merchant_id', filter.merchantId);
  if (filter.to !== undefined) equals('recipient', filter.to);
  if (filter.paylinkId !== undefined) equals('paylink_id', filter.paylinkId);
  const condition = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`;
  const limit = `?${values.push(filter.limit)}`;
  return { sql: `SELECT * FROM inbox_messages ${condition} ORDER BY created_at DESC, id DESC LIMIT ${limit}`, values };
}

/** Stored messages, newest first. */
export async function listInboxMessages(db: D1Database, filter: InboxFilter): Promise<InboxMessage[]> {
  const { sql, values } = inboxQuery(filter);
  const { results } = await db
    .prepare(sql)
    .bind(...values)
    .all();
  return results.map((row) => columns.parse(row));
}

/** One stored message of any merchant, for the page of a local gateway. */
export async function findInboxMessage(db: D1Database, id: string): Promise<InboxMessage | null> {
  const row = await db.prepare('SELECT * FROM inbox_messages WHERE id = ?1').bind(id).first();
  return row ? columns.parse(row) : null;
}

/** Deletes messages stored before `before` (ms), at most `limit` of them. */
export async function forgetInboxMessages(db: D1Database, before: number, limit: number): Promise<void> {
  await db
    .prepare(
      `DELETE FROM inbox_messages WHERE id IN
         (SELECT id FROM inbox_messages WHERE created_at < ?1 ORDER BY created_at LIMIT ?2)`,
    )
    .bind(before, limit)
    .run();
}
