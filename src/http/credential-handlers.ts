import type { Context } from 'hono';
import { expire, issue, type Manager, revoke } from '../auth/credentials.ts';
import { listOf } from '../auth/scopes.ts';
import { merchantNotFound, refusal } from '../errors.ts';
import { iso } from '../lib/encoding.ts';
import type { Merchant } from '../model/merchant.ts';
import { type Credential, listCredentials } from '../store/credentials.ts';
import { CredentialExpiry, credentialIssue, parseUuid } from './admin/schemas.ts';
import type { AppEnv, Handle } from './app-env.ts';
import { readJson } from './body.ts';
import { problem } from './problem.ts';

const credentialNotFound = refusal('not_found', 'Credential was not found.');

const renderCredential = (credential: Credential) => ({
  ...credential,
  createdAt: iso(credential.createdAt),
  expiresAt: iso(credential.expiresAt),
  revokedAt: iso(credential.revokedAt),
  scopes: listOf(credential.scopes),
  lastUsedAt: iso(credential.lastUsedAt),
});

/** Who manages whose credentials, where they are listed; null: no such merchant. */
export type Management = {
  of: (c: Context<AppEnv>) => Promise<{ by: Manager; mode: Merchant['mode']; path: string } | null>;
};

/** A merchant's credentials, managed by the operator or by the merchant itself: the same four verbs. */
export function credentialHandlers({ of }: Management): { [verb in 'list' | 'issue' | 'expire' | 'revoke']: Handle } {
  const one = (c: Context<AppEnv>) => parseUuid(c.req.param('credentialId'));
  return {
    /** All, also expired and revoked ones, without secrets. */
    list: async (c) => {
      const managed = await of(c);
      if (!managed) return problem(c, merchantNotFound);
      const credentials = await listCredentials(c.env.DB, managed.by.merchantId);
      return c.json({ data: credentials.map(renderCredential) });
    },
    /** Only this answer ever shows the secret. */
    issue: async (c) => {
      const managed = await of(c);
      if (!managed) return problem(c, merchantNotFound);
      const body = await readJson(c, credentialIssue(c.get('now')));
      if (body.kind === 'refused') return problem(c, body.refusal);
      const issued = await issue(managed.by, managed.mode, body.value);
      if (issued.kind === 'refused') return problem(c, issued.refusal);
      const { credential, secret } = issued.value;
      const location = `${managed.path}/${credential.id}`;
      return c.json({ ...renderCredential(credential), secret }, 201, { location, 'cache-control': 'no-store' });
    },
    expire: async (c) => {
      const managed = await of(c);
      const id = one(c);
      if (!managed || id === null) return problem(c, credentialNotFound);
      const body = await readJson(c, CredentialExpiry);
      if (body.kind === 'refused') return problem(c, body.refusal);
      const expired = await expire(managed.by, id, body.value.expiresAt);
      return expired.kind === 'refused' ? problem(c, expired.refusal) : c.json(renderCredential(expired.value));
    },
    revoke: async (c) => {
      const managed = await of(c);
      const id = one(c);
      if (!managed || id === null) return problem(c, credentialNotFound);
      const revoked = await revoke(managed.by, id);
      return revoked.kind === 'refused' ? problem(c, revoked.refusal) : c.body(null, 204);
    },
  };
}
