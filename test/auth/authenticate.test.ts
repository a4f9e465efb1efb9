import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { authenticate } from '../../src/auth/authenticate.ts';
import { newCredentialCache } from '../../src/auth/credential-cache.ts';
import { configOf } from '../../src/env.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import { expireCredential, revokeCredential } from '../../src/store/credentials.ts';
import { seedMerchant } from '../support/merchants.ts';
import { asking, sending } from './asking.ts';
import { bearer, counting, giveCredential, newNonce, signHmac } from './merchant-side.ts';

const now = 1_750_000_000_000;
const timestamp = now / 1000;
const url = 'https://gateway.test/0197-id/send?a=1';
const secrets = { hmac: 'sk_live_one', bearer: `plk_live_${crypto.randomUUID()}` };

let merchant: Merchant;
let other: Merchant;
let ids: { hmac: string; bearer: string };

beforeAll(async () => {
  merchant = await seedMerchant();
  other = await seedMerchant();
  ids = {
    hmac: await giveCredential(merchant.id, 'hmac', secrets.hmac),
    bearer: await giveCredential(merchant.id, 'bearer', secrets.bearer),
  };
});
const { ask, reasonOf, forget } = asking(now);
beforeEach(forget);

const signed = (some: Partial<Parameters<typeof signHmac>[0]> = {}) =>
  signHmac({
    merchantId: merchant.id,
    secret: secrets.hmac,
    timestamp,
    method: 'PATCH',
    url,
    body: '{"a":1}',
    ...some,
  });

describe('a signed request', () => {
  it('is authenticated as its merchant, with a nonce to claim until 360 s after its timestamp', async () => {
    const nonce = newNonce();
    expect(await ask(signed({ nonce, timestamp: timestamp - 100 }))).toEqual({
      kind: 'authenticated',
      caller: { merchant, credentialId: ids.hmac, label: null, scopes: null },
      nonce: { nonce, expiresAt: now - 100_000 + 360_000 },
    });
  });

  it('is accepted up to 300 s before and after its timestamp, and refused a second later', async () => {
    for (const skew of [-300, 300])
      expect(await reasonOf(signed({ timestamp: timestamp + skew }))).toBe('authenticated');
    for (const skew of [-301, 301])
      expect(await reasonOf(signed({ timestamp: timestamp + skew }))).toBe('timestamp out of range');
  });

  it('is refused when anything that it signs was changed', async () => {
    const good = signed();
    const unverified = 'no credential of the merchant verifies the signature';
    expect(await reasonOf(good)).toBe('authenticated');
    expect(await reasonOf({ ...good, method: 'POST' })).toBe(unverified);
    expect(await reasonOf({ ...good, url: url.replace('a=1', 'a=2') })).toBe(unverified);
    expect(await reasonOf({ ...good, url: `${url}&b=2` })).toBe(unverified);
    expect(await reasonOf({ ...good, body: new TextEncoder().encode('{"a":2}') })).toBe(unverified);
    expect(await reasonOf({ ...good, body: new Uint8Array() })).toBe(unverified);
    expect(await reasonOf(sending(good, { nonce: newNonce() }))).toBe(unverified);
    expect(await reasonOf(sending(good, { timestamp: String(timestamp + 1) }))).toBe(unverified);
    expect(await reasonOf(sending(good, { signature: '0'.repeat(64) }))).toBe(unverified);
    expect(await reasonOf(sending(good, { 'x-merchant-id': other.id }))).toBe(unverified);
  });

  it('may have another host or an unnormalised path: normalised path and query are signed', async () => {
    const good = signed({ url: 'https://gateway.test/b?q=%C3%A9' });
    expect(await reasonOf({ ...good, url: 'http://localhost:8787/a/../b?q=é' })).toBe('authenticated');
  });

  it('is refused for an unknown merchant and for one without credentials', async () => {
    expect(await reasonOf(signed({ merchantId: crypto.randomUUID() }))).toBe('unknown merchant');
    expect(await reasonOf(signed({ merchantId: other.id }))).toMatch('no credential');
  });

  it('may have its merchant id in upper case, if it is signed so', async () => {
    expect(await reasonOf(signed({ merchantId: merchant.id.toUpperCase() }))).toBe('authenticated');
  });

  it('may not have its timestamp in ms: only the skipify scheme may', async () => {
    expect(await reasonOf(signed({ timestamp: now }))).toMatch('no credential');
  });

  it('is refused when it also has a bearer key', async () => {
    const both = sending(signed(), { authorization: `Bearer ${secrets.bearer}` });
    expect(await reasonOf(both)).toBe('both Authorization and signature');
  });
});

