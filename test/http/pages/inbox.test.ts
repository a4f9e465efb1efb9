import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { inboxRoutes } from '../../../src/http/pages/inbox.tsx';
import { insertInboxMessage } from '../../../src/store/inbox.ts';
import { testApp } from './test-app.ts';

const email = {
  id: 'email-1',
  merchantId: '11111111-2222-4333-8444-555555555555',
  paylinkId: '018bcfe5-6800-7003-8000-000000000001',
  channel: 'EMAIL',
  to: 'ada@example.com',
  subject: '<b>Pay</b> me',
  text: 'Pay me at https://x.test/s/1',
  html: '<!DOCTYPE html><html lang="en"><head><title>x</title></head><body><script>parent.bad()</script><a href="https://x.test/s/1">Pay</a></body></html>',
  createdAt: 1_700_000_000_000 - 120_000,
} as const;
const sms = {
  ...email,
  id: 'sms-1',
  channel: 'SMS',
  to: '+12025550123',
  subject: null,
  text: 'Northwind: pay $12 at https://x.test/s/1.',
  html: null,
  createdAt: 1_700_000_000_000 - 1_000,
} as const;

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
  await insertInboxMessage(env.DB, email);
  await insertInboxMessage(env.DB, sms);
});

const request = testApp(inboxRoutes);
const deployed = testApp(inboxRoutes, { config: { ENVIRONMENT: 'production' } });

describe('GET /inbox.json', () => {
  it('lists the kept messages, newest first, with exactly the fields of the contract', async () => {
    const response = await request('/inbox.json');
    expect(response.status).toBe(200);
    const { merchantId: _one, ...emailFields } = email;
    const { merchantId: _other, ...smsFields } = sms;
    expect(await response.json()).toEqual({
      messages: [
        { ...smsFields, createdAt: '2023-11-14T22:13:19.000Z' },
        { ...emailFields, createdAt: '2023-11-14T22:11:20.000Z' },
      ],
    });
  });

  it.each([
    ['to=ada@example.com', ['email-1']],
    ['to=%2B12025550123', ['sms-1']],
    ['to=+12025550123', ['sms-1']],
    ['to=nobody@example.com', []],
    ['to=', ['sms-1', 'email-1']],
    [`paylinkId=${email.paylinkId.toUpperCase()}`, ['sms-1', 'email-1']],
    [`paylinkId=${email.paylinkId}&to=ada@example.com`, ['email-1']],
    ['paylinkId=unknown', []],
  ])('filters by ?%s', async (query, ids) => {
    const { messages } = await (await request(`/inbox.json?${query}`)).json<{ messages: { id: string }[] }>();
    expect(messages.map(({ id }) => id)).toEqual(ids);
  });

  it('asks for authentication where the gateway is deployed', async () => {
    const response = await deployed('/inbox.json');
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain('ada@example.com');
  });
});

describe('GET /inbox', () => {
  it('shows an email in a sandboxed frame and an SMS with its link to click', async () => {
    const response = await request('/inbox');
    const page = await response.text();
    expect(page).toContain('src="/inbox/email-1/html" sandbox="allow-popups allow-popups-to-escape-sandbox"');
    expect(page).toContain('&lt;b&gt;Pay&lt;/b&gt; me');
    expect(page).toContain(
      '<a href="https://x.test/s/1" target="_blank" rel="noopener noreferrer">https://x.test/s/1</a>.',
    );
    expect(page.indexOf('sms-1') < page.indexOf('email-1')).toBe(true);
    expect(page).toContain('2 minutes ago');
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-src 'self'/);
    expect(response.headers.get('content-security-policy')).not.toMatch(/script-src|unsafe/);
  });

  it('searches by recipient and says when nothing is found', async () => {
    const found = await (await request('/inbox?to=ada%40example.com')).text();
    expect(found).toContain('/inbox/email-1/html');
    expect(found).not.toContain('class="bubble"');
    expect(await (await request('/inbox?to=nobody%22%3E')).text()).toContain('Nothing here for this search');
  });

  it('gives an email as a document of its own that can run nothing and whose links open a new tab', async () => {
    const response = await request('/inbox/email-1/html');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/sandbox(?! allow-scripts)/);
    expect(policy).not.toMatch(/allow-scripts|allow-same-origin/);
    expect(await response.text()).toContain('<head><base target="_blank"><title>');
  });

  it.each(['/inbox/sms-1/html', '/inbox/unknown/html'])('knows no email at %s', async (path) => {
    expect((await request(path)).status).toBe(404);
  });

  it.each(['/inbox', '/inbox/email-1/html'])('is not there where the gateway is deployed: %s', async (path) => {
    expect((await deployed(path)).status).toBe(404);
  });
});

describe('an empty inbox', () => {
  it('shows how to send the first message', async () => {
    await env.DB.exec('DELETE FROM inbox_messages');
    const page = await (await request('/inbox')).text();
    expect(page).toContain('No messages yet.');
    expect(page).toContain('curl -X PATCH http://gateway.test/$ID/send');
    expect(page).toContain('plk_test_demo_2b7e151628aed2a6abf7158809cf4f3c');
  });
});
