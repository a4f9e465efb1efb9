import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { inboxRoutes } from '../../../src/http/pages/inbox/routes.ts';
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
  headers: { From: '"Shop" <pay@example.com>', To: 'ada@example.com', 'List-Unsubscribe': '<https://x.test/u/1>' },
  readAt: null,
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
    const { merchantId: _one, headers: _given, readAt: _read, ...emailFields } = email;
    const { merchantId: _other, headers: _same, readAt: _never, ...smsFields } = sms;
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

  it('goes on page by page, and says so only where there is more', async () => {
    type Page = { messages: { id: string }[]; nextCursor?: string };
    const page = async (query: string) => (await request(`/inbox.json?${query}`)).json<Page>();
    const first = await page('limit=1');
    expect(first.messages.map(({ id }) => id)).toEqual(['sms-1']);
    const second = await page(`limit=1&cursor=${first.nextCursor}`);
    expect([second.messages.map(({ id }) => id), 'nextCursor' in second]).toEqual([['email-1'], false]);
    expect((await page(`limit=1&to=ada@example.com&cursor=${first.nextCursor}`)).messages).toHaveLength(1);
    expect((await page(`limit=1&to=${sms.to}&cursor=${first.nextCursor}`)).messages).toEqual([]);
    for (const wrong of ['limit=0', 'limit=501', 'limit=', 'limit=x', 'cursor=x']) {
      const response = await request(`/inbox.json?${wrong}`);
      expect([response.status, await response.json()]).toMatchObject([
        400,
        { errors: [{ path: wrong.split('=')[0] }] },
      ]);
    }
  });

  it('asks for authentication where the gateway is deployed', async () => {
    const response = await deployed('/inbox.json');
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain('ada@example.com');
  });
});

const unread = async () => {
  const { results } = await env.DB.prepare('SELECT id FROM inbox_messages WHERE read_at IS NULL').all<{ id: string }>();
  return results.map(({ id }) => id).sort();
};

describe('GET /inbox', () => {
  it('lists messages, newest first, and marks only the one that is opened as read', async () => {
    const list = await (await request('/inbox')).text();
    expect(list.indexOf('href="/inbox/sms-1"') < list.indexOf('href="/inbox/email-1"')).toBe(true);
    expect(list).toContain('&lt;b&gt;Pay&lt;/b&gt; me');
    expect(list).toContain('2 min');
    expect(await unread()).toEqual(['email-1', 'sms-1']);
    expect(await (await request('/inbox/email-1')).text()).toContain('Unread <span class="count">1</span>');
    expect(await unread()).toEqual(['sms-1']);
  });

  it('shows an email in a sandboxed frame and an SMS with its link to click', async () => {
    const response = await request('/inbox/email-1');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(await response.text()).toContain(
      'src="/inbox/email-1/html" sandbox="allow-popups allow-popups-to-escape-sandbox"',
    );
    expect(policy).toMatch(/default-src 'none'.*script-src 'nonce-[^']+'.*frame-src 'self'/);
    expect(policy).not.toMatch(/unsafe/);
    expect(await (await request('/inbox/sms-1')).text()).toContain(
      '<a href="https://x.test/s/1" target="_blank" rel="noopener noreferrer">https://x.test/s/1</a>.',
    );
  });

  it.each([
    ['text', 'Pay me at <a href="https://x.test/s/1"'],
    ['raw', 'Content-Type: multipart/alternative; boundary=&quot;paylinks-email-1&quot;'],
    ['headers', '<th scope="row">List-Unsubscribe</th>'],
  ])('shows an email’s %s', async (view, shown) => {
    expect(await (await request(`/inbox/email-1?view=${view}`)).text()).toContain(shown);
  });

  it.each([
    ['q=ADA%40example', ['email-1']],
    ['q=%3Cb%3Epay', ['email-1']],
    ['q=northwind', ['sms-1']],
    ['q=x.test', ['sms-1', 'email-1']],
    ['to=ada%40example.com', ['email-1']],
    ['q=%25', []],
    ['to=nobody%22%3E', []],
  ])('searches by ?%s', async (query, ids) => {
    const found = await (await request(`/inbox?${query}`)).text();
    expect([...found.matchAll(/id="line-([^"]+)"/g)].map(([, id]) => id)).toEqual(ids);
    expect(found.includes('Nothing here for this search')).toBe(ids.length === 0);
  });

  it('lists what nobody has read yet', async () => {
    await env.DB.exec("UPDATE inbox_messages SET read_at = NULL WHERE id = 'sms-1'");
    const found = await (await request('/inbox?unread=1')).text();
    expect([...found.matchAll(/id="line-([^"]+)"/g)].map(([, id]) => id)).toEqual(['sms-1']);
  });

  it('keeps the search when a message is opened', async () => {
    const found = await (await request('/inbox?q=northwind')).text();
    expect(found).toContain('href="/inbox/sms-1?q=northwind"');
  });

  it('gives the source as text that no browser runs', async () => {
    const response = await request('/inbox/email-1/raw');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const source = await response.text();
    expect(source).toMatch(/^From: "Shop" <pay@example\.com>\nTo: ada@example\.com\n/);
    expect(source).toContain('<script>parent.bad()</script>');
  });

  it('says that a message is gone, and shows the others', async () => {
    const response = await request('/inbox/unknown');
    expect(response.status).toBe(404);
    expect(await response.text()).toMatch(/That message is not here any more.*/);
  });

  it('gives an email as a document of its own that can run nothing and whose links open a new tab', async () => {
    const response = await request('/inbox/email-1/html');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/sandbox(?! allow-scripts)/);
    expect(policy).not.toMatch(/allow-scripts|allow-same-origin/);
    expect(await response.text()).toContain('<head><base target="_blank"><title>');
  });

  it.each(['/inbox/sms-1/html', '/inbox/unknown/html', '/inbox/unknown/raw'])('knows no email at %s', async (path) => {
    expect((await request(path)).status).toBe(404);
  });

  it.each(['/inbox', '/inbox/email-1', '/inbox/events', '/inbox/email-1/html', '/inbox/email-1/raw'])(
    'is not there where the gateway is deployed: %s',
    async (path) => {
      expect((await deployed(path)).status).toBe(404);
    },
  );
});

describe('an empty inbox', () => {
  it('shows how to send the first message', async () => {
    await env.DB.exec('DELETE FROM inbox_messages');
    const page = await (await request('/inbox')).text();
    expect(page).toContain('No messages yet.');
    expect(page).toContain('Send the first message');
    expect(page).toContain('curl -X PATCH http://gateway.test/$ID/send');
    expect(page).toContain('plk_test_demo_2b7e151628aed2a6abf7158809cf4f3c');
  });
});
