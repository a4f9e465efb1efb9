import * as z from 'zod/mini';
import { columnsOf } from './columns.ts';

const text = z.nullable(z.string());

/** One try to deliver an event to an endpoint. The event's own columns are null once the delivery's 30 days are over. */
export const WebhookAttempt = z.object({
  id: z.string(),
  deliveryId: z.string(),
  eventId: text,
  eventType: text,
  paylinkId: text,
  attempt: z.int(),
  outcome: z.enum(['delivered', 'failed']),
  statusCode: z.nullable(z.int()),
  error: text,
  answer: text,
  durationMs: z.int(),
  attemptedAt: z.int(),
});
export type WebhookAttempt = z.infer<typeof WebhookAttempt>;

const columns = columnsOf(WebhookAttempt);

/** What an endpoint's deliveries, and attempts of them, lie between: their ids begin with its own (`/` follows `.`). */
const between = (column: string, endpointId: string) =>
  `${column} >= ${endpointId} || '.' AND ${column} < ${endpointId} || '/'`;

/** `{delivery id}.{attempt}`, the attempt so written that the text's order is the number's. */
const attemptId = (deliveryId: string, attempt: string) => `${deliveryId} || '.' || printf('%06d', ${attempt})`;

// The first attempt, where it succeeded, is the delivery's own row.
const firsts = `SELECT ${attemptId('d.id', '1')} AS id, d.id AS delivery_id, d.event_id, d.event_type, d.paylink_id, 1 AS attempt, 'delivered' AS outcome,
    d.status_code, NULL AS error, d.answer, d.duration_ms, d.attempted_at
  FROM endpoint_deliveries d WHERE ${between('d.id', '?1')} AND d.id <= ?2 AND ${attemptId('d.id', '1')} < ?2 AND d.attempted_at IS NOT NULL
  ORDER BY d.id DESC LIMIT ?3`;
const others = `SELECT ${attemptId('a.delivery_id', 'a.attempt')} AS id, a.delivery_id, d.event_id, d.event_type, d.paylink_id, a.attempt, a.outcome,
    a.status_code, a.error, a.answer, a.duration_ms, a.attempted_at
  FROM endpoint_attempts a LEFT JOIN endpoint_deliveries d ON d.id = a.delivery_id
  WHERE ${between('a.delivery_id', '?1')} AND a.delivery_id <= ?2 AND ${attemptId('a.delivery_id', 'a.attempt')} < ?2
  ORDER BY a.delivery_id DESC, a.attempt DESC LIMIT ?3`;

/**
 * An endpoint's attempts, those of its latest delivery first. Keyset paging: every page costs the same. The caller must have checked who
 * owns the endpoint. @param after the id of the last attempt of the page before
 */
export async function listAttempts(
  db: D1Database,
  endpointId: string,
  page: { limit: number; after?: string | undefined },
): Promise<WebhookAttempt[]> {
  const before = page.after ?? `${endpointId}/`;
  const found = await db.batch<Record<string, unknown>>(
    [firsts, others].map((sql) => db.prepare(sql).bind(endpointId, before, page.limit)),
  );
  const attempts = found.flatMap(({ results }) => results.map((row) => columns.parse(row)));
  return attempts.sort((one, other) => (one.id < other.id ? 1 : -1)).slice(0, page.limit);
}

const requeued = `UPDATE endpoint_deliveries SET status = 'pending', round = 0, next_attempt_at = ?1`;

// A delivery that is being attempted is due within its lease. It is not queued again.
const resting = '(next_attempt_at IS NULL OR next_attempt_at > ?2)';

/** Queues one delivery of an endpoint again, due at once. `unknown`: no such delivery; `running`: it is being attempted or already due. */
export async function requeueDelivery(
  db: D1Database,
  endpointId: string,
  id: string,
  now: number,
  leaseMs: number,
): Promise<'queued' | 'running' | 'unknown'> {
  const [changed, known] = await db.batch([
    db
      .prepare(`${requeued} WHERE id = ?3 AND endpoint_id = ?4 AND ${resting} RETURNING id`)
      .bind(now, now + leaseMs, id, endpointId),
    db.prepare('SELECT id FROM endpoint_deliveries WHERE id = ?1 AND endpoint_id = ?2').bind(id, endpointId),
  ]);
  if (changed?.results.length === 1) return 'queued';
  return known?.results.length === 1 ? 'running' : 'unknown';
}

const Queued = z.array(z.object({ id: z.string(), created_at: z.int() }));

/** Queues an endpoint's deliveries since `since` (ms) again, delivered ones too: the oldest `limit`. `nextSince` is where to go on. */
export async function requeueSince(
  db: D1Database,
  endpointId: string,
  since: number,
  now: number,
  leaseMs: number,
  limit: number,
): Promise<{ ids: string[]; nextSince: number | null }> {
  const { results } = await db
    .prepare(
      `${requeued} WHERE id IN (SELECT id FROM endpoint_deliveries
         WHERE id >= ?3 || '.' || printf('%012x', ?4) AND id < ?3 || '/' AND ${resting} ORDER BY id LIMIT ?5) RETURNING id, created_at`,
    )
    // A negative number has another form in hexadecimal, which sorts behind all others.
    .bind(now, now + leaseMs, endpointId, Math.max(0, since), limit)
    .all();
  const rows = Queued.parse(results);
  const last = rows.reduce((latest, row) => Math.max(latest, row.created_at), since);
  return { ids: rows.map(({ id }) => id), nextSince: rows.length === limit ? last : null };
}

const endpointOf = (id: string) => `substr(${id}, 1, instr(${id} || '.', '.') - 1)`;
// From one endpoint to the next along the primary key, and of each what is older.
const oldOf = (table: string, id: string) => `WITH RECURSIVE endpoints (endpoint) AS (
    SELECT ${endpointOf(`min(${id})`)} FROM ${table}
    UNION ALL SELECT (SELECT ${endpointOf(`min(${id})`)} FROM ${table} WHERE ${id} >= w.endpoint || '/') FROM endpoints w WHERE w.endpoint IS NOT NULL)
  DELETE FROM ${table} WHERE ${id} IN (
    SELECT t.${id} FROM endpoints w CROSS JOIN ${table} t ON t.${id} >= w.endpoint || '.' AND t.${id} < w.endpoint || '.' || printf('%012x', ?1) LIMIT ?2)`;

/** Deletes deliveries from before `before` (ms) and their attempts, at most `limit` of each per call. @returns how many */
export async function forgetOld(db: D1Database, before: number, limit: number): Promise<number> {
  const results = await db.batch([
    db.prepare(oldOf('endpoint_attempts', 'delivery_id')).bind(before, limit),
    db.prepare(oldOf('endpoint_deliveries', 'id')).bind(before, limit),
  ]);
  return results.reduce((sum, { meta }) => sum + meta.changes, 0);
}
