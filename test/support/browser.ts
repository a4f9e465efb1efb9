import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import * as z from 'zod';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** What a test's name says where there is no browser; empty where there is one. */
export const skipped = existsSync(executablePath) ? '' : ` (skipped: there is no ${executablePath})`;

export const launch = (args: string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath, args: ['--no-sandbox', ...args] });

const axe = readFileSync(join(import.meta.dirname, '../../node_modules/axe-core/axe.min.js'), 'utf8');
const Violations = z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) }));

/** Widths and colour schemes that pages are looked at in. */
export const looks = [360, 1280].flatMap((width) => (['light', 'dark'] as const).map((scheme) => ({ width, scheme })));

/** Whether a cell of a table that stacks on narrow screens is so narrow that its words are broken into letters. */
const squeezed = `[...document.querySelectorAll('.stack td')].some((td) => td.innerText.length > 12 && td.clientWidth < 60)`;

/**
 * What axe finds wrong with the page as it stands, whether it is wider than its window, and whether a cell is squeezed. `bypassCSP` lets axe in.
 * @param others what other people's code breaks: rules, and elements by selector
 */
export async function faultsOf(page: Page, others: { rules?: string[]; elements?: string[] } = {}): Promise<string[]> {
  await page.evaluate(axe);
  const rules = Object.fromEntries((others.rules ?? []).map((rule) => [rule, { enabled: false }]));
  const place = JSON.stringify({ exclude: (others.elements ?? []).map((element) => [element]) });
  const run = `axe.run(${place}, ${JSON.stringify({ resultTypes: ['violations'], rules })}).then(({ violations }) => violations)`;
  const faults = Violations.parse(await page.evaluate(run)).map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 300)).join(' ')}`,
  );
  const wide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
  if (wide) faults.push('is wider than its window');
  if (await page.evaluate(squeezed)) faults.push('has a cell that is squeezed');
  return faults;
}

/** Set: a picture of every page in every look is left there, for people to look at. */
const pictures = process.env.PAGE_PICTURES;

/**
 * The faults of the page in every look, one after another. `bypassCSP` lets axe in.
 * @param name of its pictures
 * @param ready awaited in each look, before the page is judged
 */
export async function faultsInEveryLook(
  page: Page,
  name: string,
  { ready, rules = [] }: { ready?: (page: Page, scheme: string) => Promise<unknown>; rules?: string[] } = {},
): Promise<string[]> {
  if (pictures) mkdirSync(pictures, { recursive: true });
  const faults: string[] = [];
  for (const { width, scheme } of looks) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    await ready?.(page, scheme);
    if (pictures) await page.screenshot({ path: join(pictures, `${name}-${width}-${scheme}.png`), fullPage: true });
    faults.push(...(await faultsOf(page, { rules })).map((fault) => `${width} ${scheme} ${fault}`));
  }
  return faults;
}

/** Notes what a page says in its console, throws, or asks of another origin. */
export function complaintsOf(page: Page | BrowserContext, origin: string): string[] {
  const found: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') found.push(`says ${message.text()}`);
  });
  if ('goto' in page) page.on('pageerror', (error) => found.push(`throws ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(?:data|blob):/.test(url)) found.push(`asks ${url}`);
  });
  return found;
}
