import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PaylinksError, paylinksClient } from '../../../src/client/index.ts';

type Heard = { method: string | undefined; url: string | undefined; headers: IncomingHttpHeaders; body: string };
type Answer = { status: number; headers?: Record<string, string>; body?: object } | 'hang up';

let server: Server;
let baseUrl = '';
let heard: Heard[] = [];
let slept: number[] = [];
let answers: Answer[] = [];

const problem = (status: number, code: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/problem+json', ...headers },
  body: { title: code, detail: 'No.', status, code },
});
const paylink: Answer = { status: 201, headers: { 'content-type': 'application/json' }, body: { paylinkId: 'p-1' } };

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    const { method, url, headers } = request;
    heard.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    const answer = answers.shift() ?? paylink;
    if (answer === 'hang up') return request.socket.destroy();
    response.writeHead(answer.status, answer.headers).end(JSON.stringify(answer.body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address !== null && typeof address === 'object') baseUrl = `http://127.0.0.1:${address.port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  heard = [];
  slept = [];
  answers = [];
});

const sleep = async (ms: number) => {
  slept.push(ms);
};
const client = () => paylinksClient({ baseUrl, auth: { apiKey: 'plk_test_x' }, sleep });
const create = () => client().create({ merchantId: 'm' });

describe('the client', () => {
  it('sends its key, and repeats what got no answer under one idempotency key', async () => {
    answers = ['hang up', problem(503, 'unavailable', { 'retry-after': '2' })];
    expect(await create()).toEqual({ paylinkId: 'p-1' });
    const keys = heard.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(slept[1]).toBe(2_000);
    expect(heard[0]).toMatchObject({ method: 'POST', url: '/', body: '{"merchantId":"m"}' });
    expect(heard[0]?.headers.authorization).toBe('Bearer plk_test_x');
    await create();
    expect(heard[3]?.headers['idempotency-key']).not.toBe(keys[0]);
  });

  it('signs each try anew, as a nonce is used once', async () => {
    answers = [problem(429, 'rate_limited', { 'retry-after': '1' })];
    const signing = paylinksClient({ baseUrl, auth: { merchantId: 'm', secret: 's' }, sleep });
    await signing.create({ merchantId: 'm' });
    const of = (name: string) => new Set(heard.map(({ headers }) => headers[name]));
    expect([of('nonce').size, of('signature').size, of('idempotency-key').size]).toEqual([2, 2, 1]);
  });

  it('never repeats a change that has no key', async () => {
    for (const answer of ['hang up', problem(503, 'unavailable', { 'retry-after': '1' })] as const) {
      answers = [answer];
      await expect(client().endpoints.register({ url: 'https://hooks.example.com/' })).rejects.toThrow(PaylinksError);
      answers = [answer];
      await expect(client().create({ merchantId: 'm' }, { idempotencyKey: null })).rejects.toThrow(PaylinksError);
    }
    expect([heard.length, slept]).toEqual([4, []]);
  });

  it('throws a refusal with its code, its fields and when to come again', async () => {
    answers = [problem(429, 'resend_limit', { 'retry-after': '3600' })];
    const error = await client()
      .notifyBy('p-1', 'email')
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PaylinksError);
    expect(error).toMatchObject({
      status: 429,
      code: 'resend_limit',
      retryAfterSeconds: 3600,
      message: 'resend_limit: No.',
    });
    expect(slept).toEqual([]);
  });

  it('says of a send whether its outcome is known, and walks through all pages of a list', async () => {
    answers = [
      { status: 202, headers: { 'idempotency-replayed': 'true' }, body: { paylinkId: 'p-1' } },
      { status: 200, body: { data: [{ paylinkId: 'a' }], nextCursor: 'c 1' } },
      { status: 200, body: { data: [{ paylinkId: 'b' }], nextCursor: null } },
    ];
    const sent = await client().send('p-1', { sendEmail: true, sendSms: false }, { idempotencyKey: 'k', wait: 5 });
    expect(sent).toMatchObject({ outcome: 'unknown', replayed: true });
    expect(heard[0]?.headers).toMatchObject({ 'idempotency-key': 'k', prefer: 'wait=5' });
    const found = [];
    for await (const { paylinkId } of client().all({ status: 'SENT' })) found.push(paylinkId);
    expect(found).toEqual(['a', 'b']);
    expect(heard.slice(1).map(({ url }) => url)).toEqual(['/paylinks?status=SENT', '/paylinks?status=SENT&cursor=c+1']);
  });

  it('asks for keys and the audit log where they are, each change once', async () => {
    const { credentials, audit } = client();
    await credentials.issue({ scheme: 'hmac' });
    await credentials.list();
    await credentials.expire('c/1', null);
    await credentials.revoke('c-1');
    await audit({ limit: 5, cursor: 'x y' });
    expect(heard.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['POST', '/credentials', '{"scheme":"hmac"}'],
      ['GET', '/credentials', ''],
      ['PATCH', '/credentials/c%2F1', '{"expiresAt":null}'],
      ['DELETE', '/credentials/c-1', ''],
      ['GET', '/audit?limit=5&cursor=x+y', ''],
    ]);
    answers = [problem(503, 'unavailable', { 'retry-after': '1' })];
    await expect(credentials.issue({ scheme: 'hmac' })).rejects.toThrow(PaylinksError);
    expect([heard.length, slept]).toEqual([6, []]);
  });

  it('gives up at once when its caller does', async () => {
    await expect(client().create({ merchantId: 'm' }, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    expect(heard).toEqual([]);
  });
});
