import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { faultsInEveryLook, launch, skipped } from '../support/browser.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

const headers = {
  authorization: 'Bearer plk_test_demo_2b7e151628aed2a6abf7158809cf4f3c',
  'content-type': 'application/json',
};
const Paylink = z.object({
  paylinkId: z.string(),
  deliveryLogs: z.array(z.object({ deliveryMethod: z.string(), status: z.string() })),
});
const Inbox = z.object({ messages: z.array(z.object({ id: z.string(), channel: z.string() })) });

let gateway: Gateway;
let browser: Browser;

async function call(method: string, path: string, body?: object) {
  const answer = await fetch(gateway.url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  return Paylink.parse(await answer.json());
}

/** Sends a Paylink both ways; the ids of its messages. */
async function sent(email: string, phone = '+12025550123') {
  const { paylinkId } = await call('POST', '/', {
    merchantId: '11111111-2222-4333-8444-555555555555',
    customer: { email, phone, firstName: 'Ada' },
    lineItems: [{ description: 'Two-person tent', price: 18_900, quantity: 1, tax: 1_512 }],
    sendEmail: true,
    sendSms: true,
    customerConsent: true,
  });
  await call('PATCH', `/${paylinkId}/send`, { sendEmail: true, sendSms: true });
  const { messages } = Inbox.parse(await (await fetch(`${gateway.url}/inbox.json?paylinkId=${paylinkId}`)).json());
  const of = (channel: string) => messages.find((one) => one.channel === channel)?.id ?? '';
  const statuses = async () =>
    Object.fromEntries(
      (await call('GET', `/${paylinkId}`)).deliveryLogs.map((one) => [one.deliveryMethod, one.status]),
    );
  return { paylinkId, email: of('EMAIL'), sms: of('SMS'), statuses };
}

async function inPage(
  options: BrowserContextOptions,
  path: string,
  see: (page: Page) => Promise<unknown>,
): Promise<void> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) faults.push(message.text());
  });
  await page.goto(gateway.url + path);
  await see(page);
  await context.close();
  expect(faults).toEqual([]);
}

