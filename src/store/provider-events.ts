import * as z from 'zod/mini';
import { DeliveryEvent, type ReportingProvider } from '../model/delivery.ts';
import type { TellOfSuppressions } from './audit.ts';
import { columnsOf, insertFromJson } from './columns.ts';
import { withOld } from './old-rows.ts';
import { suppressionsStatement } from './outbox.ts';
import { keepStronger, sharedSender } from './suppressions.ts';

/** A customer has sent STOP or START to a shared SMS sender. */
export type OptOutEvent = { id: string; provider: ReportingProvider; kind: 'stop' | 'start'; recipientHash: string };

/** Events per statement. Keeps the bound parameter well under D1's 2 MB. */
const MAX_BATCH = 1_000;
/** First delay before an event that could not be applied is tried again, ms. It doubles up to about four hours. */
const FIRST_RETRY_MS = 60_000;

const columns = columnsOf(DeliveryEvent);
// The columns of an event, and those of its processing.
const names = [...columns.names, 'kind', 'due_at', 'received_at'];
export const providerEventColumns = [...names, 'tries'];

/** Nothing is stored under this id, in the table of before 0020 neither. */
const isUnheard = (id: string) =>
  `NOT EXISTS (SELECT 1 FROM provider_reports p WHERE p.id = ${id}) AND NOT EXISTS (SELECT 1 FROM provider_events p WHERE p.id = ${id})`;

const insertEvents = `${insertFromJson('provider_reports', names)} WHERE ${isUnheard("value->>'id'")}
  ON CONFLICT (id) DO NOTHING RETURNING id`;

// Suppresses the recipient of a known attempt. An event whose attempt D1 does not have yet suppresses when it is applied.
const suppressKnown = `INSERT INTO suppressions (id, merchant_id, channel, recipient_hash, recipient, reason, created_at)
  SELECT value->>'suppression_id', d.merchant_id, d.channel, d.recipient_hash, d.recipient, value->>'suppression', ?2
  FROM json_each(?1) JOIN paylink_logs d ON d.id = value->>'attempt_id' AND d.provider = value->>'provider'
  WHERE ${isUnheard("value->>'id'")}
  ${keepStronger}`;

/**
 * Stores events, and suppresses the recipients of bounces and complaints, in one transaction. An event that is stored already changes
 * nothing. Events are due at `dueAt` (ms) unless settled before.
 * @returns the ids that are new
 */
export async function storeDeliveryEvents(
  db: D1Database,
  events: readonly DeliveryEvent[],
  now: number,
  dueAt: number,
  tell: TellOfSuppressions,
): Promise<Set<string>> {
  const toRow = (event: DeliveryEvent) => ({
    ...columns.toRow(event),
    kind: 'delivery',
    due_at: dueAt,
    received_at: now,
  });
  const statements: D1PreparedStatement[] = [];
  for (const part of parts(events.filter(({ suppression }) => suppression !== null))) {
    const named = part.map((event) => ({ ...toRow(event), suppression_id: crypto.randomUUID() }));
    const ids = named.map(({ suppression_id }) => suppression_id);
    statements.push(
      db.prepare(suppressKnown).bind(JSON.stringify(named), now),
      tell('suppression.created', ids),
      suppressionsStatement(db, 'suppression.created', ids, now),
    );
  }
  for (const part of parts(events)) statements.push(db.prepare(insertEvents).bind(JSON.stringify(part.map(toRow))));
  if (statements.length === 0) return new Set();
  const results = await db.batch<Record<string, unknown>>(statements);
  const inserted = results.slice(-Math.ceil(events.length / MAX_BATCH)).flatMap(({ results: found }) => found);
  return new Set(
    z
      .array(z.object({ id: z.string() }))
      .parse(inserted)
      .map(({ id }) => id),
  );
}

const isNew = isUnheard('?1');
const stop = `INSERT INTO suppressions (id, merchant_id, channel, recipient_hash, recipient, reason, created_at)
  SELECT ?2, '${sharedSender}', 'SMS', ?3, NULL, 'stop', ?4 WHERE ${isNew} ${keepStronger}`;
const start = `DELETE FROM suppressions WHERE recipient_hash = ?2 AND channel = 'SMS' AND reason = 'stop' AND ${isNew}`;

