/** A public key for Ed25519 (RFC 8032) verification; null when the bytes are none. `spki`: RFC 8410, `raw`: its 32 bytes. */
export async function importEd25519(format: 'raw' | 'spki', bytes: Uint8Array): Promise<CryptoKey | null> {
  try {
    return await crypto.subtle.importKey(format, bytes, { name: 'Ed25519' }, false, ['verify']);
  } catch {
    return null;
  }
}

/** Whether `signature` (64 bytes) is of `message` under `key`. */
export const verifyEd25519 = (key: CryptoKey, signature: Uint8Array, message: Uint8Array): Promise<boolean> =>
  crypto.subtle.verify({ name: 'Ed25519' }, key, signature, message);
