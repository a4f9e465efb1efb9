import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PaylinkStatus } from '../../../src/model/paylink.ts';
import { expectPrivate, forget, request, text } from './browsing.ts';
import { seedPaylink } from './seed-paylink.ts';

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS));
beforeEach(forget);

it('the page shows no mark that turns the reading order', async () => {
  const typed = 'a\u202eb\u2066c\u200f';
  const more = { description: typed, memo: typed, merchantName: typed, itemName: typed, invoice: typed };
  await seedPaylink({ code: '0readingorder', locale: 'he-IL', ...more });
  expect(await text('/p/0readingorder')).not.toMatch(/\p{Bidi_Control}/u);
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
