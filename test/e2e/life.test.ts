import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { demoPaylinks, shop } from '../../src/local/life/paylinks.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

const authorization = 'Bearer plk_test_demo_2b7e151628aed2a6abf7158809cf4f3c';
const Paylink = z.object({
  paylinkId: z.string(),
  merchantInvoiceId: z.string(),
  status: z.string(),
  shortLink: z.string(),
  deliveryLogs: z.array(z.object({ status: z.string(), recipient: z.string() })),
  events: z.array(z.object({ eventType: z.string() })),
});
const Page = z.object({ data: z.array(Paylink), nextCursor: z.null() });
const Endpoint = z.object({ endpointId: z.string(), url: z.string(), enabled: z.boolean() });
const Attempt = z.object({ outcome: z.string(), statusCode: z.number().nullable(), eventType: z.string() });
const Inbox = z.object({ messages: z.array(z.object({ id: z.string(), to: z.string() })) });

let persistTo = '';
let gateway: Gateway;
const start = () => startGateway({ persistTo, args: [] });

async function get<T>(path: string, shape: z.ZodType<T>): Promise<T> {
  const response = await fetch(`${gateway.url}${path}`, { headers: { authorization } });
  return shape.parse(await response.json());
}
const list = async () => (await get('/paylinks?limit=100', Page)).data;

async function endpointAndAttempts() {
  const { data: endpoints } = await get('/webhook-endpoints', z.object({ data: z.array(Endpoint) }));
  const attempts = z.object({ data: z.array(Attempt) });
  return {
    endpoints: endpoints.map(({ url, enabled }) => ({ url, enabled })),
    attempts: (await get(`/webhook-endpoints/${endpoints[0]?.endpointId}/attempts?limit=100`, attempts)).data,
  };
}

/** All that a second telling could have doubled. */
async function everything() {
  const { messages } = await get('/inbox.json', Inbox);
  const paylinks = (await list()).map(({ events, deliveryLogs, shortLink, ...rest }) => ({
    ...rest,
    // The port is another at each start.
    code: shortLink.slice(-13),
    deliveries: deliveryLogs.map(({ status, recipient }) => `${recipient} ${status}`),
    events: events.filter(({ eventType }) => eventType !== 'OPENED').map(({ eventType }) => eventType),
  }));
  return { paylinks, inbox: messages.length, ...(await endpointAndAttempts()) };
}

/** The first start is killed, with all that it started, when half of the story is told. */
async function killInTheMiddle(): Promise<void> {
  const script = join(import.meta.dirname, '../../src/local/start.mjs');
  const child = spawn('node', [script, '--port', '0', '--persist-to', persistTo], { detached: true, stdio: 'ignore' });
  const closed = new Promise((resolve) => child.on('close', resolve));
  const told = () => readFile(join(persistTo, 'life-begun.txt'), 'utf8').then(Number, () => 0);
  for await (const _ of watch(persistTo)) if ((await told()) > 20) break;
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  await closed;
  expect(await told()).toBeLessThan(45);
}

beforeAll(async () => {
  persistTo = await mkdtemp(join(tmpdir(), 'paylinks-life-'));
  await killInTheMiddle();
  gateway = await start();
  // Two starts.
}, 240_000);
afterAll(async () => {
  await gateway?.kill();
  await rm(persistTo, { recursive: true, force: true, maxRetries: 5 });
});

it('the demo merchant has Paylinks in every status, also when the first start was killed in between, with the ids that the documents name', async () => {
  const told = demoPaylinks.map(({ id, invoice, status }) => ({ paylinkId: id, merchantInvoiceId: invoice, status }));
  const found = (await list()).map(({ paylinkId, merchantInvoiceId, status }) => ({
    paylinkId,
    merchantInvoiceId,
    status,
  }));
  expect(found).toEqual(told.reverse());
});

it('the commands that docs/api.md has for them work as printed', async () => {
  const section = (await readFile('docs/api.md', 'utf8')).split("## The demo merchant's Paylinks")[1] ?? '';
  const commands = /```bash\n([\s\S]*?)```/.exec(section)?.[1]?.trim().split('\n') ?? [];
  expect(commands).toHaveLength(2);
  const [one, several] = commands.map((command): unknown => {
    const script = `key=${authorization.slice(7)}; ${command.replace('localhost:8787', `localhost:${gateway.port}`)}`;
    return JSON.parse(spawnSync('bash', ['-c', script], { encoding: 'utf8' }).stdout);
  });
  expect(one).toMatchObject({ merchantInvoiceId: 'NW-1001', status: 'PAID' });
  expect(Page.parse(several).data).toHaveLength(demoPaylinks.filter(({ status }) => /SENT|OPENED/.test(status)).length);
});

it('their story has a bounce, a lost answer, a complaint, and links that work', async () => {
  const of = async (invoice: string) => (await list()).find(({ merchantInvoiceId }) => merchantInvoiceId === invoice);
  const deliveries = async (invoice: string) => (await of(invoice))?.deliveryLogs.map(({ status }) => status);
  expect(await deliveries('NW-1001')).toEqual(['DELIVERED', 'DELIVERED']);
  expect((await deliveries('NW-1009'))?.sort()).toEqual(['BOUNCED', 'DELIVERED']);
  expect(await deliveries('NW-1010')).toEqual(['UNKNOWN']);
  const { data } = await get('/suppressions', z.object({ data: z.array(z.object({ reason: z.string() })) }));
  expect(data.map(({ reason }) => reason).sort()).toEqual(['complaint', 'hard_bounce']);
  const link = (await of('NW-1013'))?.shortLink ?? '';
  expect(link).toMatch(new RegExp(`^http://localhost:${gateway.port}/s/`));
  expect((await fetch(link)).status).toBe(200);
});

it('the shop’s webhooks were delivered, failed while it was down, and ended when it was gone', async () => {
  const { endpoints, attempts } = await endpointAndAttempts();
  expect(endpoints).toEqual([{ url: shop.url, enabled: false }]);
  expect(new Set(attempts.map(({ statusCode }) => statusCode))).toEqual(new Set([200, 503, 410]));
  const delivered = attempts.filter(({ outcome }) => outcome === 'delivered').map(({ eventType }) => eventType);
  for (const type of ['paylink.paid', 'paylink.expired', 'delivery.bounced', 'delivery.unknown', 'paylink.refunded'])
    expect(delivered).toContain(type);
});

it('a second start doubles nothing', async () => {
  const before = await everything();
  await gateway.stop();
  gateway = await start();
  expect(await everything()).toEqual(before);
});
