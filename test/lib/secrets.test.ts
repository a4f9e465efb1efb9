import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashApiKey, newApiKey, newHmacSecret, newSkipifyKey } from '../../src/auth/api-key.ts';
import { deriveKey, openSecret, sealedPrefix, sealSecret } from '../../src/lib/secrets.ts';

const config = { SECRETS_KEY: `${'00'.repeat(31)}01` };
const other = { SECRETS_KEY: `${'00'.repeat(31)}02` };
const changing = { ...config, SECRETS_KEY_PREVIOUS: ['ff'.repeat(32)] };
const id = '3f0c1d7e-0000-4000-8000-000000000001';

/** As the release before sealed: no key is named. */
function sealV1(hex: string, aad: string, secret: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(hex, 'hex'), iv).setAAD(Buffer.from(aad));
  const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `v1.${iv.toString('base64url')}.${text.toString('base64url')}`;
}

describe('a sealed secret', () => {
  it('can be opened with the same key and id, and is different each time', async () => {
    const sealed = await sealSecret(config, id, 'sk_test_é🍵');
    expect(await openSecret({ ...config }, id, sealed)).toBe('sk_test_é🍵');
    expect(await sealSecret(config, id, 'sk_test_é🍵')).not.toBe(sealed);
  });

  it('is what the release before can read, unless keys are being changed', async () => {
    expect(await sealSecret(config, id, 'secret')).toMatch(/^v1\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]+$/);
    const unchanged = { ...config, SECRETS_KEY_PREVIOUS: [config.SECRETS_KEY] };
    expect(await sealSecret(unchanged, id, 'secret')).toMatch(/^v1\./);
  });

  it('names the key that sealed it while keys are changed, and nothing of the key', async () => {
    const sealed = await sealSecret(changing, id, 'secret');
    expect(sealed).toMatch(/^v2\.[0-9a-f]{12}\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]+$/);
    expect(sealed.startsWith(await sealedPrefix(config))).toBe(true);
    expect(await sealedPrefix(other)).not.toBe(await sealedPrefix(config));
    const hash = createHash('sha256').update(Buffer.from(config.SECRETS_KEY, 'hex')).digest('hex');
    expect(await sealedPrefix(config)).not.toContain(hash.slice(0, 12));
  });

  it('cannot be opened with another key, for another row, or when changed', async () => {
    const sealed = await sealSecret(changing, id, 'secret');
    const [version, key, iv = '', ciphertext = ''] = sealed.split('.');
    const flipped = ciphertext.startsWith('A') ? `B${ciphertext.slice(1)}` : `A${ciphertext.slice(1)}`;
    await expect(openSecret(other, id, sealed)).rejects.toThrow('no key opens');
    await expect(openSecret(config, 'another row', sealed)).rejects.toThrow('no key opens');
    await expect(openSecret(config, id, `${version}.${key}.${iv}.${flipped}`)).rejects.toThrow('no key opens');
    await expect(openSecret(config, id, `${version}.${'0'.repeat(12)}.${iv}.${ciphertext}`)).rejects.toThrow(
      'no key opens',
    );
    await expect(openSecret(config, id, `v3.${key}.${iv}.${ciphertext}`)).rejects.toThrow('not a sealed secret');
    await expect(openSecret(config, id, 'secret')).rejects.toThrow('not a sealed secret');
  });

  it('opens under a previous key, and what is sealed then is sealed under the new one', async () => {
    const sealed = await sealSecret(changing, id, 'secret');
    const rotated = { ...other, SECRETS_KEY_PREVIOUS: ['ff'.repeat(32), config.SECRETS_KEY] };
    expect(await openSecret(rotated, id, sealed)).toBe('secret');
    expect(await openSecret(other, id, await sealSecret(rotated, id, 'new'))).toBe('new');
  });

  it('of the release before, which names no key, opens under whichever key it was sealed with', async () => {
    const rotated = { ...other, SECRETS_KEY_PREVIOUS: ['ff'.repeat(32), config.SECRETS_KEY] };
    expect(await openSecret(rotated, id, sealV1(config.SECRETS_KEY, id, 'old'))).toBe('old');
    expect(await openSecret(rotated, id, sealV1(other.SECRETS_KEY, id, 'newer'))).toBe('newer');
    await expect(openSecret(rotated, id, sealV1('ee'.repeat(32), id, 'x'))).rejects.toThrow('no key opens');
  });

  it('is AES-256-GCM with the id as associated data, as node:crypto computes it', async () => {
    const [, , iv = '', text = ''] = (await sealSecret(changing, id, 'secret')).split('.');
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

  it('is the same for one purpose, and different for every other purpose or key', async () => {
    const unsubscribe = await mac(deriveKey(config.SECRETS_KEY, 'unsubscribe'));
    expect(await mac(deriveKey(config.SECRETS_KEY, 'unsubscribe'))).toBe(unsubscribe);
    expect(await mac(deriveKey(config.SECRETS_KEY, 'recipient'))).not.toBe(unsubscribe);
    expect(await mac(deriveKey(other.SECRETS_KEY, 'unsubscribe'))).not.toBe(unsubscribe);
  });

  it('is HKDF-SHA256 (RFC 5869) as node:crypto computes it', async () => {
    const key = hkdfSync('sha256', Buffer.from(config.SECRETS_KEY, 'hex'), '', 'paylinks:unsubscribe', 32);
    const expected = createHmac('sha256', Buffer.from(key)).update(new Uint8Array(3)).digest('hex');
    expect(await mac(deriveKey(config.SECRETS_KEY, 'unsubscribe'))).toBe(expected);
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
