import { applyD1Migrations, createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { Hono } from 'hono';
import { beforeAll, describe, expect, it } from 'vitest';
import { authenticate } from '../../src/auth/authenticate.ts';
import { credentialCache } from '../../src/auth/credential-cache.ts';
import { configOf } from '../../src/env.ts';
import { adminRoutes } from '../../src/http/admin/lazy-routes.ts';
import type { AppEnv } from '../../src/http/app-env.ts';
import { scopes } from '../../src/model/caller.ts';
import { listAudit } from '../../src/store/audit.ts';
import { bearer, signHmac, signSkipify } from '../auth/merchant-side.ts';

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS));

const now = 1_750_000_000_123;
const iso = '2025-06-15T15:06:40.123Z';
const app = new Hono<AppEnv>();
app.use(async (c, next) => {
  c.set('requestId', 'request-1');
  c.set('now', now);
  c.set('config', configOf(c.env));
  c.set('body', new Uint8Array(await c.req.raw.arrayBuffer()));
  await next();
});
for (const [path, handle] of Object.entries(adminRoutes)) app.all(path, handle);

const token = 'Bearer test-admin-token-0123456789abcdef';
async function call(
  method: string,
  path: string,
  body?: unknown,
  authorization: string | null = token,
  bindings = env,
) {
  const headers = new Headers({ 'content-type': 'application/json' });
  if (authorization !== null) headers.set('authorization', authorization);
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const response = await app.request(`/admin${path}`, init, bindings);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}
const create = async (some: object = {}) => (await call('POST', '/merchants', { name: 'Books', ...some })).body;
const issue = (id: string, some: object) => call('POST', `/merchants/${id}/credentials`, some);
const who = async (request: Parameters<typeof authenticate>[0] & { body: Uint8Array }) => {
  const answer = await authenticate(request, request.body, {
    config: configOf(env),
    db: env.DB,
    cache: credentialCache,
    now,
  });
  return answer.kind === 'authenticated' ? answer.caller : null;
};

describe('the operator’s routes', () => {
  it('answer everyone else with the same 401 on every path', async () => {
    const asked = [
      await call('GET', '/merchants', undefined, null),
      await call('GET', '/merchants', undefined, 'Bearer wrong'),
      await call('GET', '/merchants', undefined, 'Basic dGVzdA=='),
      await call('GET', '/merchants', undefined, token, { ...env, ADMIN_TOKEN: undefined }),
    ];
    for (const { status, headers, body } of asked) {
      expect({ status, body }).toEqual({ status: 401, body: asked[0]?.body });
      expect(headers.get('www-authenticate')).toBeTruthy();
    }
    expect(asked[0]?.body).toMatchObject({ code: 'unauthenticated', status: 401 });
    const paths = ['/merchants/x', '/merchants/x/credentials/y', '/nothing'];
    for (const path of paths) expect((await call('PUT', path, {}, 'Bearer wrong')).status).toBe(401);
  });

  it('are open to the token as before where Cloudflare Access is configured, and to whom the platform names', async () => {
    const aud = 'a'.repeat(64);
    const configured = { ...env, ACCESS_TEAM_DOMAIN: 'https://team.example', ACCESS_AUD: aud };
    expect((await call('GET', '/merchants', undefined, token, configured)).status).toBe(200);
    expect((await call('GET', '/merchants', undefined, 'Bearer wrong', configured)).status).toBe(401);
    expect((await call('GET', '/merchants', undefined, null, configured)).status).toBe(401);
    const access = { aud, getIdentity: async () => ({ email: 'Ada@Example.com' }) };
    const context = Object.assign(createExecutionContext(), { access });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name": "Books"}' };
    const answer = await app.request('/admin/merchants', init, configured, context);
    expect(answer.status).toBe(201);
    const { id } = await answer.json<{ id: string }>();
    const [entry] = await listAudit(env.DB, id, { before: null, limit: 1 });
    expect(entry).toMatchObject({ actorKind: 'operator', actorId: 'ada@example.com', actorLabel: 'Cloudflare Access' });
  });

  it('are guarded against floods of wrong tokens, which a right one never meets', async () => {
    const asked: string[] = [];
    const limit = async ({ key }: { key: string }) => {
      asked.push(key);
      return { success: asked.length < 3 };
    };
    const guarded = { ...env, FAILED_AUTHENTICATIONS: { limit } };
    const tries = [];
    for (let n = 0; n < 3; n++) tries.push(await call('GET', '/merchants', undefined, 'Bearer wrong', guarded));
    expect(tries.map(({ status }) => status)).toEqual([401, 401, 429]);
    expect(tries[2]?.headers.get('retry-after')).toBe('60');
    expect((await call('GET', '/merchants', undefined, token, guarded)).status).toBe(200);
    expect(asked).toHaveLength(3);
  });

  it('answer another method with 405 and Allow', async () => {
    const { status, headers } = await call('PUT', '/merchants', {});
    expect({ status, allow: headers.get('allow') }).toEqual({ status: 405, allow: 'GET, HEAD, POST' });
  });
});

