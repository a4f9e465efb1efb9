import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { paylinksClient } from '../../src/client/index.ts';
import { faultsInEveryLook, launch, skipped } from '../support/browser.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

const languages = ['en-US', 'es-ES', 'fr-FR', 'de-DE', 'pt-BR'];
const Inbox = z.object({ messages: z.array(z.object({ id: z.string(), channel: z.string(), text: z.string() })) });

let gateway: Gateway;
let browser: Browser;

const merchantId = '11111111-2222-4333-8444-555555555555';
const paylinks = () =>
  paylinksClient({ baseUrl: gateway.url, auth: { apiKey: 'plk_test_demo_2b7e151628aed2a6abf7158809cf4f3c' } });

const create = (locale: string) =>
  paylinks().create({
    merchantId,
    merchantInvoiceId: 'INV-1001',
    customer: { email: 'ada@example.com', firstName: 'Ada', locale, timeZone: 'Europe/Berlin' },
    lineItems: [{ description: 'Two-person tent', price: 18_900, quantity: 1, tax: 1_512 }],
    shipping: 900,
    description: 'Summer order',
    memo: 'Thank you!',
    sendEmail: true,
    customerConsent: true,
    successUrl: 'https://shop.example.com/thanks',
  });

const pay = (paylinkId: string, amount: number) =>
  paylinks().reportPayment({ paylinkId, orderId: `order-${amount}`, type: 'payment', amount, currencyCode: 'USD' });

/** A file beside the bill, whose name is long for a narrow page. */
async function attach(paylinkId: string): Promise<void> {
  const body = new FormData();
  body.set('file', new File(['%PDF-1.7'], 'Invoice_for_the_summer_order_of_a_two-person_tent_2026-11.pdf'));
  const headers = { authorization: 'Bearer plk_test_demo_2b7e151628aed2a6abf7158809cf4f3c' };
  const answer = await fetch(`${gateway.url}/${paylinkId}/attachments`, { method: 'POST', headers, body });
  expect(answer.status).toBe(201);
}

const codeOf = ({ shortLink }: { shortLink: string }) => shortLink.split('/').at(-1) ?? '';

/** The faults of one page in every look. */
async function look(name: string, path: string): Promise<string[]> {
  // axe is put into the page, which the page's own policy forbids.
  const context = await browser.newContext({ bypassCSP: true });
  const page = await context.newPage();
  await page.goto(gateway.url + path);
  const faults = await faultsInEveryLook(page, name);
  await context.close();
  return faults;
}

describe.skipIf(skipped !== '')(`in a browser${skipped}`, () => {
  beforeAll(async () => {
    gateway = await startGateway();
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.stop();
  });

  it.each(languages)(
    'email, page, receipt and unsubscribe page in %s have no fault that axe finds, wide or narrow, light or dark',
    async (locale) => {
      const paylink = await create(locale);
      const { paylinkId } = paylink;
      await attach(paylinkId);
      await paylinks().send(paylinkId, { sendEmail: true, sendSms: false });
      const inbox = Inbox.parse(await (await fetch(`${gateway.url}/inbox.json?paylinkId=${paylinkId}`)).json());
      const [email] = inbox.messages;
      const token = /\/u\/(\S+)/.exec(email?.text ?? '')?.[1];
      const page = `/p/${codeOf(paylink)}`;
      expect(await look(`${locale}-email`, `/inbox/${email?.id}/html`)).toEqual([]);
      expect(await look(`${locale}-page`, `${page}?preview`)).toEqual([]);
      expect(await look(`${locale}-unsubscribe`, `/u/${token}`)).toEqual([]);
      await pay(paylinkId, 8_000);
      expect(await look(`${locale}-partly`, `${page}?preview`)).toEqual([]);
      await pay(paylinkId, 13_312);
      expect(await look(`${locale}-receipt`, page)).toEqual([]);
    },
  );

  it('the mock checkout and a page that is not there have no fault that axe finds', async () => {
    expect(await look('checkout', `/checkout/${codeOf(await create('en-US'))}`)).toEqual([]);
    expect(await look('missing', '/p/0nosuchcode00')).toEqual([]);
  });

  it('a page counts as opened once it is visible; without scripts it does not', async () => {
    const paylink = await create('en-US');
    const path = `${gateway.url}/p/${codeOf(paylink)}`;
    const opens = async () => (await paylinks().read(paylink.paylinkId)).openCount;
    const visit = async (
      options: Parameters<Browser['newContext']>[0],
      see: (page: Page, context: BrowserContext) => Promise<unknown>,
    ) => {
      const context = await browser.newContext(options);
      await see(await context.newPage(), context);
      await context.close();
    };
    await visit({ javaScriptEnabled: false }, (page) => page.goto(path));
    await visit({}, (page) => page.goto(`${path}?preview`));
    expect(await opens()).toBe(0);
    await visit({}, async (page) => {
      const told = page.waitForResponse((answer) => answer.url().includes('/o/'));
      await page.goto(path);
      expect((await told).status()).toBe(204);
    });
    expect(await opens()).toBe(1);
  });

  it('a customer pays a part and then the rest, from the page through the mock checkout to a receipt', async () => {
    const paylink = await create('en-US');
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${gateway.url}/s/${codeOf(paylink)}`);
    await page.getByRole('link', { name: 'Pay $213.12' }).click();
    await page.getByRole('button', { name: 'Pay part' }).click();
    await page.getByRole('link', { name: 'Pay $106.56' }).click();
    await page.getByRole('button', { name: 'Pay', exact: true }).click();
    await page.getByRole('button', { name: 'Print' }).waitFor();
    const back = await page.getByRole('link', { name: /^Back to / }).getAttribute('href');
    expect(back).toBe('https://shop.example.com/thanks');
    expect(await paylinks().read(paylink.paylinkId)).toMatchObject({ status: 'PAID', amountDue: 0 });
    await context.close();
  });
});
