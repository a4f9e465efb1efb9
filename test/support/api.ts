import { env, exports } from 'cloudflare:workers';
import { hashApiKey } from '../../src/auth/api-key.ts';
import type { Scope } from '../../src/model/caller.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import { seedMerchant } from './merchants.ts';

/** Requests to the running gateway as one merchant makes them, with its bearer key. */
export type Api = {
  merchant: Merchant;
  key: string;
  credentialId: string;
  call: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Response>;
};

/** Asks the gateway; `body` is JSON unless it is text already. */
export function request(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const init: RequestInit = { method, headers: { ...headers }, redirect: 'manual' };
  if (body !== undefined) {
    init.body = typeof body === 'string' ? body : JSON.stringify(body);
    init.headers = { 'content-type': 'application/json', ...headers };
  }
  return exports.default.fetch(`http://gateway.test${path}`, init);
}

/** A new merchant with a bearer key. */
export const merchantApi = async (some: Partial<Merchant> = {}): Promise<Api> => keyOf(await seedMerchant(some));

/** Another bearer key of a merchant; `scopes` null: all. */
export async function keyOf(merchant: Merchant, scopes: readonly Scope[] | null = null): Promise<Api> {
  const key = `plk_live_${crypto.randomUUID().replaceAll('-', '')}`;
  const credentialId = crypto.randomUUID();
  await env.DB.prepare(
    "INSERT INTO credentials (id, merchant_id, scheme, key_hash, created_at, scopes) VALUES (?1, ?2, 'bearer', ?3, 0, ?4)",
  )
    .bind(credentialId, merchant.id, await hashApiKey(key), scopes && JSON.stringify(scopes))
    .run();
  return {
    merchant,
    key,
    credentialId,
    call: (method, path, body, headers = {}) =>
      request(method, path, body, { authorization: `Bearer ${key}`, ...headers }),
  };
}
