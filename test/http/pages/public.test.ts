import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { publicRoutes } from '../../../src/http/pages/public.tsx';
import type { PaylinkStatus } from '../../../src/model/paylink.ts';
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

const browser =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1';
/** The headers of a browser in which somebody followed a link. */
const person = { 'user-agent': browser, 'sec-fetch-mode': 'navigate', 'sec-fetch-user': '?1' };

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
  it('leads to the hosted page, which notes by itself that it is seen', async () => {
    await seedPaylink({ code: '0shortlink001' });
    const response = await request('/s/0shortlink001', { headers: person });
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('http://gateway.test/p/0shortlink001');
    expectPrivate(response);
    expect(openedIds).toEqual([]);
  });

  it("leads to the merchant's own checkout where it has one, and counts the person who goes there", async () => {
    const id = await seedPaylink({ code: '0shortlink002', checkoutUrl: 'https://shop.test/pay?x=1' });
    const response = await request('/s/0shortlink002', { headers: person });
    expect(response.headers.get('location')).toBe('https://shop.test/pay?x=1');
    expect(openedIds).toEqual([id]);
  });

  it.each([
    ['a program that fetches', {}],
    ['a navigation that nobody began', { 'user-agent': browser, 'sec-fetch-mode': 'navigate' }],
    ['a prefetch', { ...person, 'sec-purpose': 'prefetch;prerender' }],
    ['a messenger’s preview', { ...person, 'user-agent': 'facebookexternalhit/1.1 Facebot Twitterbot/1.0' }],
    ['WhatsApp', { ...person, 'user-agent': 'WhatsApp/2.23.20.0' }],
    ['a mail scanner', { ...person, 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) BingPreview/1.0b' }],
    ['a crawler', { ...person, 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1)' }],
    ['a script', { ...person, 'user-agent': 'python-requests/2.31' }],
  ])('to a checkout does not count %s', async (_, headers) => {
    const code = `0s${crypto.randomUUID().replaceAll('-', '').slice(0, 14)}`;
    await seedPaylink({ code, checkoutUrl: 'https://shop.test/pay' });
    expect((await request(`/s/${code}`, { headers })).status).toBe(302);
    expect(openedIds).toEqual([]);
  });

  it('to a checkout shows previews our own page, and counts neither a HEAD nor the merchant’s preview', async () => {
    await seedPaylink({ code: '0shortlink007', checkoutUrl: 'https://shop.test/pay' });
    const preview = await request('/s/0shortlink007', { headers: { 'user-agent': 'Slackbot-LinkExpanding 1.0' } });
    expect(preview.headers.get('location')).toBe('http://gateway.test/p/0shortlink007');
    await request('/s/0shortlink007', { method: 'HEAD', headers: person });
    await request('/s/0shortlink007?preview', { headers: person });
    expect(openedIds).toEqual([]);
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

  it('answers 405 with Allow to anything but GET and HEAD', async () => {
    const response = await request('/s/0shortlink001', { method: 'POST' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD');
  });
});

describe('a look at the page', () => {
  const look = (path: string, headers: Record<string, string> = {}) => request(path, { method: 'POST', headers });

  it('is reported by the page, in every active status, as often as it happens', async () => {
    const ids = [];
    for (const status of ['CREATED', 'SENT', 'OPENED', 'PARTIALLY_PAID', 'FAILED'] as const) {
      const code = `0look${status.replace('_', '').toLowerCase().padEnd(14, '0')}`;
      ids.push(await seedPaylink({ code, status }));
      const answer = await look(`/o/${code}`, { 'sec-fetch-site': 'same-origin' });
      expect(answer.status).toBe(204);
      expectPrivate(answer);
    }
    await look('/o/0looksent0000000000');
    expect(openedIds).toEqual([...ids, ids[1]]);
  });

  it('is written at most 20 times a minute, by the page’s report and by the way to the checkout', async () => {
    const [page, checkout] = ['0lookflood001', '0lookflood002'];
    await seedPaylink({ code: page });
    await seedPaylink({ code: checkout, checkoutUrl: 'https://shop.test/pay' });
    const statuses: number[] = [];
    for (let n = 0; n < 50; n++) statuses.push((await look(`/o/${page}`)).status);
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 204));
    expect(statuses.at(-1)).toBe(429);
    // The binding's window may have changed once meanwhile.
    expect(openedIds.length).toBeLessThanOrEqual(40);
    openedIds.length = 0;
    for (let n = 0; n < 50; n++) expect((await request(`/s/${checkout}`, { headers: person })).status).toBe(302);
    expect(openedIds.length).toBeGreaterThanOrEqual(20);
    expect(openedIds.length).toBeLessThanOrEqual(40);
  });

  it('is not noted by fetching the page, however often', async () => {
    await seedPaylink({ code: '0lookfetch001' });
    for (const headers of [{}, person]) await request('/p/0lookfetch001', { headers });
    expect(openedIds).toEqual([]);
  });

  it('counts neither once nothing can be paid, nor as the merchant’s preview, nor from another site', async () => {
    await seedPaylink({ code: '0lookcanceled', status: 'CANCELED' });
    await seedPaylink({ code: '0lookexpired0', expiration: 1 });
    await seedPaylink({ code: '0lookfine0000' });
    for (const path of ['/o/0lookcanceled', '/o/0lookexpired0', '/o/0lookfine0000?preview'])
      expect((await look(path)).status).toBe(204);
    await look('/o/0lookfine0000', { 'sec-fetch-site': 'cross-site' });
    expect((await look('/o/0nosuchcode00')).status).toBe(404);
    expect(openedIds).toEqual([]);
  });

  it('is reported by a script that only an active page has, and no preview of the merchant’s', async () => {
    await seedPaylink({ code: '0lookscript01' });
    await seedPaylink({ code: '0lookscript02', status: 'CANCELED' });
    expect(await text('/p/0lookscript01')).toContain("visibilityState !== 'visible'");
    expect(await text('/p/0lookscript01?preview')).not.toContain('<script');
    expect(await text('/p/0lookscript02')).not.toContain('<script');
    const preview = await request('/s/0lookscript01?preview');
    expect(preview.headers.get('location')).toBe('http://gateway.test/p/0lookscript01?preview');
  });
});

describe('the hosted page', () => {
  it('says who asks, for what, how much and until when, under a policy that lets only its own script run', async () => {
    await seedPaylink({ code: '0hostedpage01', description: 'Winter order', memo: 'Thank you!' });
    const response = await request('/p/0hostedpage01');
    expect(response.status).toBe(200);
    expectPrivate(response);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toMatch(/script-src 'nonce-[0-9a-f-]{36}'; connect-src 'self'$/);
    expect(policy).not.toContain('unsafe');
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
    expect(page).toMatch(/Already paid[^$]*\$100\.00/);
    expect(page).toMatch(/Still due[^$]*\$55\.30/);
  });

  it("leads on to the merchant's checkout while there is something to pay", async () => {
    await seedPaylink({ code: '0hostedpage05', checkoutUrl: 'https://shop.test/pay?a=1&b=2' });
    expect(await text('/p/0hostedpage05')).toContain('href="https://shop.test/pay?a=1&amp;b=2"');
  });

  it('has the call to pay right under the amount, above what it is for', async () => {
    await seedPaylink({ code: '0hostedpage07', checkoutUrl: 'https://shop.test/pay' });
    const page = await text('/p/0hostedpage07');
    const [amount, pay, line] = ['<strong>$155.30', 'Pay $155.30</a>', 'Trail jacket'].map((what) =>
      page.indexOf(what),
    );
    expect(amount).toBeGreaterThan(0);
    expect(pay).toBeGreaterThan(amount ?? 0);
    expect(line).toBeGreaterThan(pay ?? 0);
  });

  it('never names the merchant’s own reference, and nobody is told to reply', async () => {
    for (const supportEmail of ['help@merchant.test', null]) {
      const code = supportEmail === null ? '0hostedpage09' : '0hostedpage08';
      await seedPaylink({ code, supportEmail });
      const page = await text(`/p/${code}`);
      expect(page).not.toMatch(/INV-1|invoice/i);
      expect(page).not.toMatch(/reply/i);
      expect(page).toContain(supportEmail ?? 'Contact Northwind to pay');
    }
  });

  it('once paid is a receipt: when, which order, how much, and a button to print', async () => {
    const paid = { status: 'PAID', paid: 15_530, timeZone: 'America/New_York' } as const;
    await seedPaylink({ code: '0hostedpage10', ...paid });
    const page = await text('/p/0hostedpage10');
    for (const words of ['Receipt', 'November 14, 2023 at 5:13', 'EST', 'Order order-1', '$155.30', 'id="print"'])
      expect(page).toContain(words);
    expect(page).not.toContain('Still due');
  });

  it('leads back to the merchant once all is paid, and not before', async () => {
    const successUrl = 'https://shop.test/thanks?a=1&b=2';
    const back = 'href="https://shop.test/thanks?a=1&amp;b=2"';
    await seedPaylink({ code: '0hostedpage20', successUrl, status: 'PAID', paid: 15_530 });
    const paid = await text('/p/0hostedpage20');
    expect(paid).toContain(back);
    expect(paid).toContain('Back to Northwind');
    const others: { status: PaylinkStatus; paid?: number }[] = [
      { status: 'SENT' },
      { status: 'PARTIALLY_PAID', paid: 100 },
      { status: 'CANCELED' },
      { status: 'REFUNDED', paid: 15_530 },
    ];
    for (const [at, other] of others.entries()) {
      await seedPaylink({ code: `0hostedpage2${at + 1}`, successUrl, ...other });
      expect(await text(`/p/0hostedpage2${at + 1}`), other.status).not.toContain(back);
    }
    await seedPaylink({ code: '0hostedpage26', status: 'PAID', paid: 15_530 });
    expect(await text('/p/0hostedpage26')).not.toContain('Back to');
  });

  it('has the name and logo of the session’s own brand, where it has one', async () => {
    const brand = { brandName: 'Shop & Co', brandLogoUrl: 'https://cdn.test/shop.png' };
    await seedPaylink({ code: '0hostedpage27', logoUrl: 'https://cdn.test/northwind.png', ...brand });
    const page = await text('/p/0hostedpage27');
    expect(page).toContain('Shop &amp; Co');
    expect(page).toContain('src="https://cdn.test/shop.png"');
    expect(page).not.toMatch(/Northwind|northwind\.png/);
  });

  it('shows previews its title and amount', async () => {
    await seedPaylink({ code: '0hostedpage11', description: 'Winter "order"', logoUrl: 'https://cdn.test/a.png' });
    const page = await text('/p/0hostedpage11');
    for (const [property, value] of [
      ['og:title', 'Northwind: Payment request, $155.30'],
      ['og:description', 'Amount due: $155.30 – Winter &quot;order&quot;'],
      ['og:image', 'https://cdn.test/a.png'],
    ])
      expect(page).toContain(`<meta property="${property}" content="${value}"/>`);
  });

  it.each([
    ['es', 'Solicitud de pago', '15 de enero de 2027'],
    ['fr-FR', 'Demande de paiement', '15 janvier 2027'],
    ['de-DE', 'Zahlungsanforderung', '15. Januar 2027'],
    ['pt-BR', 'Pedido de pagamento', '15 de janeiro de 2027'],
    ['ja-JP', 'Payment request', 'January 15, 2027'],
  ])('is in the language of the customer whole: %s', async (locale, heading, date) => {
    const code = `0lang${locale.replace('-', '').padEnd(9, '0')}`;
    await seedPaylink({ code, locale, checkoutUrl: 'https://shop.test/pay' });
    const page = await text(`/p/${code}`);
    expect(page).toContain(`<html lang="${locale === 'ja-JP' ? 'en-US' : locale}" dir="ltr">`);
    expect(page).toContain(`<h1 dir="auto">${heading}</h1>`);
    expect(page).toContain(date);
  });

  it('escapes what merchants typed', async () => {
    const typed = '<script>alert(1)</script>"\'&';
    await seedPaylink({ code: '0hostedpage06', description: typed, memo: typed, merchantName: typed, itemName: typed });
    const page = await text('/p/0hostedpage06');
    expect(page).not.toContain('<script>');
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

  it('speaks the language of the email, and where there is none the browser’s', async () => {
    const id = await seedPaylink({ code: '0unsubscribe1', locale: 'es-ES' });
    expect(await text(`/u/${id}.attempt`)).toContain('Darse de baja');
    const unknown = await request('/u/known', { headers: { 'accept-language': 'de-DE,de;q=0.9,en' } });
    expect(await unknown.text()).toContain('<html lang="de-DE" dir="ltr">');
    expect(await text('/p/0nosuchcode00')).toContain('There is no payment request at this address.');
  });

  it('answers 404 to a token that is none', async () => {
    expect((await request('/u/made-up', { method: 'POST' })).status).toBe(404);
  });
});
