import type { Call, CallOptions } from './caller.ts';
import type * as types from './types.ts';

/** The calls about your own keys. They take no idempotency key, so those that change something are asked once. */
export function credentialCalls(call: (call: Call) => Promise<Response>) {
  const all = 'credentials';
  const one = (credentialId: string) => `${all}/${encodeURIComponent(credentialId)}`;
  return {
    /** The answer has the secret or API key, which is shown only here. */
    issue: async (body: types.IssueCredential, more: CallOptions = {}) =>
      (await call({ ...more, method: 'POST', path: all, body })).json<types.IssuedCredential>(),
    /** All, also expired and revoked ones. */
    list: async (more: CallOptions = {}) =>
      (await call({ ...more, method: 'GET', path: all })).json<types.Credentials>(),
    /** Lets one end at a time (ISO 8601); null: never. */
    expire: async (credentialId: string, expiresAt: string | null, more: CallOptions = {}) =>
      (await call({ ...more, method: 'PATCH', path: one(credentialId), body: { expiresAt } })).json<types.Credential>(),
    /** For good, everywhere within 30 s. */
    revoke: async (credentialId: string, more: CallOptions = {}): Promise<void> => {
      await call({ ...more, method: 'DELETE', path: one(credentialId) });
    },
  };
}
