import type { Context } from 'hono';
import { hashApiKey, newApiKey, newHmacSecret, newSkipifyKey } from '../../auth/api-key.ts';
import { credentialCache, forgetCredentials } from '../../auth/credential-cache.ts';
import { refusal } from '../../errors.ts';
import { iso } from '../../lib/encoding.ts';
import { sealSecret } from '../../lib/secrets.ts';
import type { Merchant } from '../../model.ts';
import {
  type Credential,
  expireCredential,
  issueCredential,
  listCredentials,
  revokeCredential,
  type Scheme,
} from '../../store/credentials.ts';
import { findMerchant } from '../../store/merchants.ts';
import type { AppEnv } from '../app-env.ts';
import { readJson } from '../body.ts';
import { problem } from '../problem.ts';
import { merchantNotFound } from './merchants.ts';
import { CredentialExpiry, credentialIssue, parseUuid } from './schemas.ts';

const credentialNotFound = refusal('not_found', 'Credential was not found.');

const renderCredential = (credential: Credential) => ({
  ...credential,
  createdAt: iso(credential.createdAt),
  expiresAt: iso(credential.expiresAt),
  revokedAt: iso(credential.revokedAt),
});

const merchantOf = async (c: Context<AppEnv>): Promise<Merchant | null> => {
  const id = parseUuid(c.req.param('id'));
  return id === null ? null : findMerchant(c.env.DB, id);
};

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

/** `POST /admin/merchants/{id}/credentials`. Only this answer ever shows the secret. */
export async function issue(c: Context<AppEnv>): Promise<Response> {
  const merchant = await merchantOf(c);
  if (!merchant) return problem(c, merchantNotFound);
  const now = c.get('now');
  const body = await readJson(c, credentialIssue(now));
  if (body.kind === 'refused') return problem(c, body.refusal);
  const { scheme, label, expiresAt } = body.value;
  const id = crypto.randomUUID();
  const secret = newSecret(scheme, merchant.mode);
  const credential = { id, merchantId: merchant.id, label, createdAt: now, expiresAt };
  const stored =
    scheme === 'bearer'
      ? { ...credential, scheme, keyHash: await hashApiKey(secret) }
      : { ...credential, scheme, secretCiphertext: await sealSecret(c.get('config'), id, secret) };
  if (!(await issueCredential(c.env.DB, stored))) return problem(c, merchantNotFound);
  forgetCredentials(credentialCache);
  const answer = { ...renderCredential({ ...credential, scheme, revokedAt: null }), secret };
  return c.json(answer, 201, { location: `/admin/merchants/${merchant.id}/credentials/${id}` });
}

/** `GET /admin/merchants/{id}/credentials`: all, also expired and revoked ones, without secrets. */
export async function list(c: Context<AppEnv>): Promise<Response> {
  const merchant = await merchantOf(c);
  if (!merchant) return problem(c, merchantNotFound);
  const credentials = await listCredentials(c.env.DB, merchant.id);
  return c.json({ data: credentials.map(renderCredential) });
}

/** `PATCH /admin/merchants/{id}/credentials/{credentialId}` with `{expiresAt}`: ends the old credential of a rotation. */
export async function expire(c: Context<AppEnv>): Promise<Response> {
  const id = parseUuid(c.req.param('id'));
  const credentialId = parseUuid(c.req.param('credentialId'));
  if (id === null || credentialId === null) return problem(c, credentialNotFound);
  const body = await readJson(c, CredentialExpiry);
  if (body.kind === 'refused') return problem(c, body.refusal);
  const expired = await expireCredential(c.env.DB, id, credentialId, body.value.expiresAt);
  if (!expired) return problem(c, credentialNotFound);
  if (expired.revokedAt !== null) return problem(c, refusal('conflict', 'The credential is revoked.'));
  forgetCredentials(credentialCache);
  return c.json(renderCredential(expired));
}

/** `DELETE /admin/merchants/{id}/credentials/{credentialId}`: revokes it for good, everywhere within 30 s. */
export async function revoke(c: Context<AppEnv>): Promise<Response> {
  const id = parseUuid(c.req.param('id'));
  const credentialId = parseUuid(c.req.param('credentialId'));
  if (id === null || credentialId === null) return problem(c, credentialNotFound);
  const revoked = await revokeCredential(c.env.DB, id, credentialId, c.get('now'));
  if (!revoked) return problem(c, credentialNotFound);
  forgetCredentials(credentialCache);
  return c.body(null, 204);
}
