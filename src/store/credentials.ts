import * as z from 'zod/mini';
import type { Merchant } from '../model.ts';
import { columnsOf } from './columns.ts';
import { merchantColumns, toMerchant } from './merchants.ts';

export const Scheme = z.enum(['hmac', 'skipify', 'bearer']);
export type Scheme = z.infer<typeof Scheme>;

const maybeInt = z.nullable(z.int());

/** A credential as the operator sees it, without its secret. */
const Credential = z.object({
  id: z.string(),
  merchantId: z.string(),
  scheme: Scheme,
  label: z.nullable(z.string()),
  createdAt: z.int(),
  /** The credential is refused from this time on, ms. */
  expiresAt: maybeInt,
  revokedAt: maybeInt,
});
export type Credential = z.infer<typeof Credential>;

/** A credential with its stored secret: the hash of a bearer key, or the sealed secret of the other schemes. */
export type NewCredential = Omit<Credential, 'revokedAt'> &
  ({ scheme: 'bearer'; keyHash: string } | { scheme: 'hmac' | 'skipify'; secretCiphertext: string });

const columns = columnsOf(Credential);
const names = columns.names.join(', ');

/** What a credential has besides: one of them is its secret. */
export const credentialColumns = [...columns.names, 'key_hash', 'secret_ciphertext'];

const bearer = columnsOf(z.pick(Credential, { id: true, expiresAt: true }), { id: 'credential_id' });

export type BearerCredential = { id: string; expiresAt: number | null; merchant: Merchant };

const selectBearer = `SELECT ${merchantColumns('m')}, c.id AS credential_id, c.expires_at
  FROM credentials c JOIN merchants m ON m.id = c.merchant_id WHERE c.scheme = 'bearer' AND c.revoked_at IS NULL AND`;

const toBearer = (found: Record<string, unknown> | null): BearerCredential | null =>
  found ? { ...bearer.parse(found), merchant: toMerchant(found) } : null;

/** Finds the bearer credential with this key hash, and its merchant; null when there is none or it is revoked. One query. */
export async function findBearerCredential(db: D1Database, keyHash: string): Promise<BearerCredential | null> {
  return toBearer(await db.prepare(`${selectBearer} c.key_hash = ?1`).bind(keyHash).first());
}

/** The same by its id and its merchant's: for who signed in with its key. */
export async function findBearerById(db: D1Database, merchantId: string, id: string): Promise<BearerCredential | null> {
  return toBearer(await db.prepare(`${selectBearer} c.id = ?1 AND c.merchant_id = ?2`).bind(id, merchantId).first());
}

/** An hmac or skipify credential, which signs requests. */
const SealedCredential = z.object({
  id: z.string(),
  scheme: z.enum(['hmac', 'skipify']),
  secretCiphertext: z.string(),
  expiresAt: maybeInt,
});
export type SealedCredential = z.infer<typeof SealedCredential>;

const sealed = columnsOf(SealedCredential, { id: 'credential_id' });

/** A merchant and its valid hmac and skipify credentials, newest first; null: no such merchant. One query. */
export async function listSigningCredentials(
  db: D1Database,
  merchantId: string,
  now: number,
): Promise<{ merchant: Merchant; credentials: SealedCredential[] } | null> {
  const { results } = await db
    .prepare(
      `SELECT ${merchantColumns('m')}, c.id AS credential_id, c.scheme, c.secret_ciphertext, c.expires_at
       FROM merchants m LEFT JOIN credentials c ON c.merchant_id = m.id AND c.scheme IN ('hmac', 'skipify')
         AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > ?2)
       WHERE m.id = ?1 ORDER BY c.created_at DESC, c.id`,
    )
    .bind(merchantId, now)
    .all();
  const [first] = results;
  if (!first) return null;
  const credentials = results.filter((row) => row.credential_id !== null).map((row) => sealed.parse(row));
  return { merchant: toMerchant(first), credentials };
}

/** Stores a credential of a merchant; false: no such merchant. */
export async function issueCredential(db: D1Database, credential: NewCredential): Promise<boolean> {
  const keyHash = credential.scheme === 'bearer' ? credential.keyHash : null;
  const ciphertext = credential.scheme === 'bearer' ? null : credential.secretCiphertext;
  const { id, merchantId, scheme, label, createdAt, expiresAt } = credential;
  const row = await db
    .prepare(
      `INSERT INTO credentials (id, merchant_id, scheme, label, key_hash, secret_ciphertext, created_at, expires_at)
       SELECT ?1, m.id, ?3, ?4, ?5, ?6, ?7, ?8 FROM merchants m WHERE m.id = ?2 RETURNING id`,
    )
    .bind(id, merchantId, scheme, label, keyHash, ciphertext, createdAt, expiresAt)
    .first();
  return row !== null;
}

/** All credentials of a merchant, including expired and revoked ones, oldest first. */
export async function listCredentials(db: D1Database, merchantId: string): Promise<Credential[]> {
  const { results } = await db
    .prepare(`SELECT ${names} FROM credentials WHERE merchant_id = ?1 ORDER BY created_at, id`)
    .bind(merchantId)
    .all();
  return results.map((row) => columns.parse(row));
}

/** Sets when a credential expires (ms; null: never). A revoked one stays unchanged. Returns null when the merchant has no such credential. */
export async function expireCredential(
  db: D1Database,
  merchantId: string,
  id: string,
  expiresAt: number | null,
): Promise<Credential | null> {
  const row = await db
    .prepare(
      `UPDATE credentials SET expires_at = iif(revoked_at IS NULL, ?3, expires_at)
       WHERE id = ?1 AND merchant_id = ?2 RETURNING ${names}`,
    )
    .bind(id, merchantId, expiresAt)
    .first();
  return row ? columns.parse(row) : null;
}

/** Revokes a credential for good; a repeat changes nothing. Returns null when the merchant has no such credential. */
export async function revokeCredential(
  db: D1Database,
  merchantId: string,
  id: string,
  now: number,
): Promise<Credential | null> {
  const row = await db
    .prepare(
      `UPDATE credentials SET revoked_at = coalesce(revoked_at, ?3) WHERE id = ?1 AND merchant_id = ?2 RETURNING ${names}`,
    )
    .bind(id, merchantId, now)
    .first();
  return row ? columns.parse(row) : null;
}
