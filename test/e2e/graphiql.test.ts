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
    // With the demo merchant's Paylinks.
    gateway = await startGateway({ args: [] });
    browser = await launch(['--host-resolver-rules=MAP tunnel.example 127.0.0.1']);
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.stop();
  });

  it('runs the first queries with the demo key and shows their answers; nothing is asked elsewhere, and nothing complained of', async () => {
    const complaints = await visit('/graphiql', async (page) => {
      await run(page);
      await answer(page).getByText('paymentSessions').waitFor();
      await page.getByRole('tab', { name: 'Session', exact: true }).click();
      await page.locator('.graphiql-query-editor .view-line').filter({ hasText: 'query Session' }).waitFor();
      // The editor notices a little later that it has another query.
      const again = async () => {
        await page.getByRole('button', { name: /Execute query/ }).click();
        return (await answer(page).textContent()) ?? '';
      };
      await expect.poll(again, { timeout: 30_000 }).toContain('shortLink');
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
    // GraphiQL's own: a tab that holds a button, and its editor's colours for the numbers of lines and for comments.
    const others = { rules: ['nested-interactive'], elements: ['.line-numbers', '.mtk8'] };
    const faults: string[] = [];
    for (const { width, scheme } of looks) {
      await visit(
        '/graphiql',
        async (page) => {
          // Coloured: the editor is whole.
          await page.locator('.graphiql-query-editor .view-line [class^=mtk]:not(.mtk1)').first().waitFor();
          faults.push(...(await faultsOf(page, others)).map((fault) => `${width} ${scheme} ${fault}`));
        },
        { bypassCSP: true, colorScheme: scheme, viewport: { width, height: 900 } },
      );
    }
    expect(faults).toEqual([]);
  });
});
