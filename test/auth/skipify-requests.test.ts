import { beforeAll, describe, expect, it } from 'vitest';
import type { Merchant } from '../../src/model/merchant.ts';
import { seedMerchant } from '../support/merchants.ts';
import { asking, sending } from './asking.ts';
import { giveCredential, signHmac, signSkipify } from './merchant-side.ts';

const now = 1_750_000_000_000;
const timestamp = now / 1000;
const skipifySecret = 'sk_skipify_One';
const hmacSecret = 'sk_live_one';
const { ask, reasonOf } = asking(now);

let merchant: Merchant;
let credentialId: string;
beforeAll(async () => {
  merchant = await seedMerchant();
  credentialId = await giveCredential(merchant.id, 'skipify', skipifySecret);
  await giveCredential(merchant.id, 'hmac', hmacSecret);
});

const hmac = (secret: string) =>
  signHmac({ merchantId: merchant.id, secret, timestamp, url: 'https://gateway.test/paylinks' });

describe('the skipify scheme', () => {
  const sign = (some: Partial<Parameters<typeof signSkipify>[0]> = {}) =>
    signSkipify({
      merchantId: merchant.id,
      secret: skipifySecret,
      timestamp: now,
      method: 'GET',
      url: 'https://gateway.test/paylinks?status=SENT&limit=5',
      requestUri: 'paylinks?limit=5&status=SENT',
      ...some,
    });

  it('is accepted with seconds or ms, and its nonce is claimed in upper case', async () => {
    const nonce = 'abcdefgh-Ijklmnop';
    const answer = {
      kind: 'authenticated',
      caller: { merchant, credentialId, label: null, scopes: null, manners: 'skipify' },
      nonce: { nonce: 'ABCDEFGH-IJKLMNOP', expiresAt: now + 360_000 },
    };
    expect(await ask(sign({ nonce }))).toEqual(answer);
    expect(await ask(sign({ nonce, timestamp }))).toEqual(answer);
    const lower = sending(sign({ nonce }), { nonce: nonce.toLowerCase() });
    expect(await ask(lower)).toEqual(answer);
  });

  it('signs the body without its case and whitespace', async () => {
    const request = sign({
      method: 'POST',
      url: 'https://gateway.test/',
      requestUri: '',
      body: '{"memo":"Café 支払い"}',
    });
    const changed = (body: string) => ({ ...request, body: new TextEncoder().encode(body) });
    expect(await reasonOf(request)).toBe('authenticated');
    expect(await reasonOf(changed('{ "MEMO": "café支払い" }'))).toBe('authenticated');
    expect(await reasonOf(changed('{"memo":"Cafe 支払い"}'))).toMatch('no credential');
  });

  it('refuses a body that is not UTF-8', async () => {
    const request = sign({ method: 'POST', url: 'https://gateway.test/', requestUri: '', body: '\ufffd' });
    expect(await reasonOf(request)).toBe('authenticated');
    expect(await reasonOf({ ...request, body: Uint8Array.of(0xff) })).toMatch('no credential');
  });

  it('is refused beyond 300 s, in seconds and in ms', async () => {
    expect(await reasonOf(sign({ timestamp: now - 300_000 }))).toBe('authenticated');
    expect(await reasonOf(sign({ timestamp: now - 300_001 }))).toBe('timestamp out of range');
    expect(await reasonOf(sign({ timestamp: now + 300_001 }))).toBe('timestamp out of range');
  });

  it('accepts only its own credentials, which no other scheme accepts', async () => {
    expect(await reasonOf(sign({ secret: hmacSecret }))).toMatch('no credential');
    expect(await reasonOf(hmac(skipifySecret))).toMatch('no credential');
  });
});
