import { parseItem } from 'structured-headers';
import { type Refusal, refusal } from '../errors.ts';
import type { Idempotency } from '../paylinks/send.ts';

const bare = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;

/** The string of a structured-field Item (RFC 9651 §3.3.3) without parameters; null for anything else. */
function stringOf(item: string): string | null {
  try {
    const [value, parameters] = parseItem(item);
    return typeof value === 'string' && parameters.size === 0 ? value : null;
  } catch {
    return null;
  }
}

/** The longest `Prefer: wait`, seconds. */
const MAX_WAIT_SECONDS = 20;

/**
 * `Idempotency-Key`: 1–255 printable ASCII characters. A header that begins with `"` is a structured-field string, any other is the key
 * itself, so both forms give the same key. null when absent, a refusal when malformed.
 */
export function parseIdempotencyKey(header: string | null): string | null | Refusal {
  if (header === null) return null;
  const text = header.trim();
  const key = text.startsWith('"') ? stringOf(text) : bare.test(text) ? text : null;
  if (key !== null && key.length >= 1 && key.length <= 255) return key;
  const message = 'Must be 1–255 printable ASCII characters, bare or as a quoted string.';
  return refusal('invalid_request', `Idempotency-Key: ${message}`, { errors: [{ path: 'Idempotency-Key', message }] });
}

/** The seconds of `Prefer: wait=N` (RFC 7240 §4.3), at most 20; 0 when absent or malformed. */
export function parseWait(header: string | null): number {
  for (const preference of header?.split(',') ?? []) {
    const wait = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;.*)?$/i.exec(preference)?.[1];
    if (wait !== undefined) return Math.min(Number(wait), MAX_WAIT_SECONDS);
  }
  return 0;
}

/** What an answer says of those headers: that it is a repeat's, and that `Prefer: wait` was heeded (RFC 7240 §3). `waitSeconds` 0: it was not asked for. */
export const idempotencyAnswer = (replayed: boolean, waitSeconds = 0): Record<string, string> => ({
  ...(replayed ? { 'idempotency-replayed': 'true' } : {}),
  ...(waitSeconds > 0 ? { 'preference-applied': `wait=${waitSeconds}` } : {}),
});

/** How long a repeat with these headers waits for a running send, s. Without a key the gateway says how long. */
export const waitOf = ({ key, waitSeconds }: Idempotency): number => (key === null ? 0 : waitSeconds);

/** The request's idempotency headers, or why they are malformed. `X-Idempotency-Key` is the same header under a vendor's name. */
export function parseIdempotency(headers: Headers): Idempotency | Refusal {
  const key = parseIdempotencyKey(headers.get('idempotency-key') ?? headers.get('x-idempotency-key'));
  if (typeof key === 'object' && key !== null) return key;
  return { key, waitSeconds: parseWait(headers.get('prefer')) };
}
