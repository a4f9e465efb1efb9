import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaintsOf, faultsOf, launch, looks, skipped } from '../support/browser.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

const pictures = process.env.PAGE_PICTURES;

let gateway: Gateway;
let browser: Browser;

/** Opens GraphiQL, does something there, and says what the page complained of. */
async function visit(path: string, see: (page: Page) => Promise<void>, options = {}): Promise<string[]> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints = complaintsOf(page, gateway.url);
  await page.goto(gateway.url + path);
  await see(page);
  await context.close();
  return complaints;
}

/** Runs the first query. */
async function run(page: Page): Promise<void> {
  await page.locator('.graphiql-query-editor .view-line').filter({ hasText: 'LatestSessions' }).waitFor();
  await page.getByRole('button', { name: /Execute query/ }).click();
}

const answer = (page: Page) => page.locator('.graphiql-response');

describe.skipIf(skipped !== '')(`GraphiQL in a browser${skipped}`, () => {
  beforeAll(async () => {
    gateway = await startGateway();
    browser = await launch(['--host-resolver-rules=MAP tunnel.example 127.0.0.1']);
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.stop();
  });

  it('runs the first query with the demo key and shows its answer; nothing is asked elsewhere, and nothing complained of', async () => {
    const complaints = await visit('/graphiql', async (page) => {
      await run(page);
      await answer(page).getByText('paymentSessions').waitFor();
      if (pictures) await page.screenshot({ path: `${pictures}/graphiql.png` });
    });
    expect(complaints).toEqual([]);
  });

  it('says what a field is called wrongly: the worker that knows the schema runs', async () => {
    const complaints = await visit('/graphiql', async (page) => {
      await page.getByText('amountDue').first().dblclick();
      await page.keyboard.type('amountDoo');
      await page.locator('.graphiql-query-editor .squiggly-error').waitFor();
    });
    expect(complaints).toEqual([]);
  });

  it('is where a browser that asks for /graphql is led, and knows the demo merchant behind another name too', async () => {
    const name = `http://tunnel.example:${gateway.port}`;
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${name}/graphql`);
    expect(page.url()).toBe(`${name}/graphiql?demo`);
    await run(page);
    await answer(page).getByText('paymentSessions').waitFor();
    await context.close();
  });

  it('has no fault that axe finds, wide or narrow, light or dark', async () => {
    // GraphiQL's own: a tab that holds a button.
    const without = ['nested-interactive'];
    const faults: string[] = [];
    await visit(
      '/graphiql',
      async (page) => {
        await page.getByText('LatestSessions').first().waitFor();
        for (const { width, scheme } of looks) {
          await page.setViewportSize({ width, height: 900 });
          await page.emulateMedia({ colorScheme: scheme });
          faults.push(...(await faultsOf(page, without)).map((fault) => `${width} ${scheme} ${fault}`));
        }
      },
      { bypassCSP: true },
    );
    expect(faults).toEqual([]);
  });
});
