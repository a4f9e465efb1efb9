import { beforeAll, describe, expect, it } from 'vitest';
import { type Api, keyOf } from '../../support/api.ts';
import { signedIn, twoMerchants, type Visitor } from '../../support/console.ts';
import { at, create, read } from './new-paylink.ts';

let api: Api;
let foreign: Visitor;
beforeAll(async () => {
  ({ api, foreign } = await twoMerchants());
});

it('no page shows a mark that turns the reading order, whoever typed it', async () => {
  const typed = 'a\u202eb\u2066c\u200f';
  const customer = { email: 'a@example.com', firstName: typed, lastName: typed };
  const id = await create(api, { customer, description: typed, memo: typed, merchantInvoiceId: typed });
  await api.call('PATCH', '/settings', { name: `Blue ${typed}` });
  const visitor = await signedIn(api.key);
  for (const path of [at(id), at(id, '/edit'), '/console/paylinks', '/console/settings', '/console/audit']) {
    expect((await visitor.get(path)).status).toBe(200);
    expect(visitor.page).not.toMatch(/\p{Bidi_Control}/u);
    expect(visitor.page).toContain('abc');
  }
});

describe('another merchant', () => {
  it('finds nothing of a Paylink, and can do nothing to it', async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const id = await create(api, { customer: { email }, merchantInvoiceId: email });
    await foreign.get(`/console/paylinks?q=${encodeURIComponent(email)}`);
    expect(foreign.page).not.toContain(at(id));
    await foreign.get(`/console/paylinks?merchant=${api.merchant.id}`);
    expect(foreign.page).not.toContain(at(id));
    for (const rest of ['', '/edit', '/email', '/qr.svg']) {
      expect((await foreign.get(at(id, rest))).status, rest).toBe(404);
      expect(foreign.page).not.toContain(email);
    }
    await foreign.get('/console/paylinks');
    const posts = {
      '/send': { sendEmail: 'yes' },
      '/cancel': {},
      '/edit': { memo: 'x' },
      '/settle': { status: 'SENT' },
    };
    for (const [rest, form] of Object.entries(posts)) {
      await foreign.get('/console/paylinks');
      expect((await foreign.post(at(id, rest), form)).status, rest).toBe(404);
    }
    await foreign.get('/console/paylinks/new');
    expect((await foreign.post('/console/paylinks/new', { merchantId: api.merchant.id, lineCount: '0' })).status).toBe(
      404,
    );
    expect(await read(api, id)).toMatchObject({ status: 'CREATED', memo: null });
  });
});

describe('a key', () => {
  it('sees and does in the console what its scopes allow, and is offered nothing else', async () => {
    const id = await create(api, { sendEmail: true, customerConsent: true });
    const unknown = await create(api, { customer: { email: 'unknown@paylinks.test' } });
    await api.call('PATCH', `/${unknown}/send`, { sendEmail: true, sendSms: false });
    const reader = await signedIn((await keyOf(api.merchant, ['paylinks:read'])).key);
    const asked = {
      '/send': 'paylinks:send',
      '/cancel': 'paylinks:write',
      '/edit': 'paylinks:write',
      '/settle': 'payments:write',
    };
    for (const [rest, scope] of Object.entries(asked)) {
      expect((await reader.get(at(unknown))).status).toBe(200);
      expect(reader.page).not.toContain(`${at(unknown)}${rest}`);
      const answer = await reader.post(at(unknown, rest), { sendEmail: 'yes' });
      expect([answer.status, reader.page.includes(`lacks the scope ${scope}`)], rest).toEqual([403, true]);
    }
    await reader.get('/console/paylinks');
    expect(reader.page).not.toContain('/console/paylinks/new');
    expect((await reader.get('/console/paylinks/new')).status).toBe(403);
    expect((await reader.post('/console/paylinks/new', { lineCount: '0' })).status).toBe(403);
    const sender = await signedIn((await keyOf(api.merchant, ['paylinks:read', 'paylinks:send'])).key);
    await sender.get(at(id));
    expect((await sender.post(at(id, '/send'), { sendEmail: 'yes' })).status).toBe(303);
    const blind = await signedIn((await keyOf(api.merchant, ['paylinks:send'])).key);
    expect((await blind.get(at(id))).status).toBe(403);
    expect(blind.page).not.toContain('href="/console/paylinks"');
  });
});
