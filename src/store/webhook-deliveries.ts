import * as z from 'zod/mini';
import type { WebhookPayload } from '../model/webhook.ts';
import { columnsOf } from './columns.ts';
import { deliveriesIn, disabledStatement } from './outbox.ts';
import { toWebhookEndpoint, type WebhookEndpoint } from './webhook-endpoints.ts';

/** A delivery that only its claimer attempts until the lease ends. `attempt` names the claim; `round` counts attempts since it was last queued. */
const Claimed = z.object({
  id: z.string(),
  endpointId: z.string(),
  eventId: z.string(),
  payload: z.string(),
  attempt: z.int(),
  round: z.int(),
  /** Where it goes; null: to its endpoint. */
  url: z.nullable(z.string()),
});
export type Claimed = z.infer<typeof Claimed>;

const claimedColumns = columnsOf(z.extend(Claimed, { createdAt: z.int() }), { attempt: 'attempts' });
export const deliveryColumns = [...claimedColumns.names, 'event_type', 'paylink_id', 'status', 'next_attempt_at'];

const DueRows = z.array(z.object({ id: z.string(), endpoint_id: z.string() }));

/** Which endpoint each of these deliveries is for; those that are not due at `now` (ms) are left out. */
export async function endpointsOfDue(
  db: D1Database,
  ids: readonly string[],
  now: number,
): Promise<Map<string, string>> {
  const { results } = await db
    .prepare(
      `SELECT id, endpoint_id FROM endpoint_deliveries WHERE id IN (SELECT value FROM json_each(?1)) AND next_attempt_at <= ?2`,
    )
    .bind(JSON.stringify(ids), now)
    .all();
  return new Map(DueRows.parse(results).map((row) => [row.id, row.endpoint_id]));
}

const named = 'SELECT value FROM json_each(?4)';
const claim = `UPDATE endpoint_deliveries SET attempts = attempts + 1, round = round + 1, next_attempt_at = ?3
  WHERE id IN (
    SELECT id FROM endpoint_deliveries WHERE id IN (${named}) AND next_attempt_at <= ?2
    UNION ALL
    SELECT id FROM (
      SELECT id FROM endpoint_deliveries WHERE endpoint_id = ?1 AND next_attempt_at <= ?2 AND id NOT IN (${named})
      ORDER BY next_attempt_at LIMIT ?5))
  RETURNING ${claimedColumns.names.join(', ')}`;

/** What to claim: the endpoint's deliveries named by `ids`, and then what else is due, up to `limit` in all. Times in ms. */
export type ClaimRequest = {
  endpointId: string;
  ids: readonly string[];
  limit: number;
  now: number;
  leaseMs: number;
};

/** What was claimed, in the order in which it is to be delivered. */
export type ClaimResult = {
  deliveries: Claimed[];
  /** null: it was removed. */
  endpoint: WebhookEndpoint | null;
  /** A delivery that is due too and was not claimed; null: there is none. */
  next: string | null;
};

/** Takes due deliveries of one endpoint for `leaseMs`: those that were named first, then the longest due. One batch. */
export async function claimDeliveries(
  db: D1Database,
  { endpointId, ids, limit, now, leaseMs }: ClaimRequest,
): Promise<ClaimResult> {
  const others = Math.max(0, limit - ids.length);
  const [claimed, endpoints, left] = await db.batch<Record<string, unknown>>([
    db.prepare(claim).bind(endpointId, now, now + leaseMs, JSON.stringify(ids), others),
    db.prepare('SELECT * FROM webhook_endpoints WHERE id = ?1').bind(endpointId),
    db
      .prepare(
        'SELECT id, endpoint_id FROM endpoint_deliveries WHERE endpoint_id = ?1 AND next_attempt_at <= ?2 ORDER BY next_attempt_at LIMIT 1',
      )
      .bind(endpointId, now),
  ]);
  const rows = (claimed?.results ?? []).map((row) => claimedColumns.parse(row));
  const rank = ({ id }: { id: string }) => (ids.includes(id) ? 0 : 1);
  const [endpoint] = (endpoints?.results ?? []).map((row) => toWebhookEndpoint(row));
  return {
    deliveries: rows.sort((one, other) => rank(one) - rank(other) || one.createdAt - other.createdAt),
    endpoint: endpoint ?? null,
    next: DueRows.parse(left?.results)[0]?.id ?? null,
  };
}

/** The result of one attempt, and what follows for its delivery. Times in ms. */
export type AttemptRecord = {
  delivery: Claimed;
  outcome: 'delivered' | 'failed';
  statusCode: number | null;
  error: string | null;
  /** The stored beginning of the response body. */
  answer: string | null;
  attemptedAt: number;
  durationMs: number;
  /** null: the delivery is settled. */
  nextAttemptAt: number | null;
  /** Why a failure may disable the endpoint: it is `gone`, or it has only failed since `failingBefore`. `payload` is for the other endpoints. null: it is none. */
  disable: { reason: 'gone' | 'failing'; failingBefore: number; payload: WebhookPayload } | null;
};

