import { createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashApiKey, newApiKey, newHmacSecret, newSkipifyKey } from '../../src/auth/api-key.ts';
import { deriveKey, openSecret, sealSecret } from '../../src/lib/secrets.ts';

const config = { SECRETS_KEY: `${'00'.repeat(31)}01` };
const other = { SECRETS_KEY: `${'00'.repeat(31)}02` };
const id = '3f0c1d7e-0000-4000-8000-000000000001';

describe('a sealed secret', () => {
  it('can be opened with the same key and id, and is different each time', async () => {
    const sealed = await sealSecret(config, id, 'sk_test_é🍵');
    expect(sealed).toMatch(/^v1\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]+$/);
    expect(await openSecret({ ...config }, id, sealed)).toBe('sk_test_é🍵');
    expect(await sealSecret(config, id, 'sk_test_é🍵')).not.toBe(sealed);
  });

  it('cannot be opened with another key, for another row, or when changed', async () => {
    const sealed = await sealSecret(config, id, 'secret');
    const [version, iv = '', ciphertext = ''] = sealed.split('.');
    const flipped = ciphertext.startsWith('A') ? `B${ciphertext.slice(1)}` : `A${ciphertext.slice(1)}`;
    await expect(openSecret(other, id, sealed)).rejects.toThrow();
    await expect(openSecret(config, 'another row', sealed)).rejects.toThrow();
    await expect(openSecret(config, id, `${version}.${iv}.${flipped}`)).rejects.toThrow();
    await expect(openSecret(config, id, `v2.${iv}.${ciphertext}`)).rejects.toThrow('not a sealed secret');
    await expect(openSecret(config, id, 'secret')).rejects.toThrow('not a sealed secret');
  });

  it('is AES-256-GCM with the id as associated data, as node:crypto computes it', async () => {
    const [, iv = '', text = ''] = (await sealSecret(config, id, 'secret')).split('.');
    const bytes = Buffer.from(text, 'base64url');
    const decipher = createDecipheriv(
      'aes-256-gcm',
      Buffer.from(config.SECRETS_KEY, 'hex'),
      Buffer.from(iv, 'base64url'),
    );
    decipher.setAAD(Buffer.from(id));
    decipher.setAuthTag(bytes.subarray(-16));
    expect(decipher.update(bytes.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8')).toBe('secret');
  });
});

describe('a derived key', () => {
  const mac = async (key: Promise<CryptoKey>) =>
    Buffer.from(await crypto.subtle.sign('HMAC', await key, new Uint8Array(3))).toString('hex');

  it('is the same for one purpose, and different for every other purpose or SECRETS_KEY', async () => {
    const unsubscribe = await mac(deriveKey(config, 'unsubscribe'));
    expect(await mac(deriveKey({ ...config }, 'unsubscribe'))).toBe(unsubscribe);
    expect(await mac(deriveKey(config, 'recipient'))).not.toBe(unsubscribe);
    expect(await mac(deriveKey(other, 'unsubscribe'))).not.toBe(unsubscribe);
  });

  it('is HKDF-SHA256 (RFC 5869) as node:crypto computes it', async () => {
    const key = hkdfSync('sha256', Buffer.from(config.SECRETS_KEY, 'hex'), '', 'paylinks:unsubscribe', 32);
    const expected = createHmac('sha256', Buffer.from(key)).update(new Uint8Array(3)).digest('hex');
    expect(await mac(deriveKey(config, 'unsubscribe'))).toBe(expected);
  });

  it('is imported once', () => {
    expect(deriveKey(config, 'unsubscribe')).toBe(deriveKey(config, 'unsubscribe'));
  });
});

describe('new keys', () => {
  it('have the mode or scheme in their prefix, and 128 random bits', () => {
    expect(newApiKey('test')).toMatch(/^plk_test_[0-9a-f]{32}$/);
    expect(newApiKey('live')).toMatch(/^plk_live_[0-9a-f]{32}$/);
    expect(newHmacSecret('test')).toMatch(/^sk_test_[0-9a-f]{32}$/);
    expect(newSkipifyKey()).toMatch(/^sk_skipify_[0-9a-f]{32}$/);
    expect(newApiKey('test')).not.toBe(newApiKey('test'));
  });

  it('are stored as their SHA-256', async () => {
    expect(await hashApiKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
