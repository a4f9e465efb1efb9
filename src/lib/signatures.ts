import { toBase64, utf8 } from './encoding.ts';

/** How far a signed time may be from ours, either way, s. */
const toleranceSeconds = 300;

/** Whether a time as a provider signs it (Unix seconds, digits only) is near enough to `now` (ms). */
export function isFresh(seconds: string, now: number): boolean {
  return /^\d{1,12}$/.test(seconds) && Math.abs(now / 1000 - Number(seconds)) <= toleranceSeconds;
}

/**
 * The bytes of a Base64 text (RFC 4648 §4) in its one canonical spelling, else null: `atob` also takes texts whose unused last bits
 * differ, so that one signature would have several spellings.
 */
export function strictBase64(text: string): Uint8Array | null {
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
  return toBase64(bytes) === text ? bytes : null;
}

/** A public key for Ed25519 (RFC 8032) verification; null when the bytes are none. `spki`: RFC 8410, `raw`: its 32 bytes. */
export async function importEd25519(format: 'raw' | 'spki', bytes: Uint8Array): Promise<CryptoKey | null> {
  try {
    return await crypto.subtle.importKey(format, bytes, { name: 'Ed25519' }, false, ['verify']);
  } catch {
    return null;
  }
}

/** A text and a body, one after the other: what a signature of both covers. */
export function textAndBody(text: string, body: Uint8Array): Uint8Array {
  const head = utf8(text);
  const all = new Uint8Array(head.length + body.length);
  all.set(head);
  all.set(body, head.length);
  return all;
}

/** Whether `signature` (64 bytes) is of `message` under `key`. */
export const verifyEd25519 = (key: CryptoKey, signature: Uint8Array, message: Uint8Array): Promise<boolean> =>
  crypto.subtle.verify({ name: 'Ed25519' }, key, signature, message);