describe('a new merchant', () => {
  it('has every given setting', async () => {
    const parentId = (await create({ mode: 'live' })).id;
    const inTest = (await create({ mode: 'test' })).id;
    const mixed = await call('POST', '/merchants', {
      name: 'Live child of a test parent',
      mode: 'live',
      parentId: inTest,
    });
    expect([mixed.status, mixed.body]).toMatchObject([400, { errors: [{ path: 'parentId' }] }]);
    const settings = {
      id: crypto.randomUUID(),
      parentId,
      name: 'Café – 支払い',
      mode: 'live',
      country: 'GB',
      locale: 'en-GB',
      timeZone: 'Europe/London',
      brandColor: '#1d4ed8',
      logoUrl: 'https://cdn.example/logo.png',
      supportEmail: 'help@books.example',
      checkoutUrlTemplate: 'https://pay.example/{paylinkId}?c={code}',
      smsCountries: ['GB', 'IE'],
      rateLimitRequests: 10,
      rateLimitWindowSeconds: 30,
      paylinkSendCap: 3,
      recipientSendCap: 4,
      smsSendCap: 100,
      overrideSendCap: 0,
      unkeyedWindowMs: 0,
      consentByContract: true,
    };
    const { status, headers, body } = await call('POST', '/merchants', settings);
    expect({ status, body }).toEqual({
      status: 201,
      body: { ...settings, suspendedAt: null, createdAt: iso, updatedAt: iso },
    });
    expect(headers.get('location')).toBe(`/admin/merchants/${settings.id}`);
    expect(headers.get('cache-control')).toBe('no-store');
    expect((await call('GET', `/merchants/${settings.id.toUpperCase()}`)).body).toEqual(body);
  });

  it('has the documented defaults, test mode among them', async () => {
    expect(await create({ country: 'ca' })).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      parentId: null,
      name: 'Books',
      mode: 'test',
      country: 'CA',
      locale: 'en-US',
      timeZone: null,
      brandColor: null,
      logoUrl: null,
      supportEmail: null,
      checkoutUrlTemplate: null,
      smsCountries: ['CA'],
      rateLimitRequests: null,
      rateLimitWindowSeconds: null,
      paylinkSendCap: 20,
      recipientSendCap: 50,
      smsSendCap: 2_000,
      overrideSendCap: 5,
      unkeyedWindowMs: 10_000,
      consentByContract: false,
      createdAt: iso,
      suspendedAt: null,
      updatedAt: iso,
    });
  });

  it('cannot have the id of another', async () => {
    const { id } = await create();
    const { status, body } = await call('POST', '/merchants', { id, name: 'Another' });
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'conflict' });
    expect((await call('GET', `/merchants/${id}`)).body.name).toBe('Books');
  });

  it('cannot have a parent that does not exist', async () => {
    const { status, body } = await call('POST', '/merchants', { name: 'Books', parentId: crypto.randomUUID() });
    expect({ status, path: body.errors[0].path }).toEqual({ status: 400, path: 'parentId' });
  });

  it.each([
    ['name', ''],
    ['name', 'n'.repeat(256)],
    ['name', 'Books\r\nBcc: a@b.example'],
    ['id', 'merchant-1'],
    ['parentId', 7],
    ['mode', 'LIVE'],
    ['country', 'XX'],
    ['country', 'USA'],
    ['locale', 'english please'],
    ['timeZone', 'Middle/Earth'],
    ['timeZone', '+02:00'],
    ['brandColor', 'red'],
    ['brandColor', '#fff'],
    ['logoUrl', 'http://cdn.example/logo.png'],
    ['logoUrl', 'https:cdn.example'],
    ['logoUrl', 'javascript:alert(1)'],
    ['supportEmail', 'nobody'],
    ['supportEmail', 'a@b.example\nBcc: c@d.example'],
    ['checkoutUrlTemplate', 'https://pay.example/'],
    ['checkoutUrlTemplate', 'https://{code}.example/'],
    ['checkoutUrlTemplate', 'https://user:pass@pay.example/{code}'],
    ['checkoutUrlTemplate', 'http://pay.example/{code}'],
    ['smsCountries.0', ['ZZ']],
    ['smsCountries', 'US'],
    ['rateLimitRequests', 0],
    ['rateLimitRequests', 1.5],
    ['rateLimitWindowSeconds', 86_401],
    ['paylinkSendCap', -1],
    ['recipientSendCap', '50'],
    ['unkeyedWindowMs', 600_001],
    ['shard', 1],
  ])('is refused with a wrong %s: %j', async (path, value) => {
    const field = path.split('.')[0] ?? '';
    const { status, body } = await call('POST', '/merchants', { name: 'Books', [field]: value });
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_request' });
    expect(body.errors.map((error: { path: string }) => error.path)).toContain(path);
  });
});

