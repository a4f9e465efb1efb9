import * as z from 'zod/mini';
import type { Merchant } from '../model.ts';
import { merchantColumns, toMerchant } from './merchants.ts';

export type Scheme = 'hmac' | 'skipify' | 'bearer';

/** A credential as the operator sees it: everything but the secret. */
export type Credential = {
  id: string;
  merchantId: string;
  scheme: Scheme;
  label: string | null;
  createdAt: number;
  /** From then on (ms) it is refused. */
  expiresAt: number | null;
  revokedAt: number | null;
};

/** A credential and what is stored of its secret: a bearer key's hash, or the sealed secret of the others. */
export type NewCredential = Omit<Credential, 'revokedAt'> &
  ({ scheme: 'bearer'; keyHash: string } | { scheme: 'hmac' | 'skipify'; secretCiphertext: string });

const maybeInt = z.nullable(z.int());

const CredentialRow = z.pipe(
  z.object({
    id: z.string(),
    merchant_id: z.string(),
    scheme: z.enum(['hmac', 'skipify', 'bearer']),
    label: z.nullable(z.string()),
    created_at: z.int(),
    expires_at: maybeInt,
    revoked_at: maybeInt,
  }),
  z.transform(
    (row): Credential => ({
      id: row.id,
      merchantId: row.merchant_id,
      scheme: row.scheme,
      label: row.label,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      revokedAt: row.revoked_at,
    }),
  ),
);

const credentialColumns = 'id, merchant_id, scheme, label, created_at, expires_at, revoked_at';

const BearerRow = z.object({ credential_id: z.string(), expires_at: maybeInt });

export type BearerCredential = { id: string; expiresAt: number | null; merchant: Merchant };

/** The bearer credential whose key has this hash, with its merchant; null when there is none or it is revoked. One query. */
export async function findBearerCredential(db: D1Database, keyHash: string): Promise<BearerCredential | null> {
  const found = await db
    .prepare(
      `SELECT ${merchantColumns('m')}, c.id AS credential_id, c.expires_at
       FROM credentials c JOIN merchants m ON m.id = c.merchant_id WHERE c.key_hash = ?1 AND c.revoked_at IS NULL`,
    )
    .bind(keyHash)
    .first();
  if (!found) return null;
  const row = BearerRow.parse(found);
  return { id: row.credential_id, expiresAt: row.expires_at, merchant: toMerchant(found) };
}

const SigningRow = z.pipe(
  z.object({
    credential_id: z.string(),
    scheme: z.enum(['hmac', 'skipify']),
    secret_ciphertext: z.string(),
    expires_at: maybeInt,
  }),
  z.transform((row) => ({
    id: row.credential_id,
    scheme: row.scheme,
    secretCiphertext: row.secret_ciphertext,
    expiresAt: row.expires_at,
  })),
);

export type SealedCredential = z.output<typeof SigningRow>;

/** A merchant and its hmac and skipify credentials that are neither revoked nor expired, newest first; null: no such merchant. One query. */
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
  const credentials = results.filter((row) => row.credential_id !== null).map((row) => SigningRow.parse(row));
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

/** All credentials of a merchant, dead ones too, oldest first. */
export async function listCredentials(db: D1Database, merchantId: string): Promise<Credential[]> {
  const { results } = await db
    .prepare(`SELECT ${credentialColumns} FROM credentials WHERE merchant_id = ?1 ORDER BY created_at, id`)
    .bind(merchantId)
    .all();
  return results.map((row) => CredentialRow.parse(row));
}

/** Has a credential expire at a time (ms; null: never), unless it is revoked: that stays. null: no such credential of this merchant. */
export async function expireCredential(
  db: D1Database,
  merchantId: string,
  id: string,
  expiresAt: number | null,
): Promise<Credential | null> {
  const row = await db
    .prepare(
      `UPDATE credentials SET expires_at = iif(revoked_at IS NULL, ?3, expires_at)
       WHERE id = ?1 AND merchant_id = ?2 RETURNING ${credentialColumns}`,
    )
    .bind(id, merchantId, expiresAt)
    .first();
  return row ? CredentialRow.parse(row) : null;
}

/** Revokes a credential for good; a second time changes nothing. null: no such credential of this merchant. */
export async function revokeCredential(
  db: D1Database,
  merchantId: string,
  id: string,
  now: number,
): Promise<Credential | null> {
  const row = await db
    .prepare(
      `UPDATE credentials SET revoked_at = coalesce(revoked_at, ?3) WHERE id = ?1 AND merchant_id = ?2 RETURNING ${credentialColumns}`,
    )
    .bind(id, merchantId, now)
    .first();
  return row ? CredentialRow.parse(row) : null;
}
