import { utf8 } from '../../encoding.ts';
import { strictBase64 } from './strict-base64.ts';

/** A parameter of a form, in the order of the body. */
export type Parameter = [name: string, value: string];

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A form as Twilio writes it; null for bytes that are no such form. The signature covers what the form says, not its bytes, so only
 * the normal spelling of an escape (RFC 3986 §2.1, upper case) is taken.
 */
export function readForm(body: Uint8Array): Parameter[] | null {
  try {
    const text = decoder.decode(body);
    if (/%(?![0-9A-F]{2})/.test(text)) return null;
    // Escapes have to be UTF-8 too.
    decodeURIComponent(text);
    return [...new URLSearchParams(text)];
  } catch {
    return null;
  }
}

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Whether `header` (X-Twilio-Signature) is base64(HMAC-SHA1(auth token, url + sorted name and value of each parameter)).
 * https://www.twilio.com/docs/usage/security: repeated parameters count once for each value. There is no time in it.
 */
export async function verifyTwilio(
  token: string,
  url: string,
  parameters: readonly Parameter[],
  header: string,
): Promise<boolean> {
  const signature = strictBase64(header);
  if (signature?.length !== 20) return false;
  const values = new Map<string, Set<string>>();
  for (const [name, value] of parameters) values.set(name, (values.get(name) ?? new Set()).add(value));
  const pairs = [...values]
    .sort(([a], [b]) => byText(a, b))
    .flatMap(([name, all]) => [...all].sort(byText).map((value) => name + value));
  const algorithm = { name: 'HMAC', hash: 'SHA-1' };
  const key = await crypto.subtle.importKey('raw', utf8(token), algorithm, false, ['verify']);
  return crypto.subtle.verify(algorithm.name, key, signature, utf8(url + pairs.join('')));
}