describe.skipIf(skipped !== '')(`the inbox in a browser${skipped}`, () => {
  beforeAll(async () => {
    gateway = await startGateway();
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.stop();
  });

  it('has no fault that axe finds, wide or narrow, light or dark, and is never wider than its window', async () => {
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    const empty = ['/inbox'];
    const paths = async () => {
      const { email, sms } = await sent('looks@example.com');
      return [
        '/inbox',
        '/inbox?q=nothing',
        `/inbox/${email}?done=bounced&unread=1&to=looks%40example.com`,
        ...['text', 'raw', 'headers'].map((view) => `/inbox/${email}?view=${view}`),
        `/inbox/${sms}`,
      ];
    };
    const faults: string[] = [];
    for (const [index, path] of [...empty, ...(await paths())].entries()) {
      await page.goto(gateway.url + path);
      const found = await faultsInEveryLook(page, `inbox-${index}`);
      faults.push(...found.map((fault) => `${path} ${fault}`));
    }
    await context.close();
    expect(faults).toEqual([]);
  });

  it('shows what comes and what becomes of it without being loaded again', async () => {
    await inPage({}, '/inbox', async (page) => {
      await page.locator('#live:not([hidden])').waitFor();
      await page.evaluate('window.same = true');
      const { email, statuses } = await sent('live@example.com');
      await page.locator(`#line-${email}`).click();
      await page.frameLocator('iframe').getByText('Hello Ada').waitFor();
      await page.locator('#fate .badge', { hasText: 'delivered' }).waitFor();
      expect(await statuses()).toMatchObject({ EMAIL: 'DELIVERED' });
      await page.getByRole('button', { name: 'Bounced' }).click();
      await page.getByText('Reported: it bounced').waitFor();
      await page.locator('#fate .badge', { hasText: 'bounced' }).waitFor();
      expect(await statuses()).toMatchObject({ EMAIL: 'BOUNCED' });
      expect(await page.evaluate('window.same')).toBe(true);
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByText('The message is deleted.').waitFor();
      expect(await page.locator(`#line-${email}`).count()).toBe(0);
      expect(await page.evaluate('window.same')).toBe(true);
      expect(page.url()).toBe(`${gateway.url}/inbox`);
    });
  });

  it('searches while one types, and keeps the search when a message is opened', async () => {
    const { email } = await sent('grace@example.com', '+12025550124');
    await sent('joan@example.com', '+12025550125');
    await inPage({}, '/inbox', async (page) => {
      await page.getByRole('searchbox').fill('GRACE@');
      await page.waitForURL('**/inbox?q=GRACE%40');
      expect(await page.locator('.line').count()).toBe(1);
      await page.locator(`#line-${email}`).click();
      await page.waitForURL(`**/inbox/${email}?q=GRACE%40`);
      await page.goBack();
      await page.getByText('Choose a message.').waitFor();
      expect(await page.getByRole('searchbox').inputValue()).toBe('GRACE@');
    });
  });

  it('is whole with the keyboard alone', async () => {
    const { sms, statuses } = await sent('keys@example.com', '+12025550126');
    await inPage({}, '/inbox?q=keys', async (page) => {
      const focused = () => page.evaluate('document.activeElement.id');
      const tabTo = async (id: string) => {
        for (let presses = 0; presses < 40 && (await focused()) !== id; presses += 1) await page.keyboard.press('Tab');
        expect(await focused()).toBe(id);
      };
      await page.getByRole('searchbox').fill('+12025550126');
      await page.locator(`#line-${sms}`).waitFor();
      await tabTo(`line-${sms}`);
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'STOP' }).waitFor();
      await tabTo('play-stop');
      await page.keyboard.press('Enter');
      await page.getByText('answered STOP').waitFor();
      expect(await focused()).toBe('play-stop');
      expect(await statuses()).toMatchObject({ SMS: 'DELIVERED' });
      await tabTo('tab-headers');
      await page.keyboard.press('Enter');
      await page.getByRole('rowheader', { name: 'Status-Callback' }).waitFor();
      expect(await focused()).toBe('tab-headers');
    });
    await inPage({}, '/inbox', async (page) => {
      const lines = page.locator('.line');
      await lines.first().focus();
      await page.keyboard.press('ArrowDown');
      expect(await page.evaluate('document.activeElement.id')).toBe(await lines.nth(1).getAttribute('id'));
    });
  });

  it('shows one pane at a time where there is no room for two', async () => {
    const { email } = await sent('narrow@example.com', '+12025550127');
    await inPage({ viewport: { width: 360, height: 740 } }, '/inbox', async (page) => {
      await page.locator(`#line-${email}`).click();
      await page.getByRole('heading', { level: 2 }).waitFor();
      expect(await page.locator('#list').isVisible()).toBe(false);
      expect(await page.evaluate('document.activeElement.id')).toBe('subject');
      await page.locator('#home').click();
      await page.locator('#list').waitFor();
      expect(await page.locator('#message').isVisible()).toBe(false);
    });
  });

  it('does the same without scripts, only by loading', async () => {
    const { email, statuses } = await sent('plain@example.com', '+12025550128');
    await inPage({ javaScriptEnabled: false }, '/inbox', async (page) => {
      await page.getByRole('searchbox').fill('plain@');
      await page.keyboard.press('Enter');
      await page.locator(`#line-${email}`).click();
      await page.getByRole('button', { name: 'Complained' }).click();
      await page.getByText('the customer complained').waitFor();
      expect(await statuses()).toMatchObject({ EMAIL: 'DELIVERED' });
      await page.getByRole('link', { name: 'Raw' }).click();
      await page.getByText('List-Unsubscribe-Post: List-Unsubscribe=One-Click').waitFor();
      await page.locator('#home').click();
      await page.getByText('Delete all').click();
      await page.getByRole('button', { name: 'Delete it' }).click();
      await page.getByText('The messages are deleted.').waitFor();
    });
    const { messages } = Inbox.parse(await (await fetch(`${gateway.url}/inbox.json?to=plain@example.com`)).json());
    expect(messages).toEqual([]);
  });
});
