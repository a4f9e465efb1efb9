import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { sealSecret } from '../../../src/lib/secrets.ts';
import { type Api, keyOf, merchantApi } from '../../support/api.ts';
import { ownForm, signedIn, Visitor } from '../../support/console.ts';

let api: Api;
beforeAll(async () => {
  api = await merchantApi({ name: 'Blue Bottle Books' });
});

const revoke = (merchantId: string) =>
  env.DB.prepare('UPDATE credentials SET revoked_at = 1 WHERE merchant_id = ?1').bind(merchantId).run();
const locationOf = (answer: Response) => answer.headers.get('location');

describe('signing in', () => {
  it('with an API key leads to the page that was wanted, and the cookie holds no key', async () => {
    const visitor = new Visitor();
    const turned = await visitor.get('/console?x=1');
    expect([turned.status, locationOf(turned)]).toEqual([303, '/console/sign-in?please&to=%2Fconsole%3Fx%3D1']);
    const answer = await visitor.request('POST', '/console/sign-in', { key: api.key, to: '/console?x=1' }, ownForm);
    expect([answer.status, locationOf(answer)]).toEqual([303, '/console?x=1']);
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^paylinks_console=v1\.[^;]+; Max-Age=28800; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(api.key);
    expect((await visitor.get('/console')).status).toBe(200);
    expect(visitor.page).toContain('Blue Bottle Books');
  });

  it('never leads to another site', async () => {
    for (const to of [
      'https://evil.example/',
      '//evil.example',
      '/console/../p/x',
      '/consoleevil',
      '/console/sign-out',
      '/console/%2e%2e/s/0Z0XHcY6lfdQV',
      '/console/.%2E/%2e./s/0Z0XHcY6lfdQV',
      '/console/%2e/sign-out',
    ]) {
      const answer = await new Visitor().request('POST', '/console/sign-in', { key: api.key, to }, ownForm);
      expect(locationOf(answer)).toBe('/console');
    }
  });

  it('with an unknown key, a malformed one or none is a 401 in one sentence, and gives no cookie', async () => {
    for (const key of ['plk_live_0123456789abcdef0123456789abcdef', 'x', 'é'.repeat(40), '']) {
      const visitor = new Visitor();
      const answer = await visitor.request('POST', '/console/sign-in', { key }, ownForm);
      expect([answer.status, visitor.cookie]).toEqual([401, null]);
      expect(visitor.page).toContain('This key does not work.');
    }
  });

  it('from a form of another site is refused, and so is one that no browser sent', async () => {
    for (const headers of [
      {},
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ]) {
      const visitor = new Visitor();
      const answer = await visitor.request('POST', '/console/sign-in', { key: api.key }, headers);
      expect([answer.status, visitor.cookie]).toEqual([403, null]);
    }
  });

  it('with the operator’s token leads to the operator’s pages', async () => {
    const answer = await new Visitor().request('POST', '/console/sign-in', { token: env.ADMIN_TOKEN }, ownForm);
    expect([answer.status, locationOf(answer)]).toEqual([303, '/console/operator']);
  });
});

describe('a session', () => {
  it('ends at once when its key is revoked', async () => {
    const other = await merchantApi();
    const visitor = await signedIn(other.key);
    expect((await visitor.get('/console')).status).toBe(200);
    await revoke(other.merchant.id);
    const answer = await visitor.get('/console');
    expect([answer.status, visitor.cookie]).toEqual([303, null]);
    expect(locationOf(answer)).toContain('/console/sign-in?ended');
  });

  it('ends when it is over, and none can be made without the key of this deployment', async () => {
    const of = async (session: object, id = 'console-session', key = env.SECRETS_KEY) => {
      const visitor = new Visitor();
      const sealed = await sealSecret({ SECRETS_KEY: String(key) }, id, JSON.stringify(session));
      visitor.cookie = `paylinks_console=${sealed}`;
      return (await visitor.get('/console')).status;
    };
    const row = await env.DB.prepare('SELECT id FROM credentials WHERE merchant_id = ?1').bind(api.merchant.id).first();
    const ids = { kind: 'merchant', merchantId: api.merchant.id, credentialId: row?.id, formToken: 'x' };
    const later = Date.now() + 60_000;
    expect(await of({ ...ids, expiresAt: later })).toBe(200);
    expect(await of({ ...ids, expiresAt: Date.now() - 1 })).toBe(303);
    expect(await of({ ...ids, expiresAt: later }, 'console-session', 'f'.repeat(64))).toBe(303);
    expect(await of({ ...ids, expiresAt: later }, 'another-row')).toBe(303);
    expect(await of({ ...ids, merchantId: crypto.randomUUID(), expiresAt: later })).toBe(303);
    expect(await of({ kind: 'merchant' })).toBe(303);
  });

  it('ends with the button, which another site cannot press', async () => {
    const visitor = await signedIn(api.key);
    const { cookie, formToken } = visitor;
    expect(
      (await visitor.request('POST', '/console/sign-out', { formToken }, { origin: 'https://evil.example' })).status,
    ).toBe(403);
    expect((await visitor.request('POST', '/console/sign-out', { formToken: 'x' }, ownForm)).status).toBe(403);
    visitor.cookie = cookie;
    expect((await visitor.request('POST', '/console/sign-out', { formToken }, ownForm)).status).toBe(303);
    expect(visitor.cookie).toBeNull();
  });
});

describe('every page', () => {
  it('is in no cache, and its policy allows what it brings alone', async () => {
    const visitor = await signedIn(api.key);
    const { headers } = await visitor.get('/console');
    expect(headers.get('cache-control')).toBe('no-store');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; style-src 'nonce-[0-9a-f-]{36}'; script-src 'nonce-[0-9a-f-]{36}'; /);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(visitor.page).not.toMatch(/ style=| onclick=/);
  });

  it('that is not there is a 404 for who is signed in, and the sign-in for others', async () => {
    const visitor = await signedIn(api.key);
    expect((await visitor.get('/console/nothing')).status).toBe(404);
    expect((await visitor.request('DELETE', '/console')).status).toBe(405);
    expect((await new Visitor().get('/console/nothing')).status).toBe(303);
  });

  it('is refused to a key without the scope to read, and to a suspended merchant', async () => {
    const sender = await signedIn((await keyOf(api.merchant, ['paylinks:send'])).key);
    expect([(await sender.get('/console')).status, sender.page.includes('paylinks:read')]).toEqual([403, true]);
    const suspended = await merchantApi({ suspendedAt: 1 });
    const visitor = await signedIn(suspended.key);
    expect([(await visitor.get('/console')).status, visitor.page.includes('suspended')]).toEqual([403, true]);
  });

  it('counts as a request of the merchant, and is refused over its quota', async () => {
    const slow = await merchantApi({ rateLimitRequests: 2, rateLimitWindowSeconds: 3600 });
    const visitor = await signedIn(slow.key);
    expect((await visitor.get('/console')).status).toBe(200);
    const refused = await visitor.get('/console');
    expect([refused.status, refused.headers.has('retry-after')]).toEqual([429, true]);
  });
});
