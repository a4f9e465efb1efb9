import { fromBase64Url, fromHex, sha256Hex, toBase64Url, utf8 } from './encoding.ts';

/** The part of the configuration used here: keys of 32 bytes as 64 hex digits. */
export type SecretsKeys = {
  /** Encrypts and decrypts. */
  SECRETS_KEY: string;
  /** These decrypt too, so that a key can be replaced. */
  SECRETS_KEY_PREVIOUS?: readonly string[] | undefined;
};

type SealingKey = { id: string; key: CryptoKey };

// Random 96-bit IVs, as in NIST SP 800-38D §8.2.2, for far fewer than 2^32 uses of one key.
const IV_BYTES = 12;
const sealedForm = /^(?:v1|v2\.([0-9a-f]{12}))\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22,})$/;

const sealingKeys = new WeakMap<SecretsKeys, SealingKey[]>();

/** Names a key in the values it sealed: the first 48 bits of a hash with its own prefix, which reveal nothing of 256 random bits. */
const keyId = async (hex: string): Promise<string> =>
  (await sha256Hex(utf8(`paylinks:secrets-key-id:${hex}`))).slice(0, 12);

async function importSealingKey(hex: string): Promise<SealingKey> {
  const key = await crypto.subtle.importKey('raw', fromHex(hex), 'AES-GCM', false, ['encrypt', 'decrypt']);
  return { id: await keyId(hex), key };
}

/** The key that encrypts, then those that only decrypt. */
export const allSecretsKeys = ({ SECRETS_KEY, SECRETS_KEY_PREVIOUS = [] }: SecretsKeys): string[] => [
  ...new Set([SECRETS_KEY, ...SECRETS_KEY_PREVIOUS]),
];

async function keysOf(config: SecretsKeys): Promise<SealingKey[]> {
  const known = sealingKeys.get(config);
  if (known) return known;
  const keys = await Promise.all(allSecretsKeys(config).map(importSealingKey));
  sealingKeys.set(config, keys);
  return keys;
}

/** Whether keys are being changed: `SECRETS_KEY_PREVIOUS` names another key than SECRETS_KEY. */
export const areKeysChanging = (config: SecretsKeys): boolean => allSecretsKeys(config).length > 1;

/** The first characters of every `v2` value that SECRETS_KEY has sealed. */
export const sealedPrefix = async (config: SecretsKeys): Promise<string> => `v2.${await keyId(config.SECRETS_KEY)}.`;

/**
 * Encrypts a secret for the database: AES-256-GCM under SECRETS_KEY, `v1.<base64url iv>.<base64url ciphertext and tag>`. While keys are
 * changed it must name its key: `v2.<key id>.` and the same. The release before reads only `v1`, so that is written otherwise. The row's
 * `id` is associated data, so a ciphertext moved to another row cannot be decrypted.
 */
export async function sealSecret(config: SecretsKeys, id: string, secret: string): Promise<string> {
  const [sealing] = await keysOf(config);
  if (!sealing) throw new Error('no SECRETS_KEY');
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const algorithm = { name: 'AES-GCM', iv, additionalData: utf8(id) };
  const ciphertext = await crypto.subtle.encrypt(algorithm, sealing.key, utf8(secret));
  const version = areKeysChanging(config) ? `v2.${sealing.id}` : 'v1';
  return `${version}.${toBase64Url(iv)}.${toBase64Url(new Uint8Array(ciphertext))}`;
}

/**
 * Decrypts the result of `sealSecret`, also of an earlier SECRETS_KEY. A `v1` value names no key, so each key is tried.
 * @throws when no key fits, or id or text differ from those it was sealed with
 */
export async function openSecret(config: SecretsKeys, id: string, sealed: string): Promise<string> {
  const [, named, iv, ciphertext] = sealedForm.exec(sealed) ?? [];
  if (!iv || !ciphertext) throw new Error('not a sealed secret');
  const keys = await keysOf(config);
  const candidates = named === undefined ? keys : keys.filter((key) => key.id === named);
  const algorithm = { name: 'AES-GCM', iv: fromBase64Url(iv), additionalData: utf8(id) };
  for (const { key } of candidates) {
    const opened = await crypto.subtle.decrypt(algorithm, key, fromBase64Url(ciphertext)).catch(() => null);
    if (opened) return new TextDecoder().decode(opened);
  }
  throw new Error('no key opens this secret');
}

/**
 * An HMAC-SHA256 key for one purpose, derived from a key of 64 hex digits by HKDF (RFC 5869) with the purpose as info, so keys of
 * different purposes are independent. Whatever must outlive a change of keys has to remember which key it came from.
 */
export async function deriveKey(hex: string, purpose: string): Promise<CryptoKey> {
  const master = await crypto.subtle.importKey('raw', fromHex(hex), 'HKDF', false, ['deriveKey']);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: utf8(`paylinks:${purpose}`) };
  const hmac = { name: 'HMAC', hash: 'SHA-256', length: 256 };
  return crypto.subtle.deriveKey(hkdf, master, hmac, false, ['sign', 'verify']);
}