/** Stores a STOP or START and applies it, in one transaction. A repeat changes nothing. START lifts suppressions made by STOPs only. */
export async function storeOptOutEvent(
  db: D1Database,
  event: OptOutEvent,
  now: number,
  audit: TellOfSuppressions,
): Promise<void> {
  const { id, provider, kind, recipientHash } = event;
  const stopId = crypto.randomUUID();
  const effect =
    kind === 'stop' ? db.prepare(stop).bind(id, stopId, recipientHash, now) : db.prepare(start).bind(id, recipientHash);
  const kept = db
    .prepare(
      `INSERT INTO provider_reports (id, provider, kind, recipient_hash, received_at) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT (id) DO NOTHING`,
    )
    .bind(id, provider, kind, recipientHash, now);
  // A START lifts the merchants' own suppressions by STOPs too, and they hear of it.
  const lifted = await db
    .prepare(
      `SELECT id FROM suppressions WHERE recipient_hash = ?2 AND channel = 'SMS' AND reason = 'stop' AND ${isNew}`,
    )
    .bind(id, recipientHash)
    .all();
  const ids = z
    .array(z.object({ id: z.string() }))
    .parse(lifted.results)
    .map((one) => one.id);
  if (kind === 'stop') {
    await db.batch([effect, audit('suppression.created', [stopId]), kept]);
  } else {
    const tell = [audit('suppression.lifted', ids), suppressionsStatement(db, 'suppression.lifted', ids, now)];
    await db.batch([...(ids.length > 0 ? tell : []), effect, kept]);
  }
}

/** Events due by `now` (ms), the longest overdue first. */
export async function dueDeliveryEvents(db: D1Database, now: number, limit: number): Promise<DeliveryEvent[]> {
  const { results } = await db
    .prepare(`SELECT ${columns.names.join(', ')} FROM provider_reports WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2`)
    .bind(now, limit)
    .all();
  return results.map((row) => columns.parse(row));
}

const LocatedRow = z.object({ attempt: z.string(), paylink: z.string() });

const located = withOld('paylink_logs', ['id', 'paylink_id'], (d) => `${d}.id IN (SELECT value FROM json_each(?1))`);

/** The Paylink of each attempt that D1 knows, by the attempt's id. One query. */
export async function locateAttempts(db: D1Database, attemptIds: readonly string[]): Promise<Map<string, string>> {
  if (attemptIds.length === 0) return new Map();
  const { results } = await db
    .prepare(`SELECT id AS attempt, paylink_id AS paylink FROM ${located}`)
    .bind(JSON.stringify(attemptIds))
    .all();
  return new Map(
    z
      .array(LocatedRow)
      .parse(results)
      .map(({ attempt, paylink }) => [attempt, paylink]),
  );
}

/** Deletes applied events (one that suppressed is kept, no longer due) and delays those that could not be applied. */
export async function settleDeliveryEvents(
  db: D1Database,
  applied: readonly string[],
  later: readonly string[],
  now: number,
): Promise<void> {
  const of = '(SELECT value FROM json_each(?1))';
  const statements: D1PreparedStatement[] = [];
  if (applied.length > 0) {
    const ids = JSON.stringify(applied);
    statements.push(
      db.prepare(`DELETE FROM provider_reports WHERE id IN ${of} AND suppression IS NULL`).bind(ids),
      db.prepare(`UPDATE provider_reports SET due_at = NULL WHERE id IN ${of}`).bind(ids),
    );
  }
  if (later.length > 0) {
    const putOff = `UPDATE provider_reports SET tries = tries + 1, due_at = ?2 + ?3 * (1 << min(tries, 8)) WHERE id IN ${of} AND due_at IS NOT NULL`;
    statements.push(db.prepare(putOff).bind(JSON.stringify(later), now, FIRST_RETRY_MS));
  }
  if (statements.length > 0) await db.batch(statements);
}

/** Deletes events received before `before` (ms). @returns how many of them were never applied */
export async function forgetProviderEvents(db: D1Database, before: number): Promise<number> {
  const { results } = await db
    .prepare('DELETE FROM provider_reports WHERE received_at < ?1 RETURNING due_at')
    .bind(before)
    .all();
  return results.filter((row) => row.due_at !== null).length;
}

function parts<T>(all: readonly T[]): T[][] {
  const found: T[][] = [];
  for (let at = 0; at < all.length; at += MAX_BATCH) found.push(all.slice(at, at + MAX_BATCH));
  return found;
}
