import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { authenticate } from '../../src/auth/authenticate.ts';
import { newCredentialCache } from '../../src/auth/credential-cache.ts';
import { configOf } from '../../src/env.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import { request } from '../support/api.ts';
import { seedMerchant } from '../support/merchants.ts';
import { createBody } from '../support/verbs.ts';
import { giveCredential, signHmac, signHmacV2, signSkipify } from './merchant-side.ts';

const now = 1_750_000_000_123;
const timestamp = Math.floor(now / 1000);
const url = 'https://paylinks.example.com/x?a=1';
const secret = 'sk_live_version_2';
const skipifyKey = 'sk_skipify_version_2';
let merchant: Merchant;
beforeAll(async () => {
  merchant = await seedMerchant();
  await giveCredential(merchant.id, 'hmac', secret);
  await giveCredential(merchant.id, 'skipify', skipifyKey);
});

type Signed = ReturnType<typeof signHmac>;
const sign = (some: Partial<Parameters<typeof signHmacV2>[0]> = {}) =>
  signHmacV2({
    merchantId: merchant.id,
    secret,
    timestamp,
    url,
    method: 'PATCH',
    body: '{}',
    idempotencyKey: 'k-1',
    ...some,
  });
const ask = async (request: Signed) => {
  const deps = { config: configOf(env), db: env.DB, cache: newCredentialCache(), now };
  const answer = await authenticate(request, request.body, deps);
  return answer.kind === 'authenticated' ? 'ok' : (answer.advice?.path ?? 'refused');
};
/** The request as something between the caller and the gateway changed it; null takes a header away. */
function changed(request: Signed, headers: { [name: string]: string | null }): Signed {
  const all = new Headers(request.headers);
  for (const [name, value] of Object.entries(headers)) value === null ? all.delete(name) : all.set(name, value);
  return { ...request, headers: all };
}

describe('a signature of version 2', () => {
  it('is good, with a key and without one, in whatever case the Host header comes', async () => {
    expect(await ask(sign())).toBe('ok');
    expect(await ask(signHmacV2({ merchantId: merchant.id, secret, timestamp, url }))).toBe('ok');
    expect(await ask(changed(sign(), { host: 'PayLinks.Example.com' }))).toBe('ok');
    expect(await ask(changed(sign({ host: 'paylinks.example.com:8443' }), { host: 'paylinks.example.com:8443' }))).toBe(
      'ok',
    );
  });

  it('is refused when a proxy changes, adds or takes away the idempotency key', async () => {
    for (const key of ['k-2', 'K-1', '"k-1"', null])
      expect([key, await ask(changed(sign(), { 'idempotency-key': key }))]).toEqual([key, 'refused']);
    const without = signHmacV2({ merchantId: merchant.id, secret, timestamp, url });
    expect(await ask(changed(without, { 'idempotency-key': 'k' }))).toBe('refused');
    // The same header by its other name.
    expect(await ask(changed(without, { 'x-idempotency-key': 'k' }))).toBe('refused');
    expect(await ask(changed(sign(), { 'idempotency-key': null, 'x-idempotency-key': 'k-1' }))).toBe('ok');
  });

  it('is refused at another host', async () => {
    expect(await ask(changed(sign(), { host: 'evil.example.com' }))).toBe('refused');
    expect(await ask({ ...sign(), url: 'https://evil.example.com/x?a=1' })).toBe('refused');
  });

  it('covers what version 1 covers', async () => {
    expect(await ask({ ...sign(), method: 'POST' })).toBe('refused');
    expect(await ask({ ...sign(), url: 'https://paylinks.example.com/x?a=2' })).toBe('refused');
    expect(await ask({ ...sign(), body: new TextEncoder().encode('{} ') })).toBe('refused');
    expect(await ask(changed(sign(), { nonce: 'another-nonce-of-16' }))).toBe('refused');
    expect(await ask(changed(sign(), { timestamp: String(timestamp + 1) }))).toBe('refused');
  });

  it('cannot pass for version 1, nor version 1 for it; another version is named', async () => {
    expect(await ask(changed(sign(), { 'x-signature-version': null }))).toBe('refused');
    expect(await ask(changed(sign(), { 'x-signature-version': '1' }))).toBe('refused');
    const old = signHmac({ merchantId: merchant.id, secret, timestamp, url });
    expect(await ask(old)).toBe('ok');
    expect(await ask(changed(old, { 'x-signature-version': '1' }))).toBe('ok');
    expect(await ask(changed(old, { 'x-signature-version': '2' }))).toBe('refused');
    for (const version of ['3', '02', 'v2', ''])
      expect(await ask(changed(sign(), { 'x-signature-version': version }))).toBe('x-signature-version');
  });

  it('is never a skipify one', async () => {
    const parts = { merchantId: merchant.id, secret: skipifyKey, timestamp, url, requestUri: 'x?a=1' };
    expect(await ask(signSkipify(parts))).toBe('ok');
    expect(await ask(changed(signSkipify(parts), { 'x-signature-version': '2' }))).toBe('refused');
  });

  it('goes through the whole gateway: what it signs is done, and what was changed on the way is a 401 with a hint', async () => {
    const body = JSON.stringify(createBody(merchant.id));
    const seconds = Math.floor(Date.now() / 1000);
    const create = () =>
      signHmacV2({
        merchantId: merchant.id,
        secret,
        timestamp: seconds,
        url: 'http://gateway.test/',
        method: 'POST',
        body,
        idempotencyKey: 'v2',
      });
    const headers = (of: Signed) => ({ ...Object.fromEntries(of.headers), 'content-type': 'application/json' });
    expect((await request('POST', '/', body, headers(create()))).status).toBe(201);
    const turned = await request('POST', '/', body, { ...headers(create()), 'idempotency-key': 'another' });
    expect(turned.status).toBe(401);
    const { hint } = await turned.json<{ hint: string }>();
    expect(hint).toContain('PAYLINKS-HMAC-SHA256-V2');
    expect(hint.split('\n').slice(-2)).toEqual(['gateway.test', 'another']);
  });
});
