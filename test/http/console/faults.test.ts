import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { consolePages } from '../../../src/http/console/routes.tsx';
import { toBase64Url, utf8 } from '../../../src/lib/encoding.ts';
import { type Api, merchantApi } from '../../support/api.ts';
import { ownForm, signedIn } from '../../support/console.ts';
import { withoutTables } from '../../support/faults.ts';
import { testApp } from '../pages/test-app.ts';

let api: Api;
beforeAll(async () => {
  api = await merchantApi();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it('a fault of D1 is a page that says so, 503 with Retry-After, and nobody is signed out by it', async () => {
  const visitor = await signedIn(api.key);
  const { cookie } = visitor;
  const refused = await withoutTables(() => visitor.get('/console'));
  expect([refused.status, refused.headers.get('retry-after'), visitor.cookie]).toEqual([503, '1', cookie]);
  expect(visitor.page).toContain('One moment, please');
  expect((await visitor.get('/console')).status).toBe(200);
});

it('elsewhere than locally the cookie is Secure and for this host alone', async () => {
  const config = { ENVIRONMENT: 'production' } as const;
  const body = new URLSearchParams({ key: api.key }).toString();
  const headers = { ...ownForm, 'content-type': 'application/x-www-form-urlencoded' };
  const request = testApp({ '/console/*': consolePages }, { now: Date.now(), config, body });
  const answer = await request('http://gateway.test/console/sign-in', { method: 'POST', headers });
  const form = /^__Host-paylinks_console=[^;]+; Max-Age=28800; Path=\/; HttpOnly; Secure; SameSite=Strict$/;
  expect(answer.headers.get('set-cookie')).toMatch(form);
});

it('who fails too often from one address waits a minute', async () => {
  vi.spyOn(env.FAILED_AUTHENTICATIONS, 'limit').mockResolvedValue({ success: false });
  const body = new URLSearchParams({ key: 'plk_live_0123456789abcdef' }).toString();
  const headers = { ...ownForm, 'content-type': 'application/x-www-form-urlencoded' };
  const request = testApp({ '/console/*': consolePages }, { body });
  const answer = await request('http://gateway.test/console/sign-in', { method: 'POST', headers });
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '60']);
});

it('whom Cloudflare Access names signs in without the token, and is out as soon as it names them no more', async () => {
  const team = 'https://team.cloudflareaccess.test';
  const aud = 'a'.repeat(64);
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  if (!('privateKey' in keys)) throw new Error('no key pair');
  const jwk = await crypto.subtle.exportKey('jwk', keys.publicKey);
  vi.stubGlobal('fetch', async () => Response.json({ keys: [{ ...jwk, kid: 'k1' }] }));
  const now = Date.now();
  const base64url = (bytes: Uint8Array) => toBase64Url(bytes);
  const tokenOf = async (email: string) => {
    const claims = { iss: team, aud: [aud], email, exp: Math.floor(now / 1000) + 60 };
    const signed = [{ alg: 'RS256', kid: 'k1' }, claims].map((part) => base64url(utf8(JSON.stringify(part)))).join('.');
    const signature = await crypto.subtle.sign(algorithm.name, keys.privateKey, utf8(signed));
    return `${signed}.${base64url(new Uint8Array(signature))}`;
  };
  const config = { ACCESS_TEAM_DOMAIN: team, ACCESS_AUD: aud };
  const ask = (path: string, init: { method?: string; headers?: Record<string, string>; body?: string } = {}) =>
    testApp({ '/console/*': consolePages }, { now, config, body: init.body ?? '' })(path, init);
  const ada = { 'cf-access-jwt-assertion': await tokenOf('ada@example.com') };
  const form = { ...ownForm, 'content-type': 'application/x-www-form-urlencoded' };
  const signIn = (headers: Record<string, string>) =>
    ask('http://gateway.test/console/sign-in', {
      method: 'POST',
      headers: { ...form, ...headers },
      body: 'access=yes',
    });

  expect(await (await ask('/console/sign-in?operator', { headers: ada })).text()).toContain(
    'Continue as ada@example.com',
  );
  expect((await signIn({})).status).toBe(401);
  const signedIn = await signIn(ada);
  expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/console/operator']);
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
  const page = async (headers: Record<string, string>) => (await ask('/console/operator/new', { headers })).status;
  expect(await page({ ...ada, cookie })).toBe(200);
  expect(await page({ cookie })).toBe(303);
  expect(await page({ 'cf-access-jwt-assertion': await tokenOf('eve@example.com'), cookie })).toBe(303);
  expect(await page(ada)).toBe(303);
});
