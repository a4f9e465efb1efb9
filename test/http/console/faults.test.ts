import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { consolePages } from '../../../src/http/console/routes.tsx';
import { type Api, merchantApi } from '../../support/api.ts';
import { ownForm, signedIn } from '../../support/console.ts';
import { withoutTables } from '../../support/faults.ts';
import { testApp } from '../pages/test-app.ts';

let api: Api;
beforeAll(async () => {
  api = await merchantApi();
});
afterEach(() => vi.restoreAllMocks());

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
