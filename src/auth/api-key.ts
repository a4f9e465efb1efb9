import { sha256Hex, toHex, utf8 } from '../encoding.ts';

/** 128 random bits. */
const random = () => toHex(crypto.getRandomValues(new Uint8Array(16)));

/** What is stored of a bearer key: the lowercase hex SHA-256 of its UTF-8 bytes. 128 random bits need no slow hash. */
export const hashApiKey = (key: string): Promise<string> => sha256Hex(utf8(key));

/** A new bearer key; its prefix tells the mode of the merchant it belongs to. */
export const newApiKey = (mode: 'test' | 'live'): string => `plk_${mode}_${random()}`;

/** A new HMAC secret. Its UTF-8 bytes, prefix and all, are the key. */
export const newHmacSecret = (mode: 'test' | 'live'): string => `sk_${mode}_${random()}`;

/** A new key of the `skipify` scheme. */
export const newSkipifyKey = (): string => `sk_skipify_${random()}`;
