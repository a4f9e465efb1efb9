import { toBase64Url, utf8 } from '../../lib/encoding.ts';
import type { Channel } from '../../model/delivery.ts';
import type { Operation } from './operation.ts';

/** How long an un-keyed send whose outcome is not known counts as unfinished, ms. */
export const UNKNOWN_WINDOW_MS = 10 * 60_000;

/**
 * What a send means, whatever bytes and surface asked for it: the channels and the recipient as asked. REST and GraphQL share it.
 * @param to the hash of the normalised override (it is kept, so it names nobody), or null for the customer's own recipient
 */
export const sendFingerprint = (channels: readonly Channel[], to: string | null): string =>
  JSON.stringify(['send', [...channels].sort(), to]);

/**
 * A key as it is kept. It belongs to who sends it: the owner's stands as it is, a parent's also names the parent, so that neither meets the
 * other's. No key that a caller can send has a line break.
 */
export const keyOfCaller = (key: string, callerId: string, ownerId: string): string =>
  callerId === ownerId ? key : `${key}\n\n${callerId}`;

/** The key as its caller sent it: so the release before kept every key, a parent's too. */
export const keyAsSent = (key: string): string => key.split('\n\n')[0] ?? key;

/**
 * What a request that names an existing operation gets.
 * - `new`: nothing stands in its way. `reuse`: the key belongs to another operation. `wait`: it is still running.
 * - `replay`: its first answer again. `present`: ended with an outcome unknown, so answered from how things stand now.
 */
export type Match = 'new' | 'reuse' | 'wait' | 'replay' | 'present';

/** Does this request repeat `existing`? Draft idempotency-key-header-07 §2.6. */
export function matchOperation(existing: Pick<Operation, 'fingerprint' | 'state'> | null, fingerprint: string): Match {
  if (!existing || existing.state === 'failed') return 'new';
  if (existing.fingerprint !== fingerprint) return 'reuse';
  if (existing.state === 'running') return 'wait';
  return existing.state === 'done' ? 'replay' : 'present';
}

/** Objects with their keys in one order, so that equal meanings are equal text. */
const ordered = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, ordered(inner)]),
  );
};

/** A field that is null means what one that is absent means; not so in metadata, which is the caller's own. */
const meaning = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(meaning);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([name, inner]) => [name, name === 'metadata' ? inner : meaning(inner)]),
  );
};

/** What a create means: base64url HMAC-SHA256 of its checked fields in canonical order (keyed, as the fields name a customer). */
export const createFingerprint = (key: CryptoKey, fields: object): Promise<string> =>
  fingerprintOf(key, ['create', ordered(meaning(fields))]);

/** The same of an update, in which a field that is null is not one that is absent, or of a payment. */
export const changeFingerprint = (key: CryptoKey, what: 'update' | 'payment', fields: object): Promise<string> =>
  fingerprintOf(key, [what, ordered(fields)]);

export const CANCEL_FINGERPRINT = JSON.stringify(['cancel']);

async function fingerprintOf(key: CryptoKey, value: unknown): Promise<string> {
  const text = JSON.stringify(value);
  return toBase64Url(new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8(text))));
}
