import { fromHex, utf8 } from '../lib/encoding.ts';

/** The key of an HMAC credential: the UTF-8 bytes of its secret. */
export const importHmacKey = (secret: string): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', utf8(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);

/** Whether `signature` (64 lowercase hex digits) is HMAC-SHA256 of `canonical`. The runtime compares in constant time. */
export const verifyHmac = (key: CryptoKey, canonical: string, signature: string): Promise<boolean> =>
  crypto.subtle.verify('HMAC', key, fromHex(signature), utf8(canonical));

/** What a caller signs. */
export type SignedParts = {
  merchantId: string;
  /** Unix seconds, as in the header. */
  timestamp: string;
  nonce: string;
  method: string;
  /** Path and query of the normalised URL (`requestTarget`). */
  target: string;
  /** Lowercase hex SHA-256 of the raw body; without a body, of no bytes. */
  bodySha256: string;
  /** What version 2 signs too; absent: version 1. */
  v2?: SignedHeaders;
};

/** The Host header in lower case, and the idempotency key as sent ('' for none). */
export type SignedHeaders = { host: string; idempotencyKey: string };

/** What version 2 signs of a request's headers. Where the runtime has no Host header, the URL was made of it. */
export const signedHeaders = (headers: Headers, url: string): SignedHeaders => ({
  host: (headers.get('host') ?? new URL(url).host).toLowerCase(),
  idempotencyKey: headers.get('idempotency-key') ?? headers.get('x-idempotency-key') ?? '',
});

/** The text that an HMAC signs: 7 lines, or 9, no newline at the end. No part can contain a newline, so no two requests share a text. */
export const canonicalRequest = ({ v2, ...parts }: SignedParts): string =>
  [
    v2 ? 'PAYLINKS-HMAC-SHA256-V2' : 'PAYLINKS-HMAC-SHA256-V1',
    parts.merchantId,
    parts.timestamp,
    parts.nonce,
    parts.method.toUpperCase(),
    parts.target,
    parts.bodySha256,
    ...(v2 ? [v2.host, v2.idempotencyKey] : []),
  ].join('\n');

/** Path and query after WHATWG URL normalisation (`/a/../b` is `/b`, `é` is `%C3%A9`), taken from the href, which keeps a bare `?`. */
export function requestTarget(url: string): string {
  const { href, origin, hash } = new URL(url);
  return href.slice(origin.length, href.length - hash.length);
}
