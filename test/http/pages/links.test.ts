import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { browser, expectPrivate, forget, openedIds, person, request, text } from './browsing.ts';
import { seedPaylink } from './seed-paylink.ts';

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS));
beforeEach(forget);

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
