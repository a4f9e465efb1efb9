import { fromHex, utf8 } from '../encoding.ts';

/** The key of an HMAC credential: the UTF-8 bytes of its secret. */
export const importHmacKey = (secret: string): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', utf8(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);

/** Whether `signature` (64 lowercase hex digits) is HMAC-SHA256 of `canonical`; compared in constant time by the runtime. */
export const verifyHmac = (key: CryptoKey, canonical: string, signature: string): Promise<boolean> =>
  crypto.subtle.verify('HMAC', key, fromHex(signature), utf8(canonical));
