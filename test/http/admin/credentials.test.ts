import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { scopes } from '../../../src/model/caller.ts';
import { bearer, signHmac, signSkipify } from '../../auth/merchant-side.ts';
import { call, create, iso, issue, now, who } from './app.ts';

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS));

describe('an issued credential', () => {
  it.each([
    ['test', 'bearer', /^plk_test_[0-9a-f]{32}$/],
    ['live', 'bearer', /^plk_live_[0-9a-f]{32}$/],
    ['test', 'hmac', /^sk_test_[0-9a-f]{32}$/],
    ['live', 'skipify', /^sk_skipify_[0-9a-f]{32}$/],
  ])('of a %s merchant, %s, shows its secret this once and never stores it', async (mode, scheme, form) => {
    const merchant = await create({ mode });
    const { status, headers, body } = await issue(merchant.id, { scheme, label: 'till 7' });
    const { secret, ...credential } = body;
    expect(status).toBe(201);
    expect(secret).toMatch(form);
    expect(headers.get('location')).toBe(`/admin/merchants/${merchant.id}/credentials/${credential.id}`);
    const known = {
      merchantId: merchant.id,
      scheme,
      label: 'till 7',
      createdAt: iso,
      expiresAt: null,
      revokedAt: null,
      scopes: [...scopes],
      lastUsedAt: null,
    };
    expect(credential).toEqual({ id: credential.id, ...known });
    expect((await call('GET', `/merchants/${merchant.id}/credentials`)).body).toEqual({ data: [credential] });
    const stored = await env.DB.prepare('SELECT * FROM credentials WHERE id = ?1').bind(credential.id).first();
    expect(JSON.stringify(stored)).not.toContain(secret);
  });

  it('authenticates its merchant at once, with each scheme', async () => {
    const { id: merchantId } = await create();
    const url = 'https://gateway.test/paylinks';
    const base = { merchantId, timestamp: Math.floor(now / 1000), url };
    const [hmac, skipify, key] = [
      (await issue(merchantId, { scheme: 'hmac' })).body,
      (await issue(merchantId, { scheme: 'skipify' })).body,
      (await issue(merchantId, { scheme: 'bearer' })).body,
    ];
    expect(await who(signHmac({ ...base, secret: hmac.secret }))).toMatchObject({ credentialId: hmac.id });
    expect(await who(signSkipify({ ...base, secret: skipify.secret, requestUri: 'paylinks' }))).toMatchObject({
      credentialId: skipify.id,
    });
    expect(await who(bearer(`Bearer ${key.secret}`))).toMatchObject({
      credentialId: key.id,
      merchant: { id: merchantId },
    });
    expect(await who(bearer(`Bearer ${skipify.secret}`))).toBe(null);
  });

  it('stops working when it expires or is revoked', async () => {
    const { id } = await create();
    const [ending, revoked] = [
      (await issue(id, { scheme: 'bearer' })).body,
      (await issue(id, { scheme: 'bearer' })).body,
    ];
    for (const { secret } of [ending, revoked]) expect(await who(bearer(`Bearer ${secret}`))).not.toBe(null);
    const path = (credential: { id: string }) => `/merchants/${id}/credentials/${credential.id}`;
    const expiry = await call('PATCH', path(ending), { expiresAt: '2025-06-15T16:06:40.123+01:00' });
    expect(expiry).toMatchObject({ status: 200, body: { id: ending.id, expiresAt: iso } });
    expect((await call('DELETE', path(revoked))).status).toBe(204);
    expect((await call('DELETE', path(revoked))).status).toBe(204);
    for (const { secret } of [ending, revoked]) expect(await who(bearer(`Bearer ${secret}`))).toBe(null);
    expect((await call('PATCH', path(ending), { expiresAt: null })).body.expiresAt).toBe(null);
    expect(await who(bearer(`Bearer ${ending.secret}`))).not.toBe(null);
    expect(await call('PATCH', path(revoked), { expiresAt: null })).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
  });

  it('is a 404 under another merchant’s path', async () => {
    const [mine, other] = [await create(), await create()];
    const credential = (await issue(mine.id, { scheme: 'bearer' })).body;
    const path = `/merchants/${other.id}/credentials/${credential.id}`;
    expect((await call('DELETE', path)).status).toBe(404);
    expect((await call('PATCH', path, { expiresAt: iso })).status).toBe(404);
    expect(await who(bearer(`Bearer ${credential.secret}`))).not.toBe(null);
  });

  it.each([
    ['scheme', {}],
    ['scheme', { scheme: 'basic' }],
    ['label', { scheme: 'hmac', label: '' }],
    ['expiresAt', { scheme: 'hmac', expiresAt: iso }],
    ['expiresAt', { scheme: 'hmac', expiresAt: '2030-01-01' }],
    ['expiresAt', { scheme: 'hmac', expiresAt: 1_900_000_000 }],
    ['secret', { scheme: 'hmac', secret: 'of my choosing' }],
  ])('is refused with a wrong %s: %j', async (path, body) => {
    const { id } = await create();
    const refused = await issue(id, body);
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ path }] } });
    expect((await call('GET', `/merchants/${id}/credentials`)).body).toEqual({ data: [] });
  });
});
