/** Whose secret signs. `version` 2 (the default) covers method, path, body, host and idempotency key; 1 not the last two. */
export type Signer = { merchantId: string; secret: string; keyId?: string | undefined; version?: 1 | 2 | undefined };
/** A request as it goes over the wire. */
export type Signable = { method: string; url: URL; body: Uint8Array; idempotencyKey: string | null };

const HMAC = { name: 'HMAC', hash: 'SHA-256' };
const utf8 = (text: string) => new TextEncoder().encode(text);
const hex = (bytes: ArrayBuffer) =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * The headers that sign a request (docs/signing.md). Sign anew each time: a nonce is used once.
 * @param at Unix seconds @param nonce 16 to 64 of `A-Z a-z 0-9 _ -`
 */
export async function signedHeaders(
  { merchantId, secret, keyId, version = 2 }: Signer,
  { method, url, body, idempotencyKey }: Signable,
  at: number,
  nonce: string,
): Promise<Record<string, string>> {
  const digest = hex(await crypto.subtle.digest('SHA-256', body));
  const target = url.pathname + url.search;
  const common = [merchantId, String(at), nonce, method.toUpperCase(), target, digest];
  const more = version === 2 ? [url.host.toLowerCase(), idempotencyKey ?? ''] : [];
  const canonical = [`PAYLINKS-HMAC-SHA256-V${version}`, ...common, ...more].join('\n');
  const key = await crypto.subtle.importKey('raw', utf8(secret), HMAC, false, ['sign']);
  return {
    'x-merchant-id': merchantId,
    timestamp: String(at),
    nonce,
    signature: hex(await crypto.subtle.sign('HMAC', key, utf8(canonical))),
    ...(version === 2 ? { 'x-signature-version': '2' } : {}),
    ...(keyId === undefined ? {} : { 'x-key-id': keyId }),
  };
}
