import * as z from 'zod/mini';
import type { WebhookPayload } from '../model.ts';

const Ids = z.array(z.object({ id: z.string() }));
const idsOf = (results: unknown): string[] => Ids.parse(results).map(({ id }) => id);

const insertDeliveries = (condition: string) => `INSERT INTO webhook_deliveries
    (id, endpoint_id, event_id, event_type, paylink_id, payload, status, next_attempt_at, created_at)
  SELECT (a.value->>'id') || '.' || w.id, w.id, a.value->>'id', a.value->>'type', a.value->>'paylinkId', a.value->>'payload', 'pending',
    a.value->>'createdAt', a.value->>'createdAt'
  FROM json_each(?1) a CROSS JOIN webhook_endpoints w ON w.merchant_id = a.value->>'merchantId'
  WHERE w.disabled_at IS NULL AND ${condition} ON CONFLICT (id) DO NOTHING RETURNING id`;

const wanted = `EXISTS (SELECT 1 FROM json_each(w.event_types) t WHERE t.value IN ('*', a.value->>'type'))`;
const announceAll = insertDeliveries(wanted);
const announceCreated = insertDeliveries(
  `${wanted} AND EXISTS (SELECT 1 FROM paylinks p WHERE p.id = a.value->>'paylinkId')`,
);
const announceToOne = insertDeliveries('w.id = ?2');
const announceDisabled = insertDeliveries(
  `${wanted} AND EXISTS (SELECT 1 FROM webhook_endpoints d WHERE d.id = ?2 AND d.disabled_at = ?3)`,
);

/**
 * The outbox's part of a batch: a row for each announcement and endpoint that wants it, once however often the batch runs. It answers
 * the ids of new rows (`deliveriesIn`); a merchant without endpoints costs a look at an index.
 */
export const enqueuePayloadsStatement = (
  db: D1Database,
  announcements: readonly WebhookPayload[],
): D1PreparedStatement => db.prepare(announceAll).bind(JSON.stringify(announcements));

/** The same of new Paylinks, told of only if they are in D1 by then. */
export const enqueueCreatedStatement = (
  db: D1Database,
  announcements: readonly WebhookPayload[],
): D1PreparedStatement => db.prepare(announceCreated).bind(JSON.stringify(announcements));

/** The new deliveries that an `announceStatement` made. */
export const deliveriesIn = (result: D1Result | undefined): string[] => idsOf(result?.results ?? []);

/** Tells a merchant's other endpoints that one was disabled, if it was at that very time (ms). */
export const disabledStatement = (
  db: D1Database,
  announcement: WebhookPayload,
  endpointId: string,
  at: number,
): D1PreparedStatement => db.prepare(announceDisabled).bind(JSON.stringify([announcement]), endpointId, at);

/** Announces to one endpoint alone, whatever it listens to. null: it is not this merchant's, or disabled. */
export async function enqueuePayloadTo(
  db: D1Database,
  endpointId: string,
  announcement: WebhookPayload,
): Promise<string | null> {
  const { results } = await db
    .prepare(announceToOne)
    .bind(JSON.stringify([announcement]), endpointId)
    .run();
  return idsOf(results)[0] ?? null;
}

/** Deliveries that were due by `now` (ms), the longest due first. */
export async function listDueDeliveries(db: D1Database, now: number, limit: number): Promise<string[]> {
  const { results } = await db
    .prepare('SELECT id FROM webhook_deliveries WHERE next_attempt_at <= ?1 ORDER BY next_attempt_at LIMIT ?2')
    .bind(now, limit)
    .all();
  return idsOf(results);
}
