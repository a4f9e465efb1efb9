import { insertBound } from './columns.ts';
import { firstAndTold, type Told } from './told.ts';
import { toRow, toWebhookEndpoint, type WebhookEndpoint } from './webhook-endpoints.ts';

/** The secret that signs what a merchant's callback URLs are told. Times in ms; secrets are sealed, with the merchant's id as associated data. */
export type CallbackSecret = Pick<
  WebhookEndpoint,
  'id' | 'secretCiphertext' | 'previousSecretCiphertext' | 'previousSecretExpiresAt' | 'updatedAt'
>;

/** It lies among the endpoints under the merchant's own id, so that it is sealed anew like theirs; it subscribes to nothing. */
const rowOf = (merchantId: string, secretCiphertext: string, now: number) =>
  toRow({
    id: merchantId,
    merchantId,
    url: '',
    description: null,
    eventTypes: [],
    secretCiphertext,
    previousSecretCiphertext: null,
    previousSecretExpiresAt: null,
    disabledAt: null,
    disabledReason: null,
    failingSince: null,
    createdAt: now,
    updatedAt: now,
    format: 'standard',
    headerNames: [],
    headersCiphertext: null,
    includeChildren: false,
  });

const findSql = 'SELECT * FROM webhook_endpoints WHERE id = ?1 AND merchant_id = ?1';

/** null: none was made yet. */
export async function findCallbackSecret(db: D1Database, merchantId: string): Promise<CallbackSecret | null> {
  const row = await db.prepare(findSql).bind(merchantId).first();
  return row ? toWebhookEndpoint(row) : null;
}

/** The row that signs for a merchant's callback URLs; `sealed` becomes its first secret if there is none yet. */
export async function ensureCallbackSecret(
  db: D1Database,
  merchantId: string,
  sealed: string,
  now: number,
): Promise<WebhookEndpoint> {
  const cells = Object.entries(rowOf(merchantId, sealed, now));
  const names = cells.map(([name]) => name);
  const insert = db
    .prepare(`${insertBound('webhook_endpoints', names)} WHERE true ON CONFLICT (id) DO NOTHING`)
    .bind(...cells.map(([, cell]) => cell));
  const [, found] = await db.batch<Record<string, unknown>>([insert, db.prepare(findSql).bind(merchantId)]);
  const [row] = found?.results ?? [];
  if (!row) throw new Error('a row that was inserted is not there');
  return toWebhookEndpoint(row);
}

/** Stores a merchant's first or next secret. The one before, if any, signs too until `previousExpiresAt` (ms). `told` goes into the same batch. */
export async function rotateCallbackSecret(
  db: D1Database,
  merchantId: string,
  sealed: string,
  previousExpiresAt: number,
  now: number,
  told: Told,
): Promise<CallbackSecret> {
  const cells = Object.entries(rowOf(merchantId, sealed, now));
  const upsert = db
    .prepare(
      `${insertBound(
        'webhook_endpoints',
        cells.map(([name]) => name),
      )} WHERE true
       ON CONFLICT (id) DO UPDATE SET previous_secret_ciphertext = webhook_endpoints.secret_ciphertext,
         secret_ciphertext = excluded.secret_ciphertext, previous_secret_expires_at = ?${cells.length + 1}, updated_at = excluded.updated_at
       RETURNING *`,
    )
    .bind(...cells.map(([, cell]) => cell), previousExpiresAt);
  const row = await firstAndTold(db, upsert, told);
  if (!row) throw new Error('an upsert returned no row');
  return toWebhookEndpoint(row);
}
