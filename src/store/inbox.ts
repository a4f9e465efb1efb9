import * as z from 'zod/mini';
import { Channel } from '../model/delivery.ts';
import { columnsOf, insertBound } from './columns.ts';

/** A message that was stored instead of sent. `id` is the attempt's; times are ms. */
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
  /** What else a provider would be given; empty in rows of the release before. */
  headers: z.record(z.string(), z.string()),
  /** When a person looked at it; null: not yet. */
  readAt: z.nullable(z.int()),
});
export type InboxMessage = z.infer<typeof InboxMessage>;

const columns = columnsOf(InboxMessage, { to: 'recipient' });
export const inboxColumns = columns.names;

/** A line of the list: the text is cut after `SNIPPET` characters. */
const InboxLine = z.omit(InboxMessage, { html: true, headers: true });
export type InboxLine = z.infer<typeof InboxLine>;
const lines = columnsOf(InboxLine, { to: 'recipient' });
const SNIPPET = 200;

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
  /** Found in recipient, subject or text, in any case of A to Z. */
  search?: string | undefined;
  /** Only what nobody has looked at. */
  unread?: boolean | undefined;
  /** Only what comes after this message in the list: older, and of the same time with a smaller id. */
  after?: { at: number; id: string } | undefined;
};

/** The condition of a filter and its bound values. */
function conditionOf(filter: InboxFilter): { where: string; values: (string | number)[] } {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const equals = (column: string, value: string) => conditions.push(`${column} = ?${values.push(value)}`);
  if (filter.merchantId !== null) equals('merchant_id', filter.merchantId);
  if (filter.to !== undefined) equals('recipient', filter.to);
  if (filter.paylinkId !== undefined) equals('paylink_id', filter.paylinkId);
  if (filter.search !== undefined) {
    const all = "recipient || ' ' || coalesce(subject, '') || ' ' || text";
    conditions.push(`instr(lower(${all}), lower(?${values.push(filter.search)})) > 0`);
  }
  if (filter.unread) conditions.push('read_at IS NULL');
  if (filter.after) {
    const { at, id } = filter.after;
    conditions.push(`(created_at, id) < (?${values.push(at)}, ?${values.push(id)})`);
  }
  return { where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values };
}

/** The query that lists messages, newest first, and its bound values. Each filter but a search has an index in that order. */
export function inboxQuery(
  filter: InboxFilter & { limit: number },
  select = '*',
): { sql: string; values: (string | number)[] } {
  const { where, values } = conditionOf(filter);
  const limit = `?${values.push(filter.limit)}`;
  return {
    sql: `SELECT ${select} FROM inbox_messages ${where} ORDER BY created_at DESC, id DESC LIMIT ${limit}`,
    values,
  };
}

/** Stored messages, newest first. */
export async function listInboxMessages(
  db: D1Database,
  filter: InboxFilter & { limit: number },
): Promise<InboxMessage[]> {
  const { sql, values } = inboxQuery(filter);
  const { results } = await db
    .prepare(sql)
    .bind(...values)
    .all();
  return results.map((row) => columns.parse(row));
}

const Count = z.object({ messages: z.int(), unread: z.int() });
export type InboxCount = z.infer<typeof Count>;

/** The lines of a mail program's list, newest first; and how many messages there are, and unread ones, under the filter without `unread`. */
export async function listInboxLines(
  db: D1Database,
  filter: InboxFilter & { limit: number },
): Promise<{ lines: InboxLine[]; count: InboxCount }> {
  const select = lines.names.map((name) => (name === 'text' ? `substr(text, 1, ${SNIPPET}) AS text` : name)).join(', ');
  const query = inboxQuery(filter, select);
  const { where, values } = conditionOf({ ...filter, unread: false });
  const count = `SELECT count(*) AS messages, count(*) - count(read_at) AS unread FROM inbox_messages ${where}`;
  const [listed, counted] = await db.batch<Record<string, unknown>>([
    db.prepare(query.sql).bind(...query.values),
    db.prepare(count).bind(...values),
  ]);
  return {
    lines: (listed?.results ?? []).map((row) => lines.parse(row)),
    count: Count.parse(counted?.results[0]),
  };
}

