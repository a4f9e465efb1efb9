import { utf8 } from '../../lib/encoding.ts';

/**
 * Whether a form of this very site was sent, as the browser says: `Sec-Fetch-Site` (W3C Fetch Metadata), else `Origin`. A request that
 * has neither is not a browser's, and refused.
 */
export function isSameOrigin(headers: Headers, url: string): boolean {
  const site = headers.get('sec-fetch-site');
  const origin = headers.get('origin');
  if (site !== null && site !== 'same-origin') return false;
  if (origin === null) return site !== null;
  return URL.canParse(origin) && new URL(origin).host === new URL(url).host;
}

/** Compares a form's token with the session's, in a time that does not depend on where they differ. */
export function isFormToken(given: string | undefined, expected: string): boolean {
  const [left, right] = [utf8(given ?? ''), utf8(expected)];
  return left.byteLength === right.byteLength && crypto.subtle.timingSafeEqual(left, right);
}
