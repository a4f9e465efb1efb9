import { globSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statusOf } from '../../src/errors.ts';
import { complaintsOf, faultsInEveryLook, launch, skipped } from '../support/browser.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

const documents = ['README.md', ...globSync('docs/*.md')].map((path) =>
  path === 'README.md' ? 'start' : path.slice('docs/'.length, -'.md'.length),
);

let gateway: Gateway;
let browser: Browser;

/** Opens a page, does something there, and says what was wrong with it. */
async function visit(
  path: string,
  see: (page: Page) => Promise<string[]>,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<string[]> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints = complaintsOf(page, gateway.url);
  await page.goto(gateway.url + path);
  const faults = await see(page);
  await context.close();
  return [...complaints, ...faults].map((fault) => `${path} ${fault}`);
}

/** The faults of one page in every look. axe is let in past the page's policy; the other tests have it in force. */
const look = (path: string, options: Parameters<typeof faultsInEveryLook>[2] = {}) =>
  visit(path, (page) => faultsInEveryLook(page, path.replaceAll('/', '-'), options), { bypassCSP: true });

const drawn = (page: Page) => page.getByRole('heading', { name: 'Create a Paylink' }).first().waitFor();

describe.skipIf(skipped !== '')(`the documentation in a browser${skipped}`, () => {
  beforeAll(async () => {
    gateway = await startGateway();
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.stop();
  });

  it.each(['/', '/docs/', '/docs/errors', '/docs/404', ...documents.map((name) => `/docs/${name}`)])(
    '%s has no fault that axe finds, wide or narrow, light or dark, and loads nothing from elsewhere',
    async (path) => {
      expect(await look(path)).toEqual([]);
    },
  );

  it('a command is copied whole by the button on it', async () => {
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    const page = await context.newPage();
    await page.goto(`${gateway.url}/docs/start`);
    const block = page.locator('.copies').filter({ hasText: 'npm start' }).first();
    await block.getByRole('button', { name: 'Copy' }).click();
    await block.getByRole('button', { name: 'Copied' }).waitFor();
    const text = await block.locator('pre').textContent();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(text?.trimEnd());
    await context.close();
  });

  it('the API reference draws every operation under its own policy, anew when the colours change, and asks nobody else', async () => {
    const faults = await visit('/docs/reference', async (page) => {
      await drawn(page);
      const text = (await page.locator('#reference').textContent()) ?? '';
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.locator('#reference[data-scheme="dark"] h2').first().waitFor();
      return ['Update a Paylink', 'Register an endpoint', 'Revoke a credential'].filter((part) => !text.includes(part));
    });
    expect(faults).toEqual([]);
  });

  it('the API reference has no fault that axe finds, wide or narrow, light or dark', async () => {
    // redoc's own: its levels of headings, and menu entries that hold others.
    const rules = ['heading-order', 'label-content-name-mismatch'];
    const shown = ['/', '/paylinks', '/{paylinkId}/send', '/webhook-endpoints/{endpointId}'];
    // The whole of it takes axe minutes, and has the same parts over and over.
    const fewer = async (page: Page, scheme: string) => {
      await page.route('**/openapi.json', async (route) => {
        const document: { paths: object } = await (await route.fetch()).json();
        const paths = Object.entries(document.paths).filter(([path]) => shown.includes(path));
        await route.fulfill({ json: { ...document, paths: Object.fromEntries(paths) } });
      });
      await page.reload();
      await page.locator(`#reference[data-scheme="${scheme}"] h2`).first().waitFor();
    };
    expect(await look('/docs/reference', { ready: fewer, rules })).toEqual([]);
  });

  it('a problem’s type leads to the entry of its code', async () => {
    const answer = await fetch(`${gateway.url}/paylinks`);
    const { type }: { type: string } = JSON.parse(await answer.text());
    expect(type).toMatch(/\/docs\/errors#unauthenticated$/);
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(gateway.url + new URL(type).pathname + new URL(type).hash);
    expect(await page.locator(':target').textContent()).toContain('unauthenticated');
    const ids = await page.evaluate("[...document.querySelectorAll('h2')].map(({ id }) => id)");
    expect(ids).toEqual(expect.arrayContaining(Object.keys(statusOf)));
    await context.close();
  });

  it('every link within the site leads to something that is there', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const links = new Map<string, string[]>();
    for (const name of ['', 'errors', ...documents]) {
      await page.goto(`${gateway.url}/docs/${name}`);
      const found: string[] = await page.evaluate("[...document.querySelectorAll('a')].map((a) => a.href)");
      for (const href of found.filter((link) => link.startsWith(`${gateway.url}/`)))
        links.set(href, [...(links.get(href) ?? []), name]);
    }
    const dead: string[] = [];
    const anchors = new Map<string, string>();
    for (const [href, from] of links) {
      const [url = '', anchor] = href.split('#');
      if (!anchors.has(url)) {
        const answer = await fetch(url, { headers: { accept: 'text/html' } });
        anchors.set(url, answer.ok ? await answer.text() : '');
      }
      const text = anchors.get(url) ?? '';
      if (text === '' || (anchor && !text.includes(`id="${anchor}"`))) dead.push(`${from.join(', ')}: ${href}`);
    }
    expect(links.size).toBeGreaterThan(50);
    expect(dead).toEqual([]);
    await context.close();
  });
});