describe('several credentials', () => {
  it('all work, so that a secret can be rotated without downtime; x-key-id selects one', async () => {
    const rotating = await seedMerchant();
    const first = await giveCredential(rotating.id, 'hmac', 'sk_live_old');
    const second = await giveCredential(rotating.id, 'hmac', 'sk_live_new', { createdAt: 1 });
    const by = (secret: string) => signed({ merchantId: rotating.id, secret });
    expect(await ask(by('sk_live_old'))).toMatchObject({ caller: { credentialId: first } });
    expect(await ask(by('sk_live_new'))).toMatchObject({ caller: { credentialId: second } });
    expect(await reasonOf(by('sk_live_none'))).toMatch('no credential');
    expect(await ask(sending(by('sk_live_old'), { 'x-key-id': first }))).toMatchObject({
      caller: { credentialId: first },
    });
    expect(await reasonOf(sending(by('sk_live_old'), { 'x-key-id': second }))).toMatch('no credential');
    expect(await reasonOf(sending(by('sk_live_old'), { 'x-key-id': ids.hmac }))).toMatch('no credential');
  });

  it('work as soon as they are issued, and the older ones still do', async () => {
    const rotating = await seedMerchant();
    await giveCredential(rotating.id, 'hmac', 'sk_live_old');
    const by = (secret: string) => signed({ merchantId: rotating.id, secret });
    expect(await reasonOf(by('sk_live_old'))).toBe('authenticated');
    await giveCredential(rotating.id, 'hmac', 'sk_live_new');
    expect(await reasonOf(by('sk_live_new'), now + 1_000)).toBe('authenticated');
    expect(await reasonOf(by('sk_live_old'), now + 1_000)).toBe('authenticated');
  });

  it('expire to the millisecond, cached or not', async () => {
    const ending = await seedMerchant();
    const key = `plk_live_${crypto.randomUUID()}`;
    await giveCredential(ending.id, 'hmac', 'sk_live_ends', { expiresAt: now + 5 });
    await giveCredential(ending.id, 'bearer', key, { expiresAt: now + 5 });
    const request = signed({ merchantId: ending.id, secret: 'sk_live_ends' });
    expect(await reasonOf(request, now + 4)).toBe('authenticated');
    expect(await reasonOf(bearer(`Bearer ${key}`), now + 4)).toBe('authenticated');
    expect(await reasonOf(request, now + 5)).toMatch('no credential');
    expect(await reasonOf(bearer(`Bearer ${key}`), now + 5)).toBe('key expired');
    forget();
    expect(await reasonOf(request, now + 5)).toMatch('no credential');
    expect(await reasonOf(bearer(`Bearer ${key}`), now + 5)).toBe('key expired');
  });

  it('stop working within 30 s of being revoked', async () => {
    const revoking = await seedMerchant();
    const key = `plk_live_${crypto.randomUUID()}`;
    const hmacId = await giveCredential(revoking.id, 'hmac', 'sk_live_revoked');
    const bearerId = await giveCredential(revoking.id, 'bearer', key);
    const request = signed({ merchantId: revoking.id, secret: 'sk_live_revoked' });
    expect(await reasonOf(request)).toBe('authenticated');
    expect(await reasonOf(bearer(`Bearer ${key}`))).toBe('authenticated');
    await revokeCredential(env.DB, revoking.id, hmacId, now);
    await revokeCredential(env.DB, revoking.id, bearerId, now);
    expect(await reasonOf(request, now + 30_000)).toMatch('no credential');
    expect(await reasonOf(bearer(`Bearer ${key}`), now + 30_000)).toBe('unknown key');
  });

  it('work when one of them was encrypted for another row', async () => {
    const damaged = await seedMerchant();
    const [lost, whole] = [
      await giveCredential(damaged.id, 'hmac', 'sk_live_lost'),
      await giveCredential(damaged.id, 'hmac', 'sk_live_whole'),
    ];
    await env.DB.prepare(
      'UPDATE credentials SET secret_ciphertext = (SELECT secret_ciphertext FROM credentials WHERE id = ?2) WHERE id = ?1',
    )
      .bind(lost, whole)
      .run();
    const request = signed({ merchantId: damaged.id, secret: 'sk_live_whole' });
    expect(await ask(request)).toMatchObject({ caller: { credentialId: whole } });
    expect(await reasonOf(sending(request, { 'x-key-id': lost }))).toMatch('no credential');
  });
});

