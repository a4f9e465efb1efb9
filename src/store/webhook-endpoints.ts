import * as z from 'zod/mini';
import { merchantEventTypes } from '../model/webhook.ts';
import { columnsOf, insertBound } from './columns.ts';
import { firstAndTold, type Told } from './told.ts';

const text = z.nullable(z.string());
const maybeInt = z.nullable(z.int());

/** The event types an endpoint subscribes to. `*` means all, including future ones. */
export const EventFilter = z.array(z.enum(['*', ...merchantEventTypes]));
export type EventFilter = z.infer<typeof EventFilter>;

/** A row with its merchant's own id is no endpoint but signs what callback URLs are told (see callback-secret.ts). */
const isEndpoint = 'id <> merchant_id';

/** Where a merchant receives events. Times in ms; secrets are sealed, with the id as associated data. */
export const WebhookEndpoint = z.object({
  id: z.string(),
  merchantId: z.string(),
  url: z.string(),
  description: text,
  eventTypes: EventFilter,
  secretCiphertext: z.string(),
  previousSecretCiphertext: text,
  previousSecretExpiresAt: maybeInt,
  disabledAt: maybeInt,
  disabledReason: text,
  failingSince: maybeInt,
  createdAt: z.int(),
  updatedAt: z.int(),
  /** In whose form it is told. */
  format: z.enum(['standard', 'skipify']),
  /** Its own headers: their names, and the sealed JSON of names and values. */
  headerNames: z.array(z.string()),
  headersCiphertext: text,
  /** Whether it hears of the merchant's direct children too. */
  includeChildren: z.boolean(),
});
export type WebhookEndpoint = z.infer<typeof WebhookEndpoint>;

/** Parses a row. @throws when a cell does not fit the schema */
export const { parse: toWebhookEndpoint, names: endpointColumns, toRow } = columnsOf(WebhookEndpoint);

export type NewEndpoint = Omit<
  WebhookEndpoint,
  | 'previousSecretCiphertext'
  | 'previousSecretExpiresAt'
  | 'disabledAt'
  | 'disabledReason'
  | 'failingSince'
  | 'updatedAt'
>;

/** Stores an endpoint, unless its merchant has `limit` already; then null. */
export async function insertEndpoint(
  db: D1Database,
  endpoint: NewEndpoint,
  limit: number,
  told: Told = null,
): Promise<WebhookEndpoint | null> {
  const fresh = {
    previousSecretCiphertext: null,
    previousSecretExpiresAt: null,
    disabledAt: null,
    disabledReason: null,
    failingSince: null,
    updatedAt: endpoint.createdAt,
  };
  const cells = toRow({ ...endpoint, ...fresh });
  const statement = db
    .prepare(
      `${insertBound('webhook_endpoints', Object.keys(cells))}
       WHERE (SELECT count(*) FROM webhook_endpoints WHERE merchant_id = ?2 AND ${isEndpoint}) < ?${Object.keys(cells).length + 1} RETURNING *`,
    )
    .bind(...Object.values(cells), limit);
  const row = await firstAndTold(db, statement, told);
  return row ? toWebhookEndpoint(row) : null;
}

/** A merchant's endpoints, oldest first. */
export async function listEndpoints(db: D1Database, merchantId: string): Promise<WebhookEndpoint[]> {
  const { results } = await db
    .prepare(`SELECT * FROM webhook_endpoints WHERE merchant_id = ?1 AND ${isEndpoint} ORDER BY created_at, id`)
    .bind(merchantId)
    .all();
  return results.map((row) => toWebhookEndpoint(row));
}

/** One endpoint of this merchant; null for any other. */
export async function findEndpoint(db: D1Database, merchantId: string, id: string): Promise<WebhookEndpoint | null> {
  const row = await db
    .prepare(`SELECT * FROM webhook_endpoints WHERE id = ?1 AND merchant_id = ?2 AND ${isEndpoint}`)
    .bind(id, merchantId)
    .first();
  return row ? toWebhookEndpoint(row) : null;
}

export type EndpointChange = {
  url?: string | undefined;
  description?: string | null | undefined;
  eventTypes?: EventFilter | undefined;
  enabled?: boolean | undefined;
  format?: WebhookEndpoint['format'] | undefined;
  headers?: Pick<WebhookEndpoint, 'headerNames' | 'headersCiphertext'> | undefined;
  includeChildren?: boolean | undefined;
};

/** Changes what is given. A new URL, or enabling, resets `failingSince`. null: the merchant has no such endpoint. */
export async function updateEndpoint(
  db: D1Database,
  merchantId: string,
  id: string,
  change: EndpointChange,
  now: number,
  told: Told = null,
): Promise<WebhookEndpoint | null> {
  const sets = ['updated_at = ?3'];
  const values: (string | number | null)[] = [id, merchantId, now];
  const set = (column: string, value: string | null) => sets.push(`${column} = ?${values.push(value)}`);
  if (change.url !== undefined) set('url', change.url);
  if (change.description !== undefined) set('description', change.description);
  if (change.eventTypes !== undefined) set('event_types', JSON.stringify(change.eventTypes));
  if (change.format !== undefined) set('format', change.format);
  if (change.includeChildren !== undefined) sets.push(`include_children = ${Number(change.includeChildren)}`);
  if (change.headers !== undefined) {
    set('header_names', JSON.stringify(change.headers.headerNames));
    set('headers_ciphertext', change.headers.headersCiphertext);
  }
  if (change.enabled === false)
    sets.push(
      `disabled_reason = iif(disabled_at IS NULL, 'merchant', disabled_reason)`,
      'disabled_at = coalesce(disabled_at, ?3)',
    );
  if (change.enabled === true) sets.push('disabled_at = NULL', 'disabled_reason = NULL');
  if (change.enabled === true || change.url !== undefined) sets.push('failing_since = NULL');
  const statement = db
    .prepare(
      `UPDATE webhook_endpoints SET ${sets.join(', ')} WHERE id = ?1 AND merchant_id = ?2 AND ${isEndpoint} RETURNING *`,
    )
    .bind(...values);
  const row = await firstAndTold(db, statement, told);
  return row ? toWebhookEndpoint(row) : null;
}

/** Stores a new secret. The previous one signs too until `previousExpiresAt` (ms). null: the merchant has no such endpoint. */
export async function rotateSecret(
  db: D1Database,
  merchantId: string,
  id: string,
  secretCiphertext: string,
  previousExpiresAt: number,
  now: number,
  told: Told = null,
): Promise<WebhookEndpoint | null> {
  const statement = db
    .prepare(
      `UPDATE webhook_endpoints SET previous_secret_ciphertext = secret_ciphertext, secret_ciphertext = ?3,
       previous_secret_expires_at = ?4, updated_at = ?5 WHERE id = ?1 AND merchant_id = ?2 AND ${isEndpoint} RETURNING *`,
    )
    .bind(id, merchantId, secretCiphertext, previousExpiresAt, now);
  const row = await firstAndTold(db, statement, told);
  return row ? toWebhookEndpoint(row) : null;
}

/** Deletes an endpoint; false: the merchant has no such endpoint. Deliveries queued for it are not attempted. */
export async function deleteEndpoint(
  db: D1Database,
  merchantId: string,
  id: string,
  told: Told = null,
): Promise<boolean> {
  const statement = db
    .prepare(`DELETE FROM webhook_endpoints WHERE id = ?1 AND merchant_id = ?2 AND ${isEndpoint} RETURNING id`)
    .bind(id, merchantId);
  const row = await firstAndTold(db, statement, told);
  return row !== null;
}
