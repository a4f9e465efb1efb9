import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { freePort } from '../support/free-port.ts';
import { untilHealthy } from '../support/gateway.ts';

const root = join(import.meta.dirname, '../..');
/** What a clone has. */
const cloned = [
  ...[
    '.dev.vars.example',
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'docs',
    'package.json',
    'package-lock.json',
    'public',
  ],
  ...['schema.sql', 'src', 'test', 'wrangler.toml'],
];

let copy = '';
let url = '';
let dev: ChildProcess | undefined;
let said = '';

/** As a person types it behind `npx`: with the Node of node_modules, and nothing asked of the network. */
const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js');
const options = () => ({
  cwd: copy,
  env: {
    ...process.env,
    PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}`,
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    WRANGLER_SEND_METRICS: 'false',
    CI: 'true',
  },
});

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'paylinks-clone-'));
  for (const name of cloned) await cp(join(root, name), join(copy, name), { recursive: true });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  await cp(join(copy, '.dev.vars.example'), join(copy, '.dev.vars'));
  const migrated = spawnSync('node', [wrangler, 'd1', 'migrations', 'apply', 'DB', '--local'], options());
  expect([migrated.status, `${migrated.stderr}`]).toEqual([0, expect.anything()]);
  // Only the port is another than where a person runs it, as tests may run beside each other.
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  dev = spawn('node', [wrangler, 'dev', '--port', `${port}`, '--ip', '127.0.0.1', '--inspector-port', '0'], {
    ...options(),
    detached: true,
  });
  for (const stream of [dev.stdout, dev.stderr]) stream?.on('data', (chunk) => (said += chunk));
  const exited = new Promise((resolve) => dev?.on('exit', resolve));
  expect([await untilHealthy(url, exited), said]).toEqual([true, expect.anything()]);
  // wrangler starts a runtime for each migration.
}, 240_000);
afterAll(async () => {
  if (dev?.pid !== undefined) process.kill(-dev.pid, 'SIGKILL');
  await rm(copy, { recursive: true, force: true, maxRetries: 5 });
});

async function post(path: string, key: string, body: object): Promise<unknown> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return response.json();
}

it('wrangler alone, with .dev.vars as its example has it, is a gateway: a merchant is made, and sends to the inbox', async () => {
  const token = 'everybody-knows-this-token';
  const settings = { name: 'Elm Street Books', mode: 'live', country: 'US', locale: 'en-US' };
  const { id: merchantId } = z.object({ id: z.string() }).parse(await post('/admin/merchants', token, settings));
  const { secret } = z
    .object({ secret: z.string() })
    .parse(await post(`/admin/merchants/${merchantId}/credentials`, token, { scheme: 'bearer', label: 'Shop' }));
  const { paylinkId } = z.object({ paylinkId: z.string() }).parse(
    await post('/', secret, {
      merchantId,
      customer: { email: 'ada@example.com' },
      lineItems: [{ price: 1_200, quantity: 1 }],
      customerConsent: true,
    }),
  );
  expect(await post(`/${paylinkId}/notify_by/email`, secret, {})).toMatchObject({ status: 'SENT' });
  const inbox = await (await fetch(`${url}/inbox.json?paylinkId=${paylinkId}`)).json();
  expect(inbox).toMatchObject({
    messages: [{ to: 'ada@example.com', text: expect.stringContaining('http://localhost:8787/s/') }],
  });
});