describe('a merchant’s checkout', () => {
  it.each([
    ['https://pay.example/\n{code}', 'https://pay.example/{code}'],
    ['https://PAY.example/é/{paylinkId}?c={code}#{code}', 'https://pay.example/%C3%A9/{paylinkId}?c={code}#{code}'],
    ['https://münchen.example/%7B/{code}', 'https://xn--mnchen-3ya.example/%7B/{code}'],
    ['https:///pay.example/{code}', 'https://pay.example/{code}'],
  ])('is kept in the normal form of a URL: %j', async (checkoutUrlTemplate, kept) => {
    const created = await call('POST', '/merchants', { name: 'Books', checkoutUrlTemplate });
    expect([created.status, created.body.checkoutUrlTemplate]).toEqual([201, kept]);
    const changed = await call('PATCH', `/merchants/${created.body.id}`, { checkoutUrlTemplate });
    expect(changed.body.checkoutUrlTemplate).toBe(kept);
  });

  it.each([
    'https:///{code}.example/{code}',
    'https://pay.exa\n{code}mple/',
    'https://pay.example:99999/{code}',
    'https://a b/{code}',
  ])('is refused where it is no URL, or lets the Paylink choose the host: %j', async (checkoutUrlTemplate) => {
    expect((await call('POST', '/merchants', { name: 'Books', checkoutUrlTemplate })).status).toBe(400);
  });
});

describe('a merchant’s settings', () => {
  it('can be changed one by one', async () => {
    const merchant = await create({ brandColor: '#1d4ed8' });
    const { status, body } = await call('PATCH', `/merchants/${merchant.id}`, { brandColor: null, locale: 'fr-CA' });
    const { updatedAt, ...changed } = body;
    const { updatedAt: before, ...rest } = merchant;
    expect({ status, changed }).toEqual({ status: 200, changed: { ...rest, brandColor: null, locale: 'fr-CA' } });
    expect(updatedAt > before).toBe(true);
  });

  it.each([
    [{ id: crypto.randomUUID() }],
    [{ parentId: null }],
    [{ mode: 'live' }],
    [{ createdAt: 0 }],
    [{ name: null }],
    [{}],
    [[]],
  ])('do not include %j', async (change) => {
    const merchant = await create();
    const { status } = await call('PATCH', `/merchants/${merchant.id}`, change);
    expect(status).toBe(400);
    expect((await call('GET', `/merchants/${merchant.id}`)).body).toEqual(merchant);
  });

  it('are audited: what was created, changed from what to what, suspended and resumed; addresses only by name', async () => {
    const { id } = await create({ mode: 'live' });
    await call('PATCH', `/merchants/${id}`, {
      name: 'More books',
      supportEmail: 'someone@books.example',
      country: 'US',
    });
    for (const suspended of [true, true, false]) await call('PATCH', `/merchants/${id}`, { suspended });
    const { id: key } = (await issue(id, { scheme: 'hmac' })).body;
    await call('DELETE', `/merchants/${id}/credentials/${key}`);
    const log = await listAudit(env.DB, id, { before: null, limit: 100 });
    const told = Object.fromEntries(log.map(({ action, details }) => [action, details]));
    expect(log).toHaveLength(6);
    expect(told).toEqual({
      'merchant.created': { name: 'Books', mode: 'live', parentId: null },
      'merchant.updated': { name: { from: 'Books', to: 'More books' }, supportEmail: 'changed' },
      'merchant.suspended': null,
      'merchant.resumed': null,
      'credential.issued': { scheme: 'hmac', label: null, expiresAt: null, scopes: [...scopes] },
      'credential.revoked': {},
    });
    const operators = log.map(({ actorKind, actorLabel, merchantId }) => [actorKind, actorLabel, merchantId]);
    expect(new Set(operators.map(String))).toEqual(new Set([`operator,ADMIN_TOKEN,${id}`]));
    expect(JSON.stringify(log)).not.toContain('someone@');
  });

  it('are a 404 for an unknown merchant', async () => {
    for (const id of [crypto.randomUUID(), 'x', '%00']) {
      expect((await call('GET', `/merchants/${id}`)).status).toBe(404);
      expect((await call('PATCH', `/merchants/${id}`, { name: 'Books' })).status).toBe(404);
      expect((await issue(id, { scheme: 'hmac' })).status).toBe(404);
      expect((await call('GET', `/merchants/${id}/credentials`)).status).toBe(404);
    }
  });

  it('are listed by page', async () => {
    await create();
    await create();
    const ids: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await call('GET', `/merchants?limit=2${cursor && `&cursor=${cursor}`}`);
      ids.push(...body.data.map((merchant: { id: string }) => merchant.id));
      if (body.nextCursor === null) break;
      cursor = body.nextCursor;
    }
    const { results } = await env.DB.prepare('SELECT id FROM merchants ORDER BY id').all();
    expect(ids).toEqual(results.map(({ id }) => id));
    expect((await call('GET', '/merchants?limit=0')).status).toBe(400);
  });
});

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
