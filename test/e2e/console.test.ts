import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { faultsInEveryLook, launch, skipped } from '../support/browser.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

const key = 'plk_test_demo_2b7e151628aed2a6abf7158809cf4f3c';
const merchantId = '11111111-2222-4333-8444-555555555555';
const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
const Created = z.object({ paylinkId: z.string() });

let gateway: Gateway;
let browser: Browser;

async function create(more: object): Promise<string> {
  const body = JSON.stringify({
    merchantId,
    lineItems: [{ description: 'Two-person tent', price: 18_900, quantity: 1, tax: 1_512 }],
    shipping: 900,
    description: 'Summer order',
    sendEmail: true,
    sendSms: true,
    customerConsent: true,
    ...more,
  });
  const answer = await fetch(`${gateway.url}/`, { method: 'POST', headers, body });
  return Created.parse(await answer.json()).paylinkId;
}

const send = (id: string) =>
  fetch(`${gateway.url}/${id}/send`, {
    method: 'PATCH',
    headers,
    body: JSON.stringify({ sendEmail: true, sendSms: false }),
  });

const operatorToken = () =>
  /ADMIN_TOKEN="?([^"\s]+)/.exec(readFileSync(join(gateway.persistTo, 'secrets.env'), 'utf8'))?.[1] ?? '';

/** Has every list of the operator's health page show something: a merchant over its quota, and what the cron counts. */
async function fillHealth(): Promise<void> {
  const admin = async (path: string, body: object) => {
    const init = { method: 'POST', headers: { ...headers, authorization: `Bearer ${operatorToken()}` } };
    return (await fetch(`${gateway.url}/admin${path}`, { ...init, body: JSON.stringify(body) })).json();
  };
  const merchant = await admin('/merchants', { name: 'Over Its Quota', mode: 'test', rateLimitRequests: 1 });
  const { id } = z.object({ id: z.string() }).parse(merchant);
  const issued = await admin(`/merchants/${id}/credentials`, { scheme: 'bearer' });
  const { secret } = z.object({ secret: z.string() }).parse(issued);
  for (let n = 0; n < 2; n += 1)
    await fetch(`${gateway.url}/paylinks`, { headers: { authorization: `Bearer ${secret}` } });
  await fetch(`${gateway.url}/cdn-cgi/local/scheduled?cron=*+*+*+*+*`);
}

async function signedIn(options: Parameters<Browser['newContext']>[0] = {}): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(`${gateway.url}/console`);
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Paylinks', exact: true }).waitFor();
  await page.close();
  return context;
}

/** The faults of one page in every look. axe is put into the page, which the page's own policy forbids. */
async function look(context: BrowserContext, name: string, path: string): Promise<string[]> {
  const page = await context.newPage();
  await page.goto(gateway.url + path);
  const faults = await faultsInEveryLook(page, name);
  await page.close();
  return faults;
}

