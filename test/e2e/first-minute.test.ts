import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, skipped } from '../support/browser.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

/** The browser of a person: one that calls itself headless is taken for a program that looks ahead, and counts as no opening. */
const userAgent =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

let gateway: Gateway;
let browser: Browser;

/** What the start screen says behind a name: an address, or the key. */
function shown(name: string): string {
  const found = new RegExp(`^ {2}${name} +(\\S+)$`, 'm').exec(gateway.output())?.[1];
  if (found === undefined) throw new Error(`The start screen shows no ${name}:\n${gateway.output()}`);
  return found;
}

/** Clicks what opens a tab of its own; the tab. */
async function inNewTab(page: Page, click: () => Promise<unknown>): Promise<Page> {
  const [tab] = await Promise.all([page.waitForEvent('popup'), click()]);
  return tab;
}

describe.skipIf(skipped !== '')(`the first minute${skipped}`, () => {
  beforeAll(async () => {
    gateway = await startGateway();
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.stop();
  });

  it('leads from the start screen to a paid Paylink and its timeline by clicks and typing alone', async () => {
    await expect.poll(gateway.output).toContain('Send a message');
    const context = await browser.newContext({ userAgent });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();

    // Only this address is typed; every other page is come to by a click.
    await page.goto(shown('Paylink Gateway'));
    await page.getByRole('link', { name: 'Open the console' }).click();
    await page.getByLabel('API key').fill(shown('API key'));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();

    await page.getByRole('link', { name: 'Paylinks', exact: true }).click();
    await page.getByRole('link', { name: 'New Paylink' }).click();
    await page.getByLabel('Email', { exact: true }).fill('ada@example.com');
    await page.getByLabel('Item').first().fill('Two-person tent');
    await page.getByLabel('Price each').first().fill('189.00');
    await page.getByLabel('The customer has agreed').check();
    await page.getByRole('button', { name: 'Create' }).click();
    const answer = page.getByRole('region', { name: 'Did the customer get the link?' });
    await answer.getByText('Not yet.').waitFor();
    await page.getByRole('button', { name: 'Send now' }).click();
    await page.getByText('It was sent: a provider has accepted the message.').waitFor();
    await answer.getByText('to ada@example.com was').waitFor();

    await page.getByRole('link', { name: 'inbox', exact: true }).click();
    await page.getByRole('navigation', { name: 'Messages' }).getByRole('link', { name: 'ada@example.com' }).click();
    await page.locator('#fate').getByText('delivered', { exact: true }).waitFor();

    const button = page.frameLocator('iframe').getByRole('link', { name: '$189.00' });
    // The page tells by itself that somebody sees it.
    const noted = context.waitForEvent('response', (one) => new URL(one.url()).pathname.startsWith('/o/'));
    const hosted = await inNewTab(page, () => button.click());
    await hosted.getByRole('heading', { name: 'Payment request' }).waitFor();
    expect((await noted).status()).toBe(204);
    await hosted.getByRole('link', { name: 'Pay $189.00' }).click();
    await hosted.getByText('Mock checkout of').waitFor();
    await hosted.getByRole('button', { name: 'Pay', exact: true }).click();
    await hosted.getByRole('heading', { name: 'Receipt' }).waitFor();
    await hosted.close();

    await page.getByRole('link', { name: 'Its Paylink in the console' }).click();
    await answer.getByText('Yes, and it is paid.').waitFor();
    const timeline = page.getByRole('region', { name: 'What happened' }).getByRole('listitem');
    const happened = (await timeline.locator('.happened span:first-child').allTextContents()).join('\n');
    for (const moment of [
      'Created',
      'Email to ada@example.com',
      'Email: delivered',
      'Opened by the customer',
      'Paid in full',
    ])
      expect(happened).toContain(moment);
    await context.close();
  });
});
