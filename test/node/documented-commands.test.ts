import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { deriveKey } from '../../src/lib/secrets.ts';

it('the documented command derives the key that an installation without RECIPIENT_HASH_KEY hashes recipients with', async () => {
  const hex = '0123456789abcdef'.repeat(4);
  const script = /^node -e '([^']*hkdfSync[^']*)' < secrets-key\.txt/m.exec(
    readFileSync('docs/operations.md', 'utf8'),
  )?.[1];
  const said = execFileSync(process.execPath, ['-e', script ?? ''], { input: `${hex}\n`, encoding: 'utf8' }).trim();
  const key = { name: 'HMAC', hash: 'SHA-256' };
  const own = await crypto.subtle.importKey('raw', Buffer.from(said, 'hex'), key, false, ['sign']);
  const sign = (under: CryptoKey) => crypto.subtle.sign('HMAC', under, new Uint8Array(3));
  expect(Buffer.from(await sign(own))).toEqual(Buffer.from(await sign(await deriveKey(hex, 'recipient-hash'))));
});