const insertAttempt = `INSERT INTO endpoint_attempts (delivery_id, attempt, outcome, status_code, error, answer, duration_ms, attempted_at)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (delivery_id, attempt) DO NOTHING`;
// A first success that was claimed again meanwhile settles nothing and is only noted.
const noteFirst = `INSERT INTO endpoint_attempts (delivery_id, attempt, outcome, status_code, error, answer, duration_ms, attempted_at)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
  WHERE NOT EXISTS (SELECT 1 FROM endpoint_deliveries WHERE id = ?1 AND attempted_at IS NOT NULL) ON CONFLICT DO NOTHING`;
// Most deliveries succeed at once: that attempt is told by the delivery's own row.
const settleFirst = `UPDATE endpoint_deliveries SET status = 'delivered', next_attempt_at = NULL, attempted_at = ?3, status_code = ?4, answer = ?5, duration_ms = ?6
  WHERE id = ?1 AND attempts = ?2 AND status = 'pending'`;
const settleDelivery = `UPDATE endpoint_deliveries SET status = ?3, next_attempt_at = ?4 WHERE id = ?1 AND attempts = ?2 AND status = 'pending'`;
const works = 'UPDATE webhook_endpoints SET failing_since = NULL WHERE id = ?1 AND failing_since IS NOT NULL';
const fails = 'UPDATE webhook_endpoints SET failing_since = ?2 WHERE id = ?1 AND failing_since IS NULL';
const disable = `UPDATE webhook_endpoints SET disabled_at = ?2, disabled_reason = ?3, updated_at = ?2
  WHERE id = ?1 AND disabled_at IS NULL AND (?3 = 'gone' OR failing_since <= ?4)`;

/**
 * Records an attempt in one transaction: the attempt itself, the delivery's status (unless it was claimed again meanwhile), and the
 * endpoint's health.
 * @returns whether this disabled the endpoint, and the new deliveries that tell the other endpoints, which the caller enqueues
 */
export async function recordAttempt(
  db: D1Database,
  record: AttemptRecord,
): Promise<{ disabled: boolean; enqueue: string[] }> {
  const { delivery, outcome, statusCode, error, answer, attemptedAt, durationMs, nextAttemptAt } = record;
  const { id, endpointId, attempt } = delivery;
  const endedAt = attemptedAt + durationMs;
  const row = [id, attempt, outcome, statusCode, error, answer, durationMs, attemptedAt];
  const status = outcome === 'delivered' ? 'delivered' : nextAttemptAt === null ? 'failed' : 'pending';
  const statements = [
    db.prepare(insertAttempt).bind(...row),
    db.prepare(settleDelivery).bind(id, attempt, status, nextAttemptAt),
  ];
  if (outcome === 'delivered') {
    const first = db.prepare(settleFirst).bind(id, attempt, attemptedAt, statusCode, answer, durationMs);
    await db.batch([
      ...(attempt === 1 ? [first, db.prepare(noteFirst).bind(...row)] : statements),
      ...(record.disable ? [db.prepare(works).bind(endpointId)] : []),
    ]);
    return { disabled: false, enqueue: [] };
  }
  if (!record.disable) {
    await db.batch(statements);
    return { disabled: false, enqueue: [] };
  }
  const { reason, failingBefore, payload } = record.disable;
  const results = await db.batch([
    ...statements,
    db.prepare(fails).bind(endpointId, endedAt),
    db.prepare(disable).bind(endpointId, endedAt, reason, failingBefore),
    disabledStatement(db, payload, endpointId, endedAt),
  ]);
  return { disabled: (results[3]?.meta.changes ?? 0) > 0, enqueue: deliveriesIn(results[4]) };
}

const unsettled = `FROM (SELECT value->>'id' AS claimed_id, value->>'attempt' AS claim FROM json_each(?1)) AS c
  WHERE id = c.claimed_id AND attempts = c.claim AND status = 'pending'`;
const claimsOf = (claimed: readonly Claimed[]) => JSON.stringify(claimed.map(({ id, attempt }) => ({ id, attempt })));

/** Returns claimed deliveries without an attempt, due at `dueAt` (ms). The claim does not count. */
export async function releaseDeliveries(db: D1Database, claimed: readonly Claimed[], dueAt: number): Promise<void> {
  if (claimed.length === 0) return;
  await db
    .prepare(
      `UPDATE endpoint_deliveries SET attempts = attempts - 1, round = round - 1, next_attempt_at = ?2 ${unsettled}`,
    )
    .bind(claimsOf(claimed), dueAt)
    .run();
}

/** Fails claimed deliveries without an attempt, because their endpoint is disabled or deleted. A replay can queue them again. */
export async function closeDeliveries(db: D1Database, claimed: readonly Claimed[]): Promise<void> {
  if (claimed.length === 0) return;
  await db
    .prepare(
      `UPDATE endpoint_deliveries SET status = 'failed', attempts = attempts - 1, next_attempt_at = NULL ${unsettled}`,
    )
    .bind(claimsOf(claimed))
    .run();
}
