import { LoadingCache } from '../lib/loading-cache.ts';
import { log } from '../lib/log.ts';
import { openSecret, type SecretsKeys } from '../lib/secrets.ts';
import type { Merchant } from '../model/merchant.ts';
import {
  type BearerCredential,
  type KnownCredential,
  listSigningCredentials,
  type SealedCredential,
} from '../store/credentials.ts';
import { importHmacKey } from './hmac.ts';

/** A credential that verifies signatures: an imported key, or the key text that `skipify` hashes. */
export type SigningCredential = KnownCredential &
  ({ scheme: 'hmac'; key: CryptoKey } | { scheme: 'skipify'; apiKey: string });

export type SigningMerchant = { merchant: Merchant; credentials: SigningCredential[] };

/** Bearer credentials by the key's hash, signing credentials by the merchant's id (lower case). */
export type CredentialCache = {
  bearer: LoadingCache<BearerCredential>;
  signing: LoadingCache<SigningMerchant>;
};

// A revoked credential or a changed merchant takes effect within 30 s, a new merchant or key within 10 s.
const bounds = {
  known: { max: 5_000, maxAgeMs: 30_000 },
  absent: { max: 1_000, maxAgeMs: 10_000 },
};

/** An empty cache: for this isolate, or for a test. */
export const newCredentialCache = (): CredentialCache => ({
  bearer: new LoadingCache(bounds),
  signing: new LoadingCache(bounds),
});

/** The cache of this isolate. */
export const credentialCache: CredentialCache = newCredentialCache();

/**
 * After a change of a merchant or its credentials: it takes effect at once here, in other isolates within the bounds above. What is known
 * of others stays, or one merchant's changes would have D1 asked for all of them.
 */
export function forgetCredentials(cache: CredentialCache, merchantId: string): void {
  const isOfMerchant = ({ merchant }: { merchant: Merchant }) => merchant.id === merchantId;
  cache.bearer.forget(isOfMerchant);
  cache.signing.forget(isOfMerchant);
}

/** Reads a merchant's signing credentials and imports their keys. One that cannot be decrypted is logged and left out. */
export async function loadSigning(
  db: D1Database,
  config: SecretsKeys,
  merchantId: string,
  now: number,
): Promise<SigningMerchant | null> {
  const found = await listSigningCredentials(db, merchantId, now);
  if (!found) return null;
  const opened = await Promise.all(found.credentials.map((sealed) => open(config, sealed)));
  return { merchant: found.merchant, credentials: opened.filter((credential) => credential !== null) };
}

async function open(config: SecretsKeys, sealed: SealedCredential): Promise<SigningCredential | null> {
  const { id, scheme, secretCiphertext, ...known } = sealed;
  let secret: string;
  try {
    secret = await openSecret(config, id, secretCiphertext);
  } catch {
    // Sealed with a key that is not configured, or for another row. The merchant's other credentials still work.
    log('error', 'credential_unreadable', { credentialId: id });
    return null;
  }
  if (scheme === 'skipify') return { id, ...known, scheme, apiKey: secret };
  return { id, ...known, scheme, key: await importHmacKey(secret) };
}
