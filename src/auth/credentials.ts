import { type AuditAction, auditIfChanged } from '../audit/record.ts';
import type { Config } from '../env.ts';
import { merchantNotFound, type Refusal, refusal } from '../errors.ts';
import { sealSecret } from '../lib/secrets.ts';
import type { Actor, Scope } from '../model/caller.ts';
import type { Merchant } from '../model/merchant.ts';
import type { JsonObject } from '../model/values.ts';
import {
  type Credential,
  expireCredential,
  findCredential,
  issueCredential,
  MAX_CREDENTIALS,
  revokeCredential,
  type Scheme,
} from '../store/credentials.ts';
import { findMerchant } from '../store/merchants.ts';
import { hashApiKey, newApiKey, newHmacSecret, newSkipifyKey } from './api-key.ts';
import { credentialCache, forgetCredentials } from './credential-cache.ts';
import { lackOf, listOf, scopesToIssue } from './scopes.ts';

/** Who manages a merchant's credentials, and what they may do themselves (null: everything, as the operator may). `now` in ms. */
export type Manager = {
  db: D1Database;
  config: Config;
  merchantId: string;
  actor: Actor;
  scopes: readonly Scope[] | null;
  now: number;
};

type Managed<T> = { kind: 'done'; value: T } | { kind: 'refused'; refusal: Refusal };
const refuse = (refused: Refusal) => ({ kind: 'refused', refusal: refused }) as const;

const tooMany = refusal(
  'conflict',
  `A merchant may have ${MAX_CREDENTIALS} credentials. Revoke those that are no longer used, also expired ones.`,
);
const credentialNotFound = refusal('not_found', 'Credential was not found.');

/** Tells the audit log, in the same batch and only if something changed. */
const told = ({ db, merchantId, actor, now }: Manager, action: AuditAction, subject: string, details: JsonObject) =>
  auditIfChanged(db, { merchantId, actor, action, subject, details }, now);

function newSecret(scheme: Scheme, mode: Merchant['mode']): string {
  switch (scheme) {
    case 'bearer':
      return newApiKey(mode);
    case 'hmac':
      return newHmacSecret(mode);
    case 'skipify':
      return newSkipifyKey();
  }
}

export type CredentialFields = {
  scheme: Scheme;
  label: string | null;
  expiresAt: number | null;
  scopes: Scope[] | null;
};

/** Issues a credential. Its secret is returned here and never again. Nobody issues a scope that they lack. */
export async function issue(
  by: Manager,
  mode: Merchant['mode'],
  fields: CredentialFields,
): Promise<Managed<{ credential: Credential; secret: string }>> {
  const given = scopesToIssue(by, fields.scopes);
  if (given.kind === 'refused') return given;
  const { scheme, label, expiresAt } = fields;
  const { db, merchantId, now } = by;
  const id = crypto.randomUUID();
  const secret = newSecret(scheme, mode);
  const credential = { id, merchantId, label, createdAt: now, expiresAt, scopes: given.scopes };
  const stored =
    scheme === 'bearer'
      ? { ...credential, scheme, keyHash: await hashApiKey(secret) }
      : { ...credential, scheme, secretCiphertext: await sealSecret(by.config, id, secret) };
  const details = { scheme, label, expiresAt, scopes: [...listOf(given.scopes)] };
  if (!(await issueCredential(db, stored, told(by, 'credential.issued', id, details))))
    return refuse((await findMerchant(db, merchantId)) ? tooMany : merchantNotFound);
  forgetCredentials(credentialCache, merchantId);
  return {
    kind: 'done',
    value: { credential: { ...credential, scheme, revokedAt: null, lastUsedAt: null }, secret },
  };
}

/** Why a credential may not be prolonged by somebody who could not issue it. */
function lackToProlong(by: Manager, { expiresAt, scopes }: Credential, until: number | null): Refusal | null {
  const prolongs = expiresAt !== null && (until === null || until > expiresAt);
  if (!prolongs) return null;
  for (const scope of listOf(scopes)) {
    const lack = lackOf(by, [scope]);
    if (lack) return lack;
  }
  return null;
}

/** Sets when a credential expires (ms; null: never): ends the old one of a rotation. */
export async function expire(by: Manager, id: string, expiresAt: number | null): Promise<Managed<Credential>> {
  const known = await findCredential(by.db, by.merchantId, id);
  if (!known) return refuse(credentialNotFound);
  const lack = lackToProlong(by, known, expiresAt);
  if (lack) return refuse(lack);
  const details = { from: known.expiresAt, to: expiresAt };
  const expired = await expireCredential(
    by.db,
    by.merchantId,
    id,
    expiresAt,
    told(by, 'credential.expired', id, details),
  );
  if (!expired) return refuse(credentialNotFound);
  if (expired.revokedAt !== null) return refuse(refusal('conflict', 'The credential is revoked.'));
  forgetCredentials(credentialCache, by.merchantId);
  return { kind: 'done', value: expired };
}

/** Revokes a credential for good, everywhere within 30 s. */
export async function revoke(by: Manager, id: string): Promise<Managed<Credential>> {
  const revoked = await revokeCredential(by.db, by.merchantId, id, by.now, told(by, 'credential.revoked', id, {}));
  if (!revoked) return refuse(credentialNotFound);
  forgetCredentials(credentialCache, by.merchantId);
  return { kind: 'done', value: revoked };
}
