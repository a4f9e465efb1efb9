import * as z from 'zod/mini';
import { Scope } from '../model/caller.ts';
import type { Merchant } from '../model/merchant.ts';
import { columnsOf } from './columns.ts';
import { merchantColumns, toMerchant } from './merchants.ts';
import { changedAndTold, firstAndTold, type Told } from './told.ts';

const Scopes = z.nullable(z.array(Scope));

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
  /** null: all. */
  scopes: Scopes,
  /** The beginning of the hour it was last used in, ms. */
  lastUsedAt: maybeInt,
});
export type Credential = z.infer<typeof Credential>;

/** A credential with its stored secret: the hash of a bearer key, or the sealed secret of the other schemes. */
export type NewCredential = Omit<Credential, 'revokedAt' | 'lastUsedAt' | 'scopes'> & { scopes?: Scope[] | null } & (
    | { scheme: 'bearer'; keyHash: string }
    | { scheme: 'hmac' | 'skipify'; secretCiphertext: string }
  );

const columns = columnsOf(Credential);
const names = columns.names.join(', ');

/** What a credential has besides: one of them is its secret. */
export const credentialColumns = [...columns.names, 'key_hash', 'secret_ciphertext'];

/** What authentication needs of any credential. */
const Known = z.pick(Credential, { id: true, label: true, expiresAt: true, scopes: true, lastUsedAt: true });
export type KnownCredential = z.infer<typeof Known>;
const known = columnsOf(Known, { id: 'credential_id' });
const knownColumns = 'c.id AS credential_id, c.label, c.expires_at, c.scopes, c.last_used_at';

export type BearerCredential = KnownCredential & { merchant: Merchant };

const selectBearer = `SELECT ${merchantColumns('m')}, ${knownColumns}
  FROM credentials c JOIN merchants m ON m.id = c.merchant_id WHERE c.scheme = 'bearer' AND c.revoked_at IS NULL AND`;

const toBearer = (found: Record<string, unknown> | null): BearerCredential | null =>
  found ? { ...known.parse(found), merchant: toMerchant(found) } : null;

/** Finds the bearer credential with this key hash, and its merchant; null when there is none or it is revoked. One query. */
export async function findBearerCredential(db: D1Database, keyHash: string): Promise<BearerCredential | null> {
  return toBearer(await db.prepare(`${selectBearer} c.key_hash = ?1`).bind(keyHash).first());
}

/** The same by its id and its merchant's: for who signed in with its key. */
export async function findBearerById(db: D1Database, merchantId: string, id: string): Promise<BearerCredential | null> {
  return toBearer(await db.prepare(`${selectBearer} c.id = ?1 AND c.merchant_id = ?2`).bind(id, merchantId).first());
}

/** An hmac or skipify credential, which signs requests. */
const SealedCredential = z.extend(Known, {
  scheme: z.enum(['hmac', 'skipify']),
  secretCiphertext: z.string(),
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
      `SELECT ${merchantColumns('m')}, ${knownColumns}, c.scheme, c.secret_ciphertext
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

/** Credentials of a merchant that are not revoked: each may be tried for every signature, whoever made it. */
export const MAX_CREDENTIALS = 100;

/** Stores a credential of a merchant; false: no such merchant, or it has as many as it may have. */
export async function issueCredential(db: D1Database, credential: NewCredential, told: Told = null): Promise<boolean> {
  const keyHash = credential.scheme === 'bearer' ? credential.keyHash : null;
  const ciphertext = credential.scheme === 'bearer' ? null : credential.secretCiphertext;
  const { id, merchantId, scheme, label, createdAt, expiresAt, scopes = null } = credential;
  const insert = db
    .prepare(
      `INSERT INTO credentials (id, merchant_id, scheme, label, key_hash, secret_ciphertext, created_at, expires_at, scopes)
       SELECT ?1, m.id, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM merchants m WHERE m.id = ?2
         AND (SELECT count(*) FROM credentials c WHERE c.merchant_id = m.id AND c.revoked_at IS NULL) < ${MAX_CREDENTIALS} RETURNING id`,
    )
    .bind(id, merchantId, scheme, label, keyHash, ciphertext, createdAt, expiresAt, scopes && JSON.stringify(scopes));
  return (await firstAndTold(db, insert, told)) !== null;
}

/** All credentials of a merchant, including expired and revoked ones, oldest first. */
export async function listCredentials(db: D1Database, merchantId: string): Promise<Credential[]> {
  const { results } = await db
    .prepare(`SELECT ${names} FROM credentials WHERE merchant_id = ?1 ORDER BY created_at, id`)
    .bind(merchantId)
    .all();
  return results.map((row) => columns.parse(row));
}

const selectOne = `SELECT ${names} FROM credentials WHERE id = ?1 AND merchant_id = ?2`;

/** A merchant's credential; null when it has no such credential. */
export async function findCredential(db: D1Database, merchantId: string, id: string): Promise<Credential | null> {
  const row = await db.prepare(selectOne).bind(id, merchantId).first();
  return row ? columns.parse(row) : null;
}

/** Changes a credential and reads it, in one batch. */
async function changeCredential(
  db: D1Database,
  [merchantId, id]: [string, string],
  change: D1PreparedStatement,
  told: Told,
): Promise<Credential | null> {
  const row = await changedAndTold(db, change, told, db.prepare(selectOne).bind(id, merchantId));
  return row ? columns.parse(row) : null;
}

/** Sets when a credential expires (ms; null: never). A revoked one stays unchanged. Returns null when the merchant has no such credential. */
export function expireCredential(
  db: D1Database,
  merchantId: string,
  id: string,
  expiresAt: number | null,
  told: Told = null,
): Promise<Credential | null> {
  const change = db
    .prepare(
      `UPDATE credentials SET expires_at = ?3
       WHERE id = ?1 AND merchant_id = ?2 AND revoked_at IS NULL AND expires_at IS NOT ?3`,
    )
    .bind(id, merchantId, expiresAt);
  return changeCredential(db, [merchantId, id], change, told);
}

/** Revokes a credential for good; a repeat changes nothing. Returns null when the merchant has no such credential. */
export function revokeCredential(
  db: D1Database,
  merchantId: string,
  id: string,
  now: number,
  told: Told = null,
): Promise<Credential | null> {
  const change = db
    .prepare('UPDATE credentials SET revoked_at = ?3 WHERE id = ?1 AND merchant_id = ?2 AND revoked_at IS NULL')
    .bind(id, merchantId, now);
  return changeCredential(db, [merchantId, id], change, told);
}

/** Notes the hour (its beginning, ms) in which a credential was used. A row is written only for the first use in that hour. */
export async function noteLastUse(db: D1Database, merchantId: string, id: string, hour: number): Promise<void> {
  await db
    .prepare(
      `UPDATE credentials SET last_used_at = ?3
       WHERE id = ?1 AND merchant_id = ?2 AND (last_used_at IS NULL OR last_used_at < ?3)`,
    )
    .bind(id, merchantId, hour)
    .run();
}
