import { type Config, Misconfigured } from '../../env.ts';
import { fromHex, toHex, utf8 } from '../../lib/encoding.ts';
import { LoadingCache } from '../../lib/loading-cache.ts';
import { log } from '../../lib/log.ts';
import { allSecretsKeys, deriveKey } from '../../lib/secrets.ts';
import { fixRecipientKey, recipientKeyFingerprint, someHashedRecipients } from '../../store/recipient-key.ts';
import { recipientHash } from './recipient.ts';

type Keys = Pick<Config, 'SECRETS_KEY' | 'SECRETS_KEY_PREVIOUS' | 'RECIPIENT_HASH_KEY'>;
/** `source` is the variable that the key comes from. */
export type Candidate = { key: CryptoKey; fingerprint: string; source: string };

/** A choice never changes; a fault is not kept. */
const FOR_GOOD = { max: 1, maxAgeMs: Number.POSITIVE_INFINITY };
const caches = new WeakMap<Keys, LoadingCache<Candidate>>();

const importKey = (hex: string): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', fromHex(hex), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);

async function candidate(key: CryptoKey, source: string): Promise<Candidate> {
  const mac = await crypto.subtle.sign('HMAC', key, utf8('paylinks:recipient-key'));
  return { key, fingerprint: toHex(new Uint8Array(mac).slice(0, 16)), source };
}

/** Every key that recipients may have been hashed with, the likeliest first: one of its own, else derived from the oldest that is known. */
async function candidatesOf(config: Keys): Promise<Candidate[]> {
  const own = config.RECIPIENT_HASH_KEY;
  const derived = allSecretsKeys(config)
    .reverse()
    .map(async (hex) => {
      const source = hex === config.SECRETS_KEY ? 'SECRETS_KEY' : 'SECRETS_KEY_PREVIOUS';
      return candidate(await deriveKey(hex, 'recipient-hash'), source);
    });
  return Promise.all([
    ...(own === undefined ? [] : [candidate(await importKey(own), 'RECIPIENT_HASH_KEY')]),
    ...derived,
  ]);
}

/** For an installation that has never noted its key: the one that its recipients were hashed with, else the likeliest. */
async function firstChoice(db: D1Database, candidates: readonly Candidate[]): Promise<Candidate | undefined> {
  for (const { channel, recipient, recipientHash: hash } of await someHashedRecipients(db)) {
    for (const one of candidates) if ((await recipientHash(one.key, channel, recipient)) === hash) return one;
  }
  return candidates[0];
}

async function choose(db: D1Database, config: Keys): Promise<Candidate> {
  const candidates = await candidatesOf(config);
  let fingerprint = await recipientKeyFingerprint(db);
  if (fingerprint === null) {
    const first = await firstChoice(db, candidates);
    if (first) fingerprint = await fixRecipientKey(db, first.fingerprint, Date.now());
  }
  const found = candidates.find((one) => one.fingerprint === fingerprint);
  if (!found)
    throw new Misconfigured(
      'RECIPIENT_HASH_KEY: is not the key that recipients were hashed with, nor is one derived from SECRETS_KEY or SECRETS_KEY_PREVIOUS. ' +
        'Going on would forget every opt-out: bring that key back (docs/operations.md)',
    );
  if (config.RECIPIENT_HASH_KEY !== undefined && found.source !== 'RECIPIENT_HASH_KEY')
    log('warn', 'recipient_hash_key_unused', { source: found.source });
  return found;
}

/** Callers get a 503 (isUnavailable). */
const unavailable = (cause?: unknown) =>
  Object.assign(new Error('D1 did not say which key hashes recipients.', { cause }), { retryable: true });

/**
 * The key that hashes recipients, and where it comes from. The database has noted its fingerprint, so that a changed configuration can
 * never put another in its place. One query in an isolate's life. @throws Misconfigured when that key is not among those configured
 */
export async function recipientKeyAndSource(db: D1Database, config: Keys): Promise<Candidate> {
  const cache = caches.get(config) ?? new LoadingCache<Candidate>({ known: FOR_GOOD, absent: FOR_GOOD });
  caches.set(config, cache);
  const load = () =>
    choose(db, config).catch((error: unknown) => {
      throw error instanceof Misconfigured ? error : unavailable(error);
    });
  const key = await cache.get('recipients', Date.now(), load);
  if (!key) throw unavailable();
  return key;
}

/** The key that hashes recipients. @throws Misconfigured rather than forgetting who opted out */
export const recipientKey = async (db: D1Database, config: Keys): Promise<CryptoKey> =>
  (await recipientKeyAndSource(db, config)).key;
