import * as z from 'zod/mini';
import type { WebhookPayload } from '../model/webhook.ts';

const Ids = z.array(z.object({ id: z.string() }));
const idsOf = (results: unknown): string[] => Ids.parse(results).map(({ id }) => id);

const insertDeliveries = (condition: string, more = '') => `INSERT INTO endpoint_deliveries
    (id, endpoint_id, event_id, event_type, paylink_id, payload, status, next_attempt_at, created_at, url)
  SELECT w.id || '.' || printf('%012x', a.value->>'createdAt') || '.' || (a.value->>'id'), w.id, a.value->>'id', a.value->>'type', a.value->>'paylinkId', a.value->>'payload', 'pending',
    a.value->>'createdAt', a.value->>'createdAt', NULL
  FROM json_each(?1) a CROSS JOIN webhook_endpoints w ON w.merchant_id IN
    (a.value->>'merchantId', (SELECT parent_id FROM merchants WHERE id = a.value->>'merchantId'))
  WHERE w.disabled_at IS NULL AND ${condition} ${more} ON CONFLICT (id) DO NOTHING RETURNING id`;

// The format of a vendor has few events; a parent hears its children's where it asked for them.
const isHeard = (type: string, merchantId: string) => `(w.merchant_id = ${merchantId} OR w.include_children)
  AND EXISTS (SELECT 1 FROM json_each(w.event_types) t WHERE t.value IN ('*', ${type}))
  AND (w.format = 'standard' OR ${type} IN ('paylink.paid', 'paylink.payment_failed', 'paylink.expired'))`;
const wanted = isHeard(`a.value->>'type'`, `a.value->>'merchantId'`);
const exists = `EXISTS (SELECT 1 FROM paylinks p WHERE p.id = a.value->>'paylinkId')`;
// The callback URLs of a merchant's sessions are one queue, under the merchant's own id.
const toCallbackUrls = (
  condition: string,
) => `UNION ALL SELECT a.value->>'merchantId' || '.' || printf('%012x', a.value->>'createdAt') || '.' || (a.value->>'id'),
    a.value->>'merchantId', a.value->>'id', a.value->>'type', a.value->>'paylinkId', a.value->>'payload', 'pending',
    a.value->>'createdAt', a.value->>'createdAt', a.value->>'callbackUrl'
  FROM json_each(?1) a WHERE a.value->>'callbackUrl' IS NOT NULL AND ${condition}`;
const insertAll = insertDeliveries(wanted, toCallbackUrls('true'));
const insertOfCreated = insertDeliveries(`${wanted} AND ${exists}`, toCallbackUrls(exists));
const insertToOne = insertDeliveries('w.id = ?2');
const insertOfDisabled = insertDeliveries(
  `${wanted} AND EXISTS (SELECT 1 FROM webhook_endpoints d WHERE d.id = ?2 AND d.disabled_at = ?3)`,
);

/**
 * Adds a delivery for each payload and each endpoint subscribed to its type. Running it again adds nothing. Part of a batch; read the
 * new ids from its result with `deliveriesIn`. A merchant without endpoints costs one index lookup. Where its Paylink
 * has a callback URL, that is told as well.
 */
export const enqueuePayloadsStatement = (db: D1Database, payloads: readonly WebhookPayload[]): D1PreparedStatement =>
  db.prepare(insertAll).bind(JSON.stringify(payloads));

/** The same for new Paylinks, but only for those that the batch has inserted. */
export const enqueueCreatedStatement = (db: D1Database, payloads: readonly WebhookPayload[]): D1PreparedStatement =>
  db.prepare(insertOfCreated).bind(JSON.stringify(payloads));

/** The ids of the deliveries that one of these statements has added. */
export const deliveriesIn = (result: D1Result | undefined): string[] => idsOf(result?.results ?? []);

/** Adds deliveries that tell a merchant's other endpoints that one was disabled, if it was disabled at exactly `at` (ms). */
export const disabledStatement = (
  db: D1Database,
  payload: WebhookPayload,
  endpointId: string,
  at: number,
): D1PreparedStatement => db.prepare(insertOfDisabled).bind(JSON.stringify([payload]), endpointId, at);

/** Adds a delivery for one endpoint, whatever it subscribes to. null: the endpoint is disabled or another merchant's. */
export async function enqueuePayloadTo(
  db: D1Database,
  endpointId: string,
  payload: WebhookPayload,
): Promise<string | null> {
  const { results } = await db
    .prepare(insertToOne)
    .bind(JSON.stringify([payload]), endpointId)
    .run();
  return idsOf(results)[0] ?? null;
}

/**
 * Adds a delivery for each endpoint that hears of these suppressions; those that do not exist are told to nobody. Part of a batch: after
 * the insertion, or before the deletion. Read the new ids from its result with `deliveriesIn`. @param at ms
 */
export const suppressionsStatement = (
  db: D1Database,
  type: 'suppression.created' | 'suppression.lifted',
  ids: readonly string[],
  at: number,
): D1PreparedStatement =>
  db.prepare(insertOfSuppressions).bind(JSON.stringify(ids), type, at, new Date(at).toISOString());

const insertOfSuppressions = `INSERT INTO endpoint_deliveries
    (id, endpoint_id, event_id, event_type, paylink_id, payload, status, next_attempt_at, created_at)
  SELECT w.id || '.' || printf('%012x', ?3) || '.' || s.id || '.' || ?2, w.id, s.id || '.' || ?2, ?2, NULL,
    json_object('type', ?2, 'timestamp', ?4, 'data',
      json_object('suppressionId', s.id, 'merchantId', s.merchant_id, 'channel', s.channel, 'reason', s.reason)), 'pending', ?3, ?3
  FROM json_each(?1) j CROSS JOIN suppressions s ON s.id = j.value
    CROSS JOIN webhook_endpoints w ON w.merchant_id IN (s.merchant_id, (SELECT parent_id FROM merchants WHERE id = s.merchant_id))
  WHERE w.disabled_at IS NULL AND ${isHeard('?2', 's.merchant_id')} ON CONFLICT (id) DO NOTHING RETURNING id`;

const DueRows = z.array(z.object({ id: z.string(), next_attempt_at: z.int() }));

// From one endpoint to the next along the index: the cost is a few rows an endpoint, however many deliveries each has waiting.
const longestDue = `WITH RECURSIVE waiting (endpoint_id) AS (
    SELECT min(endpoint_id) FROM endpoint_deliveries WHERE next_attempt_at IS NOT NULL
    UNION ALL
    SELECT (SELECT min(d.endpoint_id) FROM endpoint_deliveries d WHERE d.next_attempt_at IS NOT NULL AND d.endpoint_id > w.endpoint_id)
    FROM waiting w WHERE w.endpoint_id IS NOT NULL)
  SELECT d.id, d.next_attempt_at FROM waiting w CROSS JOIN endpoint_deliveries d ON d.id = (
    SELECT id FROM endpoint_deliveries WHERE endpoint_id = w.endpoint_id AND next_attempt_at <= ?1 ORDER BY next_attempt_at LIMIT 1)`;

/**
 * The longest due delivery of each endpoint that has one due by `now` (ms). Of more than `limit` endpoints, those whose delivery has
 * waited longest.
 */
export async function longestDueDeliveries(db: D1Database, now: number, limit: number): Promise<string[]> {
  const { results } = await db.prepare(longestDue).bind(now).all();
  const due = DueRows.parse(results).sort((one, other) => one.next_attempt_at - other.next_attempt_at);
  return due.slice(0, limit).map(({ id }) => id);
}
