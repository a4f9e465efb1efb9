import type { Config } from '../env.ts';
import { fromBase64Url, toBase64, utf8 } from '../lib/encoding.ts';
import { openSecret, sealSecret } from '../lib/secrets.ts';
import type { WebhookEndpoint } from '../store/webhook-endpoints.ts';

const PREFIX = 'whsec_';
const SECRET_BYTES = 32;

/** A new signing secret, plain and sealed for the endpoint's row: `whsec_` and 32 random bytes in Base64 (Standard Webhooks 1.0, "Signature scheme"). */
export async function newSecret(config: Config, endpointId: string): Promise<{ secret: string; sealed: string }> {
  const secret = `${PREFIX}${toBase64(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)))}`;
  return { secret, sealed: await sealSecret(config, endpointId, secret) };
}

/** The secrets that sign for an endpoint at `now` (ms): its own, and after a rotation the old one too. */
export function secretsOf(config: Config, endpoint: WebhookEndpoint, now: number): Promise<string[]> {
  const { id, secretCiphertext, previousSecretCiphertext, previousSecretExpiresAt } = endpoint;
  const sealed = [secretCiphertext];
  if (previousSecretCiphertext && previousSecretExpiresAt !== null && previousSecretExpiresAt > now)
    sealed.push(previousSecretCiphertext);
  return Promise.all(sealed.map((one) => openSecret(config, id, one)));
}

async function signature(secret: string, content: Uint8Array): Promise<string> {
  const bytes = fromBase64Url(secret.slice(PREFIX.length));
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return `v1,${toBase64(new Uint8Array(await crypto.subtle.sign('HMAC', key, content)))}`;
}

/**
 * The three headers of Standard Webhooks 1.0: `v1` is HMAC-SHA256 over `id.timestamp.body`, one signature a secret, space separated.
 * @param id the event's, the same at every try @param now of this try, ms
 */
export async function signedHeaders(
  secrets: readonly string[],
  id: string,
  now: number,
  body: string,
): Promise<Record<string, string>> {
  const timestamp = Math.floor(now / 1000);
  const content = utf8(`${id}.${timestamp}.${body}`);
  const signatures = await Promise.all(secrets.map((secret) => signature(secret, content)));
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}
