import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isFresh, markFresh } from '../../../src/local/build-cache.mjs';

const part = { name: 'pages', sources: ['docs', 'lock.json'], results: ['public/page.html'] };
let directory = '';
const put = (path: string, text: string) => writeFileSync(join(directory, path), text);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'paylinks-build-'));
  for (const folder of ['docs', 'public']) mkdirSync(join(directory, folder));
  put('docs/a.md', 'a');
  put('lock.json', '{}');
  put('public/page.html', 'page');
});
afterAll(() => rmSync(directory, { recursive: true }));

it('static files are built anew when a source is changed, new or renamed, or a result is gone, and else not', () => {
  expect(isFresh(part, directory)).toBe(false);
  const rebuilt = () => {
    const was = isFresh(part, directory);
    markFresh(part, directory);
    return !was;
  };
  expect([rebuilt(), rebuilt()]).toEqual([true, false]);
  put('docs/a.md', 'b');
  expect([rebuilt(), rebuilt()]).toEqual([true, false]);
  put('docs/b.md', '');
  expect([rebuilt(), rebuilt()]).toEqual([true, false]);
  rmSync(join(directory, 'public/page.html'));
  expect([rebuilt(), rebuilt()]).toEqual([true, true]);
});
