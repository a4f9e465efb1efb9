import { env } from 'cloudflare:workers';
import { createHash, createHmac } from 'node:crypto';
import { hashApiKey } from '../../src/auth/api-key.ts';
import { configOf } from '../../src/env.ts';
import { sealSecret } from '../../src/lib/secrets.ts';
import { issueCredential, type Scheme } from '../../src/store/credentials.ts';

/** What an integrator writes: node:crypto and the documentation, none of the gateway's own code. */

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export type Signable = {
  merchantId: string;
  secret: string;
  /** Unix seconds (or, for skipify, ms). */
  timestamp: number;
  nonce?: string;
  method?: string;
  url: string;
  body?: string;
};

export const newNonce = () => crypto.randomUUID();

export function signHmac(request: Signable) {
  const { merchantId, secret, timestamp, nonce = newNonce(), method = 'GET', url, body = '' } = request;
  const { pathname, search } = new URL(url);
  const lines = ['PAYLINKS-HMAC-SHA256-V1', merchantId, timestamp, nonce, method, pathname + search, sha256(body)];
  const signature = createHmac('sha256', secret).update(lines.join('\n')).digest('hex');
  return toRequest({ ...request, nonce, signature });
}

export function signSkipify(request: Signable & { requestUri: string }) {
  const { merchantId, secret, timestamp, nonce = newNonce(), method = 'GET', requestUri, body = '' } = request;
  const text = [merchantId, secret, timestamp, nonce, requestUri, method, body].join('|');
  const stripped = [...text].filter((char) => !' \t\n\u000b\f\r'.includes(char)).join('');
  const signature = sha256(Buffer.from(stripped.toUpperCase(), 'utf8').toString('base64'));
  return toRequest({ ...request, nonce, signature });
}

/** Version 2: host and idempotency key are signed too. */
export function signHmacV2(request: Signable & { idempotencyKey?: string; host?: string }) {
  const { merchantId, secret, timestamp, nonce = newNonce(), method = 'GET', url, body = '', idempotencyKey } = request;
  const { pathname, search, host } = new URL(url);
  const head = ['PAYLINKS-HMAC-SHA256-V2', merchantId, timestamp, nonce, method, pathname + search, sha256(body)];
  const lines = [...head, request.host ?? host, idempotencyKey ?? ''];
  const signature = createHmac('sha256', secret).update(lines.join('\n')).digest('hex');
  const signed = toRequest({ ...request, nonce, signature });
  signed.headers.set('x-signature-version', '2');
  if (idempotencyKey !== undefined) signed.headers.set('idempotency-key', idempotencyKey);
  return signed;
}

function toRequest(parts: Signable & { nonce: string; signature: string }) {
  const headers = new Headers({
    'x-merchant-id': parts.merchantId,
    timestamp: String(parts.timestamp),
    nonce: parts.nonce,
    signature: parts.signature,
  });
  const body = new TextEncoder().encode(parts.body ?? '');
  return { method: parts.method ?? 'GET', url: parts.url, headers, body };
}

export const bearer = (authorization: string, more: Record<string, string> = {}) => ({
  method: 'GET',
  url: 'https://gateway.test/paylinks',
  headers: new Headers({ authorization, ...more }),
  body: new Uint8Array(),
});

/** Stores a credential with a secret of the test's choosing; returns its id. */
export async function giveCredential(
  merchantId: string,
  scheme: Scheme,
  secret: string,
  times: { createdAt?: number; expiresAt?: number | null } = {},
): Promise<string> {
  const id = crypto.randomUUID();
  const base = { id, merchantId, label: null, createdAt: times.createdAt ?? 0, expiresAt: times.expiresAt ?? null };
  const credential =
    scheme === 'bearer'
      ? { ...base, scheme, keyHash: await hashApiKey(secret) }
      : { ...base, scheme, secretCiphertext: await sealSecret(configOf(env), id, secret) };
  if (!(await issueCredential(env.DB, credential))) throw new Error('no such merchant');
  return id;
}

/** A D1 that counts the statements prepared on it. */
export function counting(db: D1Database): { db: D1Database; count: () => number } {
  let prepared = 0;
  const counted = new Proxy(db, {
    get(target, name) {
      if (name === 'prepare') {
        return (sql: string) => {
          prepared += 1;
          return target.prepare(sql);
        };
      }
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { db: counted, count: () => prepared };
}