/** One stored message. @param merchantId null: of any merchant, for the page of a local gateway */
export async function findInboxMessage(
  db: D1Database,
  merchantId: string | null,
  id: string,
): Promise<InboxMessage | null> {
  const row = await db
    .prepare('SELECT * FROM inbox_messages WHERE id = ?1 AND (?2 IS NULL OR merchant_id = ?2)')
    .bind(id, merchantId)
    .first();
  return row ? columns.parse(row) : null;
}

/** Notes that a person looked at a message. @param now ms */
export async function markInboxMessageRead(
  db: D1Database,
  merchantId: string | null,
  id: string,
  now: number,
): Promise<void> {
  await db
    .prepare(
      'UPDATE inbox_messages SET read_at = ?3 WHERE id = ?1 AND (?2 IS NULL OR merchant_id = ?2) AND read_at IS NULL',
    )
    .bind(id, merchantId, now)
    .run();
}

/** The query of `inboxMark`: `?1` is the open message, `?2` the merchant. */
export const inboxMarkQuery = (merchantId: string | null): string =>
  `SELECT count(*) || '.' || coalesce(max(created_at), 0) || '.' || coalesce((SELECT p.version FROM inbox_messages i
     JOIN paylinks p ON p.id = i.paylink_id WHERE i.id = ?1), 0) AS mark
   FROM inbox_messages ${merchantId === null ? '' : 'WHERE merchant_id = ?2'}`;

/**
 * A text that is another one when messages came or went, or when the Paylink of message `id` changed. Read from indexes alone, as it is
 * asked for every second.
 */
export async function inboxMark(db: D1Database, merchantId: string | null, id: string | null): Promise<string> {
  const row = await db
    .prepare(inboxMarkQuery(merchantId))
    .bind(...(merchantId === null ? [id] : [id, merchantId]))
    .first();
  return z.object({ mark: z.string() }).parse(row).mark;
}

/** Deletes one message. @returns whether there was one */
export async function deleteInboxMessage(db: D1Database, merchantId: string | null, id: string): Promise<boolean> {
  const { meta } = await db
    .prepare('DELETE FROM inbox_messages WHERE id = ?1 AND (?2 IS NULL OR merchant_id = ?2)')
    .bind(id, merchantId)
    .run();
  return meta.changes > 0;
}

/** Deletes all messages under a filter. */
export async function deleteInboxMessages(db: D1Database, filter: InboxFilter): Promise<void> {
  const { where, values } = conditionOf(filter);
  await db
    .prepare(`DELETE FROM inbox_messages ${where}`)
    .bind(...values)
    .run();
}

// From one merchant to the next along the index; of each, what lies beyond its newest.
const beyond = `WITH RECURSIVE owners (merchant) AS (
    SELECT min(merchant_id) FROM inbox_messages
    UNION ALL SELECT (SELECT min(merchant_id) FROM inbox_messages WHERE merchant_id > o.merchant) FROM owners o WHERE o.merchant IS NOT NULL)
  DELETE FROM inbox_messages WHERE id IN (
    SELECT i.id FROM owners o CROSS JOIN inbox_messages i ON i.merchant_id = o.merchant AND (i.created_at, i.id) <
      (SELECT created_at, id FROM inbox_messages WHERE merchant_id = o.merchant ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET ?1 - 1)
    LIMIT ?2)`;

/** Deletes messages stored before `before` (ms), and of each merchant all but the newest `most`: at most `limit` of each. @returns how many */
export async function forgetInboxMessages(
  db: D1Database,
  before: number,
  most: number,
  limit: number,
): Promise<number> {
  const old = db
    .prepare(
      `DELETE FROM inbox_messages WHERE id IN
         (SELECT id FROM inbox_messages WHERE created_at < ?1 ORDER BY created_at LIMIT ?2)`,
    )
    .bind(before, limit);
  const results = await db.batch([old, db.prepare(beyond).bind(most, limit)]);
  return results.reduce((sum, { meta }) => sum + meta.changes, 0);
}
