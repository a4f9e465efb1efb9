import type { Config } from '../../env.ts';
import { fromHex, toHex, utf8 } from '../../lib/encoding.ts';
import { parsePaylinkId } from '../../paylink-id.ts';
import { recipientKey } from './recipient-key.ts';

const HMAC = { name: 'HMAC', hash: 'SHA-256' };
/** Of the signature, so that links stay short; 128 bits cannot be guessed. */
const SIGNATURE_BYTES = 16;

/** What an unsubscribe link names. `signed`: we made it; else its form is that of earlier releases, which whoever knows the ids can make. */
export type NamedAttempt = { paylinkId: string; attemptId: string; signed: boolean };

const keys = new WeakMap<CryptoKey, CryptoKey>();

/** Derived from the key that hashes recipients, which is never replaced, so that links go on working for good. */
async function linkKey(recipients: CryptoKey): Promise<CryptoKey> {
  const known = keys.get(recipients);
  if (known) return known;
  const bytes = await crypto.subtle.sign(HMAC.name, recipients, utf8('paylinks:unsubscribe-links'));
  const derived = await crypto.subtle.importKey('raw', bytes, HMAC, false, ['sign']);
  keys.set(recipients, derived);
  return derived;
}

async function signatureOf(key: CryptoKey, paylinkId: string, attemptId: string): Promise<string> {
  const mac = await crypto.subtle.sign(HMAC.name, key, utf8(`${paylinkId}.${attemptId}`));
  return toHex(new Uint8Array(mac).slice(0, SIGNATURE_BYTES));
}

/** Makes the token of the unsubscribe link in an attempt's message. */
export type UnsubscribeTokens = (paylinkId: string, attemptId: string) => Promise<string>;

/** `{paylinkId}.{attemptId}.{signature}`. One query in an isolate's life. @throws Misconfigured, as recipientKey does */
export async function unsubscribeTokens(db: D1Database, config: Config): Promise<UnsubscribeTokens> {
  const key = await linkKey(await recipientKey(db, config));
  return async (paylinkId, attemptId) => `${paylinkId}.${attemptId}.${await signatureOf(key, paylinkId, attemptId)}`;
}

/** Reads a token; null: nobody made it. */
export async function readUnsubscribeToken(
  db: D1Database,
  config: Config,
  token: string,
): Promise<NamedAttempt | null> {
  const [paylink = '', attempt = '', signature, ...rest] = token.split('.');
  const paylinkId = parsePaylinkId(paylink);
  const attemptId = parsePaylinkId(attempt);
  if (!paylinkId || !attemptId || rest.length > 0) return null;
  if (signature === undefined) return { paylinkId, attemptId, signed: false };
  const expected = await signatureOf(await linkKey(await recipientKey(db, config)), paylinkId, attemptId);
  return isSame(signature.toLowerCase(), expected) ? { paylinkId, attemptId, signed: true } : null;
}

/** Compares in constant time. */
const isSame = (one: string, other: string): boolean =>
  /^[0-9a-f]{32}$/.test(one) && crypto.subtle.timingSafeEqual(fromHex(one), fromHex(other));