describe.skipIf(skipped !== '')(`the console in a browser${skipped}`, () => {
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    gateway = await startGateway({ vars: { SANDBOX_REPORT_MS: '1' } });
    browser = await launch();
    ids.fresh = await create({
      customer: { email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace' },
      merchantInvoiceId: 'INV-1001',
    });
    const endpoint = await fetch(`${gateway.url}/webhook-endpoints`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ url: 'http://127.0.0.1:9/hook', description: 'Shop backend' }),
    });
    ids.endpoint = z.object({ endpointId: z.string() }).parse(await endpoint.json()).endpointId;
    await fetch(`${gateway.url}/webhook-endpoints/${ids.endpoint}/test`, { method: 'POST', headers });
    const cases = {
      delivered: { email: 'delivered@paylinks.test', firstName: 'Grace', lastName: 'Hopper' },
      bounced: { email: 'bounced@paylinks.test' },
      unknown: { email: 'unknown@paylinks.test', firstName: 'Edsger' },
    };
    for (const [name, customer] of Object.entries(cases)) {
      ids[name] = await create({ customer, merchantInvoiceId: `INV-${name}` });
      await send(ids[name]);
    }
    await fillHealth();
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.stop();
  });

  const pages: [name: string, path: () => string][] = [
    ['overview', () => '/console'],
    ['list', () => '/console/paylinks'],
    ['none', () => '/console/paylinks?q=nobody%40example.com'],
    ['new', () => '/console/paylinks/new'],
    ['fresh', () => `/console/paylinks/${ids.fresh}?done=created`],
    ['sms', () => `/console/paylinks/${ids.fresh}?message=sms`],
    ['edit', () => `/console/paylinks/${ids.fresh}/edit`],
    ['delivered', () => `/console/paylinks/${ids.delivered}`],
    ['bounced', () => `/console/paylinks/${ids.bounced}`],
    ['unknown', () => `/console/paylinks/${ids.unknown}`],
    ['missing', () => '/console/paylinks/nothing'],
    ['recipients', () => '/console/recipients'],
    ['webhooks', () => '/console/webhooks'],
    ['webhooks-new', () => '/console/webhooks/new'],
    ['webhook', () => `/console/webhooks/${ids.endpoint}`],
    ['keys', () => '/console/keys'],
    ['keys-new', () => '/console/keys/new'],
    ['settings', () => '/console/settings'],
    ['audit', () => '/console/audit'],
  ];
  it.each(pages)('%s has no fault that axe finds, wide or narrow, light or dark', async (name, path) => {
    const context = await signedIn({ bypassCSP: true });
    expect(await look(context, name, path())).toEqual([]);
    await context.close();
  });

  const operatorPages = ['', '/new', '/audit', '/health', `/merchants/${merchantId}`];
  it.each(operatorPages)('the operator’s page %s has no fault that axe finds', async (path) => {
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    await page.goto(`${gateway.url}/console/sign-in?operator`);
    await page.getByLabel('Operator token').fill(operatorToken());
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Merchants' }).waitFor();
    expect(await look(context, `operator${path.replaceAll('/', '-')}`, `/console/operator${path}`)).toEqual([]);
    await context.close();
  });

  it('the operator sees in a browser who needs a look', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${gateway.url}/console/sign-in?operator`);
    await page.getByLabel('Operator token').fill(operatorToken());
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Health' }).click();
    const inTable = (table: string, text: string) => page.getByRole('table', { name: table }).getByText(text);
    await inTable('Over quota', 'Over Its Quota').waitFor();
    await inTable('Outcome unknown', 'Northwind Outfitters').waitFor();
    await inTable('Providers', 'Inbox, Email').waitFor();
    await inTable('Webhook endpoints in trouble', '127.0.0.1:9').waitFor();
    await inTable('Over quota', 'Over Its Quota').click();
    await page.getByRole('heading', { name: 'Over Its Quota' }).waitFor();
    await context.close();
  });

  it('says on a telephone, too, where messages go, with the way to the inbox', async () => {
    const context = await signedIn({ viewport: { width: 360, height: 740 } });
    const page = await context.newPage();
    await page.goto(`${gateway.url}/console/paylinks/${ids.delivered}`);
    await page.getByRole('link', { name: 'inbox', exact: true }).click();
    await page.waitForURL(/\/inbox$/);
    await context.close();
  });

  it('the settings are previewed while somebody types', async () => {
    const context = await signedIn();
    const page = await context.newPage();
    await page.goto(`${gateway.url}/console/settings`);
    await page.getByLabel('Name').fill('Not saved yet');
    const shown = page.frameLocator('iframe').getByText('Not saved yet').filter({ visible: true }).first();
    await shown.waitFor();
    await page.getByLabel('Show').selectOption('sms');
    await page.frameLocator('iframe').locator('.bubble').waitFor();
    await shown.waitFor();
    await page.goto(`${gateway.url}/console/settings`);
    expect(await page.getByLabel('Name').inputValue()).toBe('Northwind Outfitters');
    await context.close();
  });

  it('the sign-in pages have no fault that axe finds', async () => {
    const context = await browser.newContext({ bypassCSP: true });
    expect(await look(context, 'sign-in', '/console/sign-in?ended')).toEqual([]);
    expect(await look(context, 'sign-in-operator', '/console/sign-in?operator')).toEqual([]);
    await context.close();
  });

  it.each([true, false])(
    'lets somebody create, send, change and cancel a Paylink, with scripts: %s',
    async (javaScriptEnabled) => {
      const context = await signedIn({ javaScriptEnabled });
      const page = await context.newPage();
      await page.goto(`${gateway.url}/console/paylinks`);
      await page.getByRole('link', { name: 'New Paylink' }).click();
      await page.getByLabel('Email', { exact: true }).fill('grace@example.com');
      await page.getByLabel('Item').first().fill('Kettle');
      await page.getByLabel('Price each').first().fill('12.5o');
      await page.getByLabel('The customer has agreed').check();
      await page.getByRole('button', { name: 'Create' }).click();
      await page.getByText('It was not created.').waitFor();
      await page.getByLabel('Price each').first().fill('12.50');
      await page.getByRole('button', { name: 'Create' }).click();
      await page.getByText('The Paylink is created.').waitFor();
      await page.getByRole('button', { name: 'Send now' }).click();
      await page.getByText('It was sent: a provider has accepted the message.').waitFor();
      await page.getByRole('link', { name: 'Change' }).click();
      await page.getByLabel('Note').fill('Thank you!');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('The changes are saved.').waitFor();
      await page.getByText('memo: nothing → Thank you!').waitFor();
      await page.getByText('Cancel this Paylink').click();
      await page.getByRole('button', { name: 'Cancel for good' }).click();
      await page.getByText('The Paylink is canceled.').waitFor();
      await context.close();
    },
  );

  it('can be used by keyboard alone: from signing in to the answer about one customer', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${gateway.url}/console`);
    await page.locator('#key:focus').waitFor();
    await page.keyboard.type(key);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    const press = async (name: string) => {
      for (let n = 0; n < 60; n++) {
        await page.keyboard.press('Tab');
        const focused = await page.evaluate('document.activeElement?.textContent?.trim() ?? ""');
        if (focused === name) return page.keyboard.press('Enter');
      }
      throw new Error(`Tab never came to ${name}`);
    };
    await press('Paylinks');
    await page.getByRole('heading', { name: 'Paylinks' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('delivered@paylinks.test');
    await page.keyboard.press('Enter');
    await page.getByText('1 Paylink', { exact: true }).waitFor();
    await press('Grace Hopper');
    await page.getByText('It has not been opened yet').waitFor();
    await context.close();
  });
});
