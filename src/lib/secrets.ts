import { fromBase64Url, fromHex, toBase64Url, utf8 } from './encoding.ts';

/** The part of the configuration used here: 32 bytes as 64 hex digits. */
export type SecretsKey = { SECRETS_KEY: string };

// Random 96-bit IVs, as in NIST SP 800-38D §8.2.2, for far fewer than 2^32 uses of one key.
const IV_BYTES = 12;
const sealedForm = /^v1\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22,})$/;

const sealingKeys = new WeakMap<SecretsKey, Promise<CryptoKey>>();
const derivedKeys = new WeakMap<SecretsKey, Map<string, Promise<CryptoKey>>>();

function sealingKey(config: SecretsKey): Promise<CryptoKey> {
  const known = sealingKeys.get(config);
  if (known) return known;
  const bytes = fromHex(config.SECRETS_KEY);
  const key = crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
  sealingKeys.set(config, key);
  return key;
}

/**
 * Encrypts a secret for the database: `v1.<base64url iv>.<base64url ciphertext and tag>`, AES-256-GCM under SECRETS_KEY.
 * The row's `id` is associated data, so a ciphertext moved to another row cannot be decrypted.
 */
export async function sealSecret(config: SecretsKey, id: string, secret: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const algorithm = { name: 'AES-GCM', iv, additionalData: utf8(id) };
  const ciphertext = await crypto.subtle.encrypt(algorithm, await sealingKey(config), utf8(secret));
  return `v1.${toBase64Url(iv)}.${toBase64Url(new Uint8Array(ciphertext))}`;
}

/** Decrypts the result of `sealSecret`. @throws when key, id or text differ from those it was sealed with */
export async function openSecret(config: SecretsKey, id: string, sealed: string): Promise<string> {
  const [, iv, ciphertext] = sealedForm.exec(sealed) ?? [];
  if (!iv || !ciphertext) throw new Error('not a sealed secret');
  const algorithm = { name: 'AES-GCM', iv: fromBase64Url(iv), additionalData: utf8(id) };
  const opened = await crypto.subtle.decrypt(algorithm, await sealingKey(config), fromBase64Url(ciphertext));
  return new TextDecoder().decode(opened);
}

/**
 * An HMAC-SHA256 key for one purpose (unsubscribe tokens, recipient hashes, …), derived from SECRETS_KEY by HKDF (RFC 5869) with the
 * purpose as info, so keys of different purposes are independent. Cached with the configuration; `purpose` is a constant.
 */
export function deriveKey(config: SecretsKey, purpose: string): Promise<CryptoKey> {
  const keys = derivedKeys.get(config) ?? new Map<string, Promise<CryptoKey>>();
  derivedKeys.set(config, keys);
  const known = keys.get(purpose);
  if (known) return known;
  const key = derive(config, purpose);
  keys.set(purpose, key);
  return key;
}

async function derive(config: SecretsKey, purpose: string): Promise<CryptoKey> {
  const master = await crypto.subtle.importKey('raw', fromHex(config.SECRETS_KEY), 'HKDF', false, ['deriveKey']);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: utf8(`paylinks:${purpose}`) };
  return crypto.subtle.deriveKey(hkdf, master, { name: 'HMAC', hash: 'SHA-256', length: 256 }, false, [
    'sign',
    'verify',
  ]);
}

/** The key under which recipients are hashed (paylinks/recipient.ts). */
export const recipientKey = (config: SecretsKey): Promise<CryptoKey> => deriveKey(config, 'recipient-hash');
