import * as z from 'zod/mini';
import { JsonObject } from '../model/values.ts';
import { columnsOf, insertFromJson } from './columns.ts';

const text = z.nullable(z.string());

/** A row of the audit log. Times in ms. */
export const AuditRow = z.object({
  id: z.string(),
  merchantId: z.string(),
  at: z.int(),
  actorKind: z.enum(['credential', 'operator', 'customer', 'provider', 'gateway']),
  actorId: text,
  actorLabel: text,
  action: z.string(),
  subject: text,
  details: z.nullable(JsonObject),
});
export type AuditRow = z.infer<typeof AuditRow>;

const columns = columnsOf(AuditRow);
export const auditColumns = columns.names;
const insert = insertFromJson('audit', columns.names);

/**
 * Adds rows to the audit log, as part of a batch. @param onlyIf `always`, or only when the batch's statement just before this one has
 * written a row (`changed`): what changed nothing is not told
 */
export const insertAudit = (
  db: D1Database,
  rows: readonly AuditRow[],
  onlyIf: 'always' | 'changed',
): D1PreparedStatement =>
  db
    .prepare(onlyIf === 'changed' ? `${insert} WHERE changes() > 0` : insert)
    .bind(JSON.stringify(rows.map((row) => columns.toRow(row))));

/**
 * Adds rows about Paylinks, of those that are there: a batch that runs again adds none again. Part of the batch that changes them.
 * `subject` is a Paylink's id.
 */
export const insertAuditOfPaylinks = (db: D1Database, rows: readonly AuditRow[]): D1PreparedStatement =>
  db
    .prepare(
      `${insert} WHERE EXISTS (SELECT 1 FROM paylinks p WHERE p.id = value->>'subject') ON CONFLICT (id) DO NOTHING`,
    )
    .bind(JSON.stringify(rows.map((row) => columns.toRow(row))));

/** Told of suppressions, by their ids: a statement for the batch that makes them (after it) or lifts them (before it). */
export type TellOfSuppressions = (
  action: 'suppression.created' | 'suppression.lifted',
  ids: readonly string[],
) => D1PreparedStatement;

const ofSuppressions = `INSERT INTO audit (id, merchant_id, at, actor_kind, actor_id, actor_label, action, subject, details)
  SELECT j.value->>'auditId', s.merchant_id, ?2->>'at', ?2->>'actorKind', ?2->>'actorId', ?2->>'actorLabel', ?2->>'action', s.id,
    json_object('channel', s.channel, 'reason', s.reason)
  FROM json_each(?1) j CROSS JOIN suppressions s ON s.id = j.value->>'id'`;

/** Adds a row for each of these suppressions that exists when the statement runs: one that was not made is not told. */
export const auditSuppressions = (
  db: D1Database,
  suppressions: readonly { id: string; auditId: string }[],
  by: Pick<AuditRow, 'at' | 'actorKind' | 'actorId' | 'actorLabel' | 'action'>,
): D1PreparedStatement => db.prepare(ofSuppressions).bind(JSON.stringify(suppressions), JSON.stringify(by));

/** A page of at most `limit` rows, newest first, from the one after `before` on. @param merchantId null: everyone's, for the operator */
export async function listAudit(
  db: D1Database,
  merchantId: string | null,
  { before, limit }: { before: string | null; limit: number },
): Promise<AuditRow[]> {
  // A UUIDv7 never begins with g.
  const from = before ?? 'g';
  const page =
    merchantId === null
      ? db
          .prepare(`SELECT ${columns.select('a')} FROM audit a WHERE a.id < ?1 ORDER BY a.id DESC LIMIT ?2`)
          .bind(from, limit)
      : db
          .prepare(
            `SELECT ${columns.select('a')} FROM audit a WHERE a.merchant_id = ?3 AND a.id < ?1 ORDER BY a.id DESC LIMIT ?2`,
          )
          .bind(from, limit, merchantId);
  const { results } = await page.all();
  return results.map((row) => columns.parse(row));
}
