import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, startGateway } from '../support/gateway.ts';

const run = promisify(execFile);
const seeds =
  'mutation SendPaymentSessionLink($input: SendPaymentSessionLinkInput!) { sendPaymentSessionLink(input: $input) { success message } }';
const key = 'plk_test_demo_2b7e151628aed2a6abf7158809cf4f3c';

/** Ids, codes, hosts and times are everyone's own; all else has to be as printed. */
const masked = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value)
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
      .replace(/http:\/\/localhost:\d+\/([ps])\/\w+/g, '<link $1>'),
  );

describe('the README', () => {
  let gateway: Gateway;
  let blocks: { language: string; text: string }[];
  let scratch: string;

  beforeAll(async () => {
    gateway = await startGateway();
    scratch = await mkdtemp(join(tmpdir(), 'paylinks-readme-'));
    const text = await readFile('README.md', 'utf8');
    const shown = text.slice(text.indexOf('## Send a Paylink by REST'), text.indexOf('# Reference'));
    blocks = [...shown.matchAll(/```(sh|json)\n([\s\S]*?)```/g)].map(([, language = '', body = '']) => ({
      language,
      text: body,
    }));
  });
  afterAll(() => gateway?.stop());

  it('has examples that answer as printed when pasted one after the other', async () => {
    const script = blocks
      .filter(({ language }) => language === 'sh')
      .map(({ text }) => text.trim())
      .join('\necho\n')
      .replaceAll('localhost:8787', `localhost:${gateway.port}`)
      .replaceAll('/tmp/paylink.json', join(scratch, 'paylink.json'));
    const { stdout } = await run('bash', ['-c', script]);
    const answers = stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    const printed = blocks.filter(({ language }) => language === 'json').map(({ text }): unknown => JSON.parse(text));
    expect(answers).toHaveLength(3);
    expect(answers[0]).toMatchObject({ status: 'CREATED', total: 21312 });
    expect(masked(answers[1])).toEqual(masked(printed[0]));
    expect(answers[2]).toEqual(printed[1]);
    const inbox = await (await fetch(`${gateway.url}/inbox.json?to=ada@example.com`)).json();
    expect(inbox).toMatchObject({
      messages: [
        { channel: 'EMAIL', subject: 'Northwind Outfitters: payment request for $213.12' },
        { channel: 'EMAIL' },
      ],
    });
  });

  it('serves the JavaScript sample of the source document as it stands, but for URL and key', async () => {
    const create = await fetch(`${gateway.url}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({
        merchantId: '11111111-2222-4333-8444-555555555555',
        customer: { email: 'grace@example.com' },
        customerConsent: true,
        lineItems: [{ price: 500, quantity: 2 }],
      }),
    });
    const { paylinkId } = JSON.parse(await create.text());
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Authorization: `Bearer ${key}`,
      },
      body: JSON.stringify({
        query: `
      mutation SendPaymentSessionLink($input: SendPaymentSessionLinkInput!) {
        sendPaymentSessionLink(input: $input) {
          success
          message
        }
      }
    `,
        variables: {
          input: {
            id: paylinkId,
            channel: 'Email',
          },
        },
      }),
    });
    expect(await response.json()).toEqual({
      data: { sendPaymentSessionLink: { success: true, message: 'The payment link was emailed.' } },
    });
    const curl = await run('curl', [
      '-sS',
      '-X',
      'POST',
      `${gateway.url}/graphql`,
      '-H',
      'Content-Type: application/json',
      '-H',
      `Authorization: Bearer ${key}`,
      '-d',
      JSON.stringify({ query: seeds, variables: { input: { id: 'abc123', channel: 'Email' } } }),
    ]);
    expect(JSON.parse(curl.stdout)).toMatchObject({ data: { sendPaymentSessionLink: { success: false } } });
  });

  it('shows pages a person can open', async () => {
    for (const path of ['/inbox', '/graphql', '/healthz']) {
      const response = await fetch(`${gateway.url}${path}`, { headers: { accept: 'text/html' } });
      expect([path, response.status]).toEqual([path, 200]);
    }
    const { messages } = JSON.parse(await (await fetch(`${gateway.url}/inbox.json`)).text());
    const link = /http:\/\/localhost:\d+\/s\/\w+/.exec(messages[0].text)?.[0] ?? '';
    const hosted = await fetch(link);
    expect([hosted.status, hosted.headers.get('cache-control'), hosted.headers.get('x-robots-tag')]).toEqual([
      200,
      'no-store',
      'noindex',
    ]);
    expect(await hosted.text()).toContain('Northwind Outfitters');
  });
});