describe('a bearer key', () => {
  it.each(['Bearer', 'ApiKey', 'bearer', 'APIKEY'])('is accepted under %s', async (scheme) => {
    expect(await ask(bearer(`${scheme} ${secrets.bearer}`))).toEqual({
      kind: 'authenticated',
      caller: { merchant, credentialId: ids.bearer, label: null, scopes: null },
      nonce: null,
    });
  });

  it('must belong to the merchant in x-merchant-id, if there is one', async () => {
    const named = (id: string) => bearer(`Bearer ${secrets.bearer}`, { 'x-merchant-id': id });
    expect(await reasonOf(named(merchant.id))).toBe('authenticated');
    expect(await reasonOf(named(merchant.id.toUpperCase()))).toBe('authenticated');
    expect(await reasonOf(named(other.id))).toBe('key of another merchant');
    expect(await reasonOf(named(''))).toBe('key of another merchant');
  });

  it('is never the secret of a signing scheme', async () => {
    const hmac = `sk_live_${newNonce()}`;
    await giveCredential(merchant.id, 'hmac', hmac);
    await giveCredential(merchant.id, 'skipify', `sk_skipify_${hmac}`);
    expect(await reasonOf(bearer(`Bearer ${hmac}`))).toBe('a signing secret as an API key');
    expect(await reasonOf(bearer(`ApiKey sk_skipify_${hmac}`))).toBe('a signing secret as an API key');
  });

  it('is compared as a whole', async () => {
    expect(await reasonOf(bearer(`Bearer ${secrets.bearer}x`))).toBe('unknown key');
    expect(await reasonOf(bearer(`Bearer ${secrets.bearer.toUpperCase()}`))).toBe('unknown key');
  });
});

describe('authentication', () => {
  it('takes one query for a credential that is not cached, and none for a cached one', async () => {
    const { db, count } = counting(env.DB);
    for (const request of [signed(), bearer(`Bearer ${secrets.bearer}`)]) {
      const before = count();
      expect((await ask(request, now, db)).kind).toBe('authenticated');
      expect(count()).toBe(before + 1);
      expect((await ask(request, now + 29_999, db)).kind).toBe('authenticated');
      expect(count()).toBe(before + 1);
    }
  });

  it('takes one query for many requests at once', async () => {
    const { db, count } = counting(env.DB);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(signed(), now, db)));
    expect(answers.every(({ kind }) => kind === 'authenticated')).toBe(true);
    expect(count()).toBe(1);
  });

  it('takes no query for a malformed or stale request', async () => {
    const { db, count } = counting(env.DB);
    await ask(bearer('Basic abc'), now, db);
    await ask(signed({ timestamp: timestamp - 301 }), now, db);
    await ask(sending(signed(), { signature: 'x' }), now, db);
    expect(count()).toBe(0);
  });

  it('takes one query a second for wrong signatures of a known merchant, one in 10 s for an unknown merchant', async () => {
    const { db, count } = counting(env.DB);
    for (let ms = 0; ms < 1_000; ms += 100) await ask(signed({ secret: 'guess' }), now + ms, db);
    expect(count()).toBe(1);
    await ask(signed({ secret: 'guess' }), now + 1_000, db);
    expect(count()).toBe(2);
    const stranger = signed({ merchantId: crypto.randomUUID() });
    for (let ms = 0; ms < 10_000; ms += 1_000) await ask(stranger, now + ms, db);
    expect(count()).toBe(3);
  });

  it('goes on with a load that a disconnected client started', async () => {
    const work: Promise<unknown>[] = [];
    const deps = {
      config: configOf(env),
      db: env.DB,
      cache: newCredentialCache(),
      now,
      waitUntil: (one: Promise<unknown>) => work.push(one),
    };
    const request = signed();
    await authenticate(request, request.body, deps);
    await authenticate(request, request.body, deps);
    // One load for both; the other is the note of the credential's use, once an hour.
    expect(work).toHaveLength(2);
    await Promise.all(work);
  });
});

describe('an extended credential', () => {
  it('works again at once', async () => {
    const extended = await seedMerchant();
    const id = await giveCredential(extended.id, 'hmac', 'sk_live_extended', { expiresAt: now + 1 });
    const request = signed({ merchantId: extended.id, secret: 'sk_live_extended' });
    expect(await reasonOf(request)).toBe('authenticated');
    expect(await reasonOf(request, now + 1)).toMatch('no credential');
    await expireCredential(env.DB, extended.id, id, null);
    expect(await reasonOf(request, now + 1_001)).toBe('authenticated');
  });
});
