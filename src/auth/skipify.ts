import { sha256Hex, toBase64, utf8 } from '../lib/encoding.ts';

/** What the vendor's Java SDK (`HeaderUtil`) signs. The signature ignores case and whitespace, so it is weaker than our own scheme. */
export type SkipifyParts = {
  merchantId: string;
  apiKey: string;
  /** Unix seconds or milliseconds, as in the header. */
  timestamp: string;
  nonce: string;
  /** `skipifyRequestUri`. */
  requestUri: string;
  method: string;
  /** The body's text; empty when there is none. */
  body: string;
};

/** Path without its leading slash; the query's parameters sorted by name, otherwise unchanged. */
export function skipifyRequestUri(target: string): string {
  const [path = '', query = ''] = target.slice(1).split(/\?(.*)/s);
  if (query === '') return path;
  const nameOf = (pair: string) => pair.split('=', 1)[0] ?? '';
  const pairs = query.split('&').sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0));
  return `${path}?${pairs.join('&')}`;
}

/** The signed text before encoding: joined by `|`, without what Java's `\s` matches, in upper case. */
export const skipifyText = (parts: SkipifyParts): string =>
  [parts.merchantId, parts.apiKey, parts.timestamp, parts.nonce, parts.requestUri, parts.method, parts.body]
    .join('|')
    .replace(/[ \t\n\v\f\r]/g, '')
    .toUpperCase();

/** The signature of the `skipify` scheme: lowercase hex SHA-256 of the text's Base64. */
export const skipifySignature = (parts: SkipifyParts): Promise<string> =>
  sha256Hex(utf8(toBase64(utf8(skipifyText(parts)))));

/** Compared in constant time; `signature` is 64 lowercase hex digits. */
export async function verifySkipify(parts: SkipifyParts, signature: string): Promise<boolean> {
  return crypto.subtle.timingSafeEqual(utf8(await skipifySignature(parts)), utf8(signature));
}
