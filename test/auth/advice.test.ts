import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { authenticate } from '../../src/auth/authenticate.ts';
import { newCredentialCache } from '../../src/auth/credential-cache.ts';
import { configOf } from '../../src/env.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import { request } from '../support/api.ts';
import { seedMerchant } from '../support/merchants.ts';
import { giveCredential, type Signable, signHmac } from './merchant-side.ts';

const now = 1_735_689_600_000;
const secret = 'sk_test_0123456789abcdef0123456789abcdef';

describe('a 401 says what is wrong with the request’s form, and what to do', () => {
  let merchant: Merchant;
  beforeAll(async () => {
    merchant = await seedMerchant();
    await giveCredential(merchant.id, 'hmac', secret);
  });
  const url = 'https://gateway.test/paylinks?limit=1';
  const signed = (some: Partial<Signable> = {}) =>
    signHmac({ merchantId: merchant.id, secret, timestamp: now / 1000, url, ...some });
  const ask = (headers: Headers, ENVIRONMENT: 'local' | 'production' = 'production', method = 'GET') =>
    authenticate({ method, url, headers }, new Uint8Array(), {
      ...{ config: { ...configOf(env), ENVIRONMENT }, db: env.DB, cache: newCredentialCache(), now },
    });
  const changed = (name: string, value: string | null) => {
    const { headers } = signed();
    if (value === null) headers.delete(name);
    else headers.set(name, value);
    return headers;
  };
  const key = 'plk_test_0123456789abcdef0123456789abcdef';

  const mistakes: [string, () => Headers, string, RegExp][] = [
    ['nothing is sent', () => new Headers(), 'Authorization', /Bearer <api-key>, or sign/],
    [
      'another scheme',
      () => new Headers({ authorization: 'Basic dXNlcjpwYXNz' }),
      'Authorization',
      /`Bearer <api-key>`/,
    ],
    ['the bare key', () => new Headers({ authorization: key }), 'Authorization', /`Bearer <api-key>`/],
    [
      'a key in quotes',
      () => new Headers({ authorization: `Bearer "${key}"` }),
      'Authorization',
      /without spaces or quotes/,
    ],
    ['the secret as key', () => new Headers({ authorization: `Bearer ${secret}` }), 'Authorization', /not an API key/],
    ['both schemes', () => changed('authorization', `Bearer ${key}`), 'Authorization', /not both/],
    ['no nonce', () => changed('nonce', null), 'nonce', /missing/],
    ['no signature', () => changed('signature', null), 'signature', /missing/],
    ['a short nonce', () => changed('nonce', 'abc'), 'nonce', /16 to 64 .* has 3 characters/],
    ['a date as timestamp', () => changed('timestamp', '2025-01-01T00:00:00Z'), 'timestamp', /Unix seconds/],
    [
      'milliseconds',
      () => signed({ timestamp: now }).headers,
      'timestamp',
      /^Send seconds, not milliseconds\. The server's time is 1735689600\.$/,
    ],
    [
      'a clock behind',
      () => signed({ timestamp: now / 1000 - 400 }).headers,
      'timestamp',
      /400 s behind the server; 300 s .* is 1735689600/,
    ],
    ['a clock ahead', () => signed({ timestamp: now / 1000 + 301 }).headers, 'timestamp', /301 s ahead of the server/],
    ['a Base64 signature', () => changed('signature', `${'aB3+'.repeat(10)}aB8=`), 'signature', /looks like Base64/],
    ['an upper-case signature', () => changed('signature', 'A'.repeat(64)), 'signature', /lower case/],
    [
      'a prefix to the signature',
      () => changed('signature', `sha256=${'a'.repeat(64)}`),
      'signature',
      /nothing before/,
    ],
    ['an id that is none', () => changed('x-merchant-id', 'demo'), 'x-merchant-id', /UUID/],
    ['a key id that is none', () => changed('x-key-id', 'a b'), 'x-key-id', /credentials/],
  ];
  it.each(mistakes)('%s', async (_, headers, path, message) => {
    const answer = await ask(headers());
    expect(answer).toMatchObject({
      kind: 'unauthenticated',
      advice: { path, message: expect.stringMatching(message) },
    });
    expect(answer).toHaveProperty('reason', expect.stringMatching(/./));
  });

  it('and nothing that depends on a secret or on who exists', async () => {
    const answers = [
      await ask(signed({ merchantId: crypto.randomUUID() }).headers),
      await ask(signed({ secret: 'sk_test_wrong' }).headers),
      await ask(signed().headers, 'production', 'POST'),
      await ask(new Headers({ authorization: `Bearer ${key}` })),
      await ask(changed('x-key-id', crypto.randomUUID())),
    ];
    for (const answer of answers) {
      const { reason, ...told } = answer.kind === 'unauthenticated' ? answer : { reason: '' };
      expect([reason, told]).toEqual([expect.stringMatching(/./), { kind: 'unauthenticated' }]);
    }
    const ms = { timestamp: now };
    const [unknown, wrong] = [
      await ask(signed({ ...ms, merchantId: crypto.randomUUID() }).headers),
      await ask(signed({ ...ms, secret: 'sk_test_wrong' }).headers),
    ];
    expect({ ...unknown, reason: '' }).toEqual({ ...wrong, reason: '' });
  });

  it('with the canonical string and the body’s hash as a hint, locally only', async () => {
    const wrong = signed({ secret: 'sk_test_wrong' }).headers;
    const hint = expect.stringContaining(
      `is:\nPAYLINKS-HMAC-SHA256-V1\n${merchant.id}\n1735689600\n${wrong.get('nonce')}\nGET\n/paylinks?limit=1\ne3b0c442`,
    );
    expect(await ask(wrong, 'local')).toMatchObject({ hint });
  });

  it('as a problem that names the header, and both schemes in WWW-Authenticate', async () => {
    const answer = await request('GET', '/paylinks', undefined, { authorization: 'Basic x' });
    expect(answer.headers.get('www-authenticate')).toMatch(/Bearer .*PAYLINKS-HMAC-SHA256/);
    expect(await answer.json()).toMatchObject({
      ...{ status: 401, code: 'unauthenticated', errors: [{ path: 'Authorization' }] },
      detail: expect.stringContaining('Write it as'),
    });
    const local = await request(
      'GET',
      '/paylinks',
      undefined,
      Object.fromEntries(signed({ timestamp: Math.floor(Date.now() / 1000), secret: 'x' }).headers),
    );
    expect(await local.json()).toMatchObject({ hint: expect.stringContaining('PAYLINKS-HMAC-SHA256-V1') });
  });
});
