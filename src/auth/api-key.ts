import type { Config } from '../env.ts';
import { sha256Hex, toHex, utf8 } from '../lib/encoding.ts';

const digest = (text: string) => crypto.subtle.digest('SHA-256', utf8(text));

/**
 * Whether an `Authorization` header is `Bearer ADMIN_TOKEN`, or `ADMIN_TOKEN_PREVIOUS` while tokens are changed; false when no token is
 * configured. All are hashed, so timing does not show the length.
 */
export async function isOperator(
  { ADMIN_TOKEN, ADMIN_TOKEN_PREVIOUS }: Pick<Config, 'ADMIN_TOKEN' | 'ADMIN_TOKEN_PREVIOUS'>,
  authorization: string | null,
): Promise<boolean> {
  const token = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (ADMIN_TOKEN === undefined || token === undefined) return false;
  const given = await digest(token);
  const equal = async (good: string) => crypto.subtle.timingSafeEqual(given, await digest(good));
  return (await equal(ADMIN_TOKEN)) || (ADMIN_TOKEN_PREVIOUS !== undefined && (await equal(ADMIN_TOKEN_PREVIOUS)));
}

/** 128 random bits. */
const random = () => toHex(crypto.getRandomValues(new Uint8Array(16)));

/** The stored form of a bearer key: lowercase hex SHA-256 of its UTF-8 bytes. 128 random bits need no slow hash. */
export const hashApiKey = (key: string): Promise<string> => sha256Hex(utf8(key));

/** A new bearer key, with its merchant's mode in the prefix. */
export const newApiKey = (mode: 'test' | 'live'): string => `plk_${mode}_${random()}`;

/** A new HMAC secret. Its UTF-8 bytes, with the prefix, are the key. */
export const newHmacSecret = (mode: 'test' | 'live'): string => `sk_${mode}_${random()}`;

/** A new key of the `skipify` scheme. */
export const newSkipifyKey = (): string => `sk_skipify_${random()}`;
