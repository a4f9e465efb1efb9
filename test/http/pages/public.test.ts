import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { publicRoutes } from '../../../src/http/pages/public.tsx';
import { seedPaylink } from './seed-paylink.ts';
import { testApp } from './test-app.ts';

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS));

const openedIds: string[] = [];
const unsubscribed: string[] = [];
beforeEach(() => {
  openedIds.length = 0;
  unsubscribed.length = 0;
});

const request = testApp(
  publicRoutes({
    opened: async (_c, paylinkId) => void openedIds.push(paylinkId),
    unsubscribe: async (_c, token) => {
      unsubscribed.push(token);
      return token === 'known' ? 'done' : 'unknown';
    },
  }),
);

const text = async (path: string) => (await request(path)).text();

function expectPrivate(response: Response): void {
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('x-robots-tag')).toContain('noindex');
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
}

it('the page shows no mark that turns the reading order', async () => {
  const typed = 'a\u202eb\u2066c\u200f';
  const more = { description: typed, memo: typed, merchantName: typed, itemName: typed, invoice: typed };
  await seedPaylink({ code: '0readingorder', locale: 'he-IL', ...more });
  expect(await text('/p/0readingorder')).not.toMatch(/\p{Bidi_Control}/u);
});

describe('a short link', () => {
  it('leads to the hosted page and is noted as opened', async () => {
    const id = await seedPaylink({ code: '0shortlink001' });
    const response = await request('/s/0shortlink001');
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('http://gateway.test/p/0shortlink001');
    expectPrivate(response);
    expect(openedIds).toEqual([id]);
  });

  it("leads to the merchant's own checkout where it has one", async () => {
    await seedPaylink({ code: '0shortlink002', checkoutUrl: 'https://shop.test/pay?x=1' });
    expect((await request('/s/0shortlink002')).headers.get('location')).toBe('https://shop.test/pay?x=1');
  });

  it('works also where an earlier version kept a checkout that no header can hold', async () => {
    await seedPaylink({ code: '0oldcheckout1', checkoutUrl: 'https://shop.test/\npay\t/é' });
    const answer = await request('/s/0oldcheckout1');
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'https://shop.test/pay/%C3%A9']);
    await seedPaylink({ code: '0oldcheckout2', checkoutUrl: 'nonsense' });
    expect((await request('/s/0oldcheckout2')).headers.get('location')).toBe('http://gateway.test/p/0oldcheckout2');
  });

  it.each(['/s/0nosuchcode00', '/p/0nosuchcode00', '/s/%00', '/p/..%2f', `/p/${'a'.repeat(500)}`])(
    'answers a page and 404 for %s',
    async (path) => {
      const response = await request(path);
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toContain('text/html');
      expectPrivate(response);
      expect(openedIds).toEqual([]);
    },
  );

  it('is not opened by a HEAD, by a prefetch, or when there is nothing left to pay', async () => {
    await seedPaylink({ code: '0shortlink003' });
    await seedPaylink({ code: '0shortlink004', status: 'CANCELED' });
    await seedPaylink({ code: '0shortlink005', status: 'OPENED' });
    await seedPaylink({ code: '0shortlink006', expiration: 1 });
    expect((await request('/s/0shortlink003', { method: 'HEAD' })).status).toBe(302);
    await request('/p/0shortlink003', { headers: { 'sec-purpose': 'prefetch;prerender' } });
    for (const number of [4, 5, 6]) await request(`/p/0shortlink00${number}`);
    expect(openedIds).toEqual([]);
  });

  it('answers 405 with Allow to anything but GET and HEAD', async () => {
    const response = await request('/s/0shortlink001', { method: 'POST' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD');
  });
});

describe('the hosted page', () => {
  it('says who asks, for what, how much and until when, under a policy without scripts', async () => {
    await seedPaylink({ code: '0hostedpage01', description: 'Winter order', memo: 'Thank you!' });
    const response = await request('/p/0hostedpage01');
    expect(response.status).toBe(200);
    expectPrivate(response);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/script-src|unsafe/);
    const page = await response.text();
    for (const words of [
      'Northwind',
      'Winter order',
      'Thank you!',
      'Amount due',
      '$155.30',
      'Trail jacket',
      '2 × $4.00',
      'January 15, 2027',
      'help@merchant.test',
    ])
      expect(page).toContain(words);
    expect(page).toContain(`nonce="${/'nonce-([^']+)'/.exec(policy)?.[1]}"`);
  });

  it('shows nothing about the customer', async () => {
    await seedPaylink({ code: '0hostedpage02' });
    expect(await text('/p/0hostedpage02')).not.toMatch(/Ada|customer\.test|2025550123/);
  });

  it.each([
    ['PAID', 'Paid'],
    ['CANCELED', 'Cancelled'],
    ['EXPIRED', 'Expired'],
    ['REFUNDED', 'Refunded'],
    ['PARTIALLY_REFUNDED', 'Partly refunded'],
  ] as const)('of a %s Paylink says so and offers no way to pay', async (status, title) => {
    const code = `0over${status.replace('_', '').toLowerCase().padEnd(18, '0')}`;
    await seedPaylink({ code, status, checkoutUrl: 'https://shop.test/pay' });
    const page = await text(`/p/${code}`);
    expect(page).toContain(`<h2>${title}</h2>`);
    expect(page).not.toMatch(/shop\.test|How to pay|Amount due/);
  });

  it('of an open Paylink past its expiration says that it has expired', async () => {
    await seedPaylink({ code: '0hostedpage03', expiration: 1_600_000_000_000 });
    expect(await text('/p/0hostedpage03')).toContain('<h2>Expired</h2>');
  });

  it('of a partly paid Paylink says what is still due', async () => {
    await seedPaylink({ code: '0hostedpage04', status: 'PARTIALLY_PAID', paid: 10_000 });
    const page = await text('/p/0hostedpage04');
    expect(page).toContain('has received $100.00 of $155.30');
    expect(page).toMatch(/Still due[^$]*\$55\.30/);
  });

  it("leads on to the merchant's checkout while there is something to pay", async () => {
    await seedPaylink({ code: '0hostedpage05', checkoutUrl: 'https://shop.test/pay?a=1&b=2' });
    expect(await text('/p/0hostedpage05')).toContain('href="https://shop.test/pay?a=1&amp;b=2"');
  });

  it('escapes what merchants typed', async () => {
    const typed = '<script>alert(1)</script>"\'&';
    await seedPaylink({ code: '0hostedpage06', description: typed, memo: typed, merchantName: typed, itemName: typed });
    const page = await text('/p/0hostedpage06');
    expect(page).not.toContain('<script');
    expect(page.match(/&lt;script&gt;/g)?.length).toBeGreaterThanOrEqual(4);
  });
});

describe('unsubscribing', () => {
  it('asks at a GET and changes nothing', async () => {
    const response = await request('/u/known');
    expect(response.status).toBe(200);
    expectPrivate(response);
    expect(await response.text()).toContain('<form method="post"');
    expect(unsubscribed).toEqual([]);
  });

  it('is done by one POST, as mail programs send it', async () => {
    const response = await request('/u/known', {
      method: 'POST',
      body: 'List-Unsubscribe=One-Click',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(response.status).toBe(200);
    expectPrivate(response);
    expect(unsubscribed).toEqual(['known']);
  });

  it('answers 404 to a token that is none', async () => {
    expect((await request('/u/made-up', { method: 'POST' })).status).toBe(404);
  });
});
