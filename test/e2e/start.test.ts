import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { paylinksClient } from '../../src/client/index.ts';
import { screen } from '../../src/local/screen.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

const Inbox = z.object({ messages: z.array(z.object({ channel: z.string(), to: z.string(), text: z.string() })) });

const paylinks = (gateway: Gateway) =>
  paylinksClient({ baseUrl: gateway.url, auth: { apiKey: 'plk_test_demo_2b7e151628aed2a6abf7158809cf4f3c' } });

let persistTo = '';
let gateway: Gateway;
let paylinkId = '';
const options = () => ({ persistTo, vars: { PUBLIC_BASE_URL: 'https://pay.example.test' } });

beforeAll(async () => {
  persistTo = await mkdtemp(join(tmpdir(), 'paylinks-start-'));
  gateway = await startGateway(options());
});
afterAll(async () => {
  await gateway.kill();
  await rm(persistTo, { recursive: true, force: true, maxRetries: 5 });
});

describe('npm start', () => {
  it('serves on the port it was given, and shows one screen and nothing beside it', async () => {
    const response = await fetch(`${gateway.url}/healthz`);
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
    await expect.poll(gateway.output).toContain('/notify_by/email');
    const said = gateway.output().replaceAll(/^\d\d:\d\d:\d\d GET \/healthz 200 \d+ ms\n/gm, '');
    expect(said.trim()).toBe(screen(`http://localhost:${gateway.port}`, persistTo).trim());
    expect(said).toContain(`http://localhost:${gateway.port}/inbox`);
  });

  it('shows a person something at each of its links', async () => {
    const links =
      gateway
        .output()
        .match(/^ {2}\w[\w ]+ (http:\S+)$/gm)
        ?.map((line) => line.split(' ').at(-1) ?? '') ?? [];
    expect(links).toHaveLength(5);
    for (const link of links) {
      const response = await fetch(link, { headers: { accept: 'text/html' } });
      expect([link, response.status, response.headers.get('content-type')]).toEqual([
        link,
        200,
        expect.stringMatching(/^text\/html/),
      ]);
    }
  });

  it('prints a command that sends a message when it is pasted, and tells of the requests and of the message', async () => {
    const command =
      gateway
        .output()
        .split('\n')
        .find((line) => line.startsWith('curl ')) ?? '';
    const pasted = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
    expect(JSON.parse(pasted.stdout)).toMatchObject({ status: 'SENT', total: 21_312 });
    await expect.poll(gateway.output).toContain('✉ ada@example.com $213.12 → /inbox\n');
    const lines = gateway.output().split('\n');
    for (const asked of ['POST / 201', 'POST /…/notify_by/… 200'])
      expect(lines.filter((line) => line.includes(` ${asked} `))).toEqual([
        expect.stringMatching(/^\d\d:\d\d:\d\d \S+ \S+ \d{3} \d+ ms$/),
      ]);
  });

  it('has a demo merchant whose messages come into the inbox, with the variables it was given', async () => {
    const created = await paylinks(gateway).create({
      merchantId: '11111111-2222-4333-8444-555555555555',
      customer: { email: 'ada@example.com', phone: '+12025550123' },
      lineItems: [{ description: 'Trail jacket', price: 12_900, quantity: 1 }],
      sendEmail: true,
      sendSms: true,
      customerConsent: true,
    });
    paylinkId = created.paylinkId;
    expect(created.shortLink).toMatch(/^https:\/\/pay\.example\.test\/s\/\w{13}$/);
    const sent = await paylinks(gateway).send(paylinkId, { sendEmail: true, sendSms: true });
    expect(sent.paylink.status).toBe('SENT');
    const { messages } = Inbox.parse(await (await fetch(`${gateway.url}/inbox.json?paylinkId=${paylinkId}`)).json());
    expect(messages.map(({ channel, to }) => `${channel} ${to}`).sort()).toEqual([
      'EMAIL ada@example.com',
      'SMS +12025550123',
    ]);
    for (const { text } of messages) expect(text).toContain(created.shortLink);
  });

  it('shows no secret to other users: not in the arguments of a process, nor in a file that they may read', async () => {
    const secrets = Object.values(parseEnv(await readFile(join(persistTo, 'secrets.env'), 'utf8')));
    expect(secrets).toHaveLength(3);
    const all = spawnSync('ps', ['-A', '-ww', '-o', 'args='], { encoding: 'utf8' }).stdout;
    expect(all).toContain(`--persist-to ${persistTo}`);
    expect(secrets.filter((secret) => secret && all.includes(secret))).toEqual([]);
    const files = await readdir(persistTo, { recursive: true, withFileTypes: true });
    const kept = files.filter(({ name }) => /\.(sqlite(-wal|-shm)?|env)$/.test(name));
    expect(kept.length).toBeGreaterThan(2);
    for (const { parentPath, name } of kept)
      expect([name, (await stat(join(parentPath, name))).mode & 0o077]).toEqual([name, 0]);
  });

  /** Another `npm start`, to its end; what it wrote to either output. */
  function startAgain(...args: string[]) {
    const start = join(import.meta.dirname, '../../src/local/start.mjs');
    const { status, stdout, stderr } = spawnSync('node', [start, ...args], { encoding: 'utf8', timeout: 30_000 });
    return { status, stdout, stderr };
  }
  const refused = (sentence: unknown) => ({ status: 1, stdout: '', stderr: sentence });

  it('refuses a port that is taken instead of taking another', async () => {
    const own = await mkdtemp(join(tmpdir(), 'paylinks-start-'));
    expect(startAgain('--port', `${gateway.port}`, '--persist-to', own)).toEqual(
      refused(`Port ${gateway.port} is taken. Another one: npm start -- --port 9000\n`),
    );
    await rm(own, { recursive: true });
  });

  it('refuses data that another one uses, whatever its port', () => {
    expect(startAgain('--port', '0', '--persist-to', persistTo)).toEqual(
      refused(expect.stringMatching(/^Another npm start uses the data in [^\n]*\n$/)),
    );
  });

  it.each([
    ['RATE_LIMT_REQUESTS:3', 'RATE_LIMT_REQUESTS: did you mean RATE_LIMIT_REQUESTS?'],
    ['EMAIL_FROM:nobody', 'EMAIL_FROM: Must be an email address.'],
    ['EMAIL_PROVIDERS:resend', 'RESEND_API_KEY: is needed by EMAIL_PROVIDERS.'],
  ])('refuses the variable %s with one sentence', async (variable, sentence) => {
    const own = await mkdtemp(join(tmpdir(), 'paylinks-start-'));
    expect(startAgain('--port', '0', '--persist-to', own, '--var', variable)).toEqual(refused(`${sentence}\n`));
    await rm(own, { recursive: true });
  });

  it('tells with --help what it takes', () => {
    expect(startAgain('--help')).toEqual({
      status: 0,
      stdout: expect.stringContaining('--persist-to DIR'),
      stderr: '',
    });
  });

  it('stops when told to, and keeps the data for the next start', async () => {
    expect(await gateway.stop()).toBe(0);
    await expect(fetch(`${gateway.url}/healthz`)).rejects.toThrow();
    gateway = await startGateway(options());
    expect(await paylinks(gateway).read(paylinkId)).toMatchObject({ paylinkId, status: 'SENT' });
  });

  it('keeps the data when everything is killed at once', async () => {
    await gateway.kill();
    gateway = await startGateway(options());
    expect(await paylinks(gateway).read(paylinkId)).toMatchObject({ paylinkId, status: 'SENT' });
  });
});
