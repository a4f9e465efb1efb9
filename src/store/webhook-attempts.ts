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

/** An endpoint's attempts, newest first. Keyset paging: every page costs the same. The caller must have checked who owns the endpoint. */
export async function listAttempts(
  db: D1Database,
  endpointId: string,
  page: { limit: number; after?: { attemptedAt: number; id: string } | undefined },
): Promise<WebhookAttempt[]> {
  const { attemptedAt, id } = page.after ?? { attemptedAt: Number.MAX_SAFE_INTEGER, id: '' };
  const { results } = await db
    .prepare(
      `SELECT a.*, d.event_id, d.event_type, d.paylink_id FROM webhook_attempts a LEFT JOIN webhook_deliveries d ON d.id = a.delivery_id
       WHERE a.endpoint_id = ?1 AND (a.attempted_at, a.id) < (?2, ?3) ORDER BY a.attempted_at DESC, a.id DESC LIMIT ?4`,
    )
    .bind(endpointId, attemptedAt, id, page.limit)
    .all();
  return results.map((row) => columns.parse(row));
}

const requeued = `UPDATE webhook_deliveries SET status = 'pending', round = 0, next_attempt_at = ?1`;

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
    db.prepare('SELECT id FROM webhook_deliveries WHERE id = ?1 AND endpoint_id = ?2').bind(id, endpointId),
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
      `${requeued} WHERE id IN (SELECT id FROM webhook_deliveries WHERE endpoint_id = ?3 AND created_at >= ?4 AND ${resting}
       ORDER BY created_at LIMIT ?5) RETURNING id, created_at`,
    )
    .bind(now, now + leaseMs, endpointId, since, limit)
    .all();
  const rows = Queued.parse(results);
  const last = rows.reduce((latest, row) => Math.max(latest, row.created_at), since);
  return { ids: rows.map(({ id }) => id), nextSince: rows.length === limit ? last : null };
}

/** Deletes attempts and deliveries from before `before` (ms), at most `limit` of each per call. */
export async function forgetOld(db: D1Database, before: number, limit: number): Promise<void> {
  const old = (table: string, column: string) =>
    db
      .prepare(
        `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${column} < ?1 ORDER BY ${column} LIMIT ?2)`,
      )
      .bind(before, limit);
  await db.batch([old('webhook_attempts', 'attempted_at'), old('webhook_deliveries', 'created_at')]);
}
