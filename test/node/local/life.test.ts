import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { demoPaylinks } from '../../../src/local/life/paylinks.ts';
import { tableOf } from '../../../src/local/wrangler-toml.ts';
import { paylinkStatuses } from '../../../src/model/paylink.ts';

it('the demo merchant’s Paylinks have every status', () => {
  const statuses = new Set(demoPaylinks.map(({ status }) => status));
  expect([...statuses].sort()).toEqual([...paylinkStatuses].sort());
});

it('each of the demo merchant’s Paylinks is in docs/api.md, with its id and status', () => {
  const document = readFileSync('docs/api.md', 'utf8');
  const lines = demoPaylinks.map(
    ({ id, invoice, status, shows }) => `| \`${id}\` | ${invoice} | ${status} | ${shows} |`,
  );
  expect(lines.filter((line) => !document.includes(line))).toEqual([]);
});

it('a deployment has nothing of what is local: neither the demo’s keys, nor the Worker that seeds', async () => {
  const toml = readFileSync('wrangler.toml', 'utf8');
  expect(toml.match(/^main = .*$/gm)).toEqual([`main = "${tableOf('wrangler.toml', '').get('main')}"`]);
  const { metafile } = await build({
    entryPoints: [join('.', tableOf('wrangler.toml', '').get('main') ?? '')],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['browser', 'module', 'main'],
    conditions: ['workerd', 'worker', 'browser', 'import'],
    external: ['cloudflare:*', 'node:*'],
    jsx: 'automatic',
    jsxImportSource: 'hono/jsx',
    logLevel: 'error',
  });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs).toContain('src/app.ts');
  expect(inputs.filter((path) => path.startsWith('src/local/'))).toEqual([]);
});
