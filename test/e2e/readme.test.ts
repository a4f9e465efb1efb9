import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Example, examplesIn, shortened } from '../support/doc-examples.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

const seeds =
  'mutation SendPaymentSessionLink($input: SendPaymentSessionLinkInput!) { sendPaymentSessionLink(input: $input) { success message } }';
const key = 'plk_test_demo_2b7e151628aed2a6abf7158809cf4f3c';

const run = promisify(execFile);

describe('the documents', () => {
  let gateway: Gateway;
  let scratch: string;

  beforeAll(async () => {
    // The documents print what a send answers, before the sandbox reports what became of its messages.
    gateway = await startGateway({ vars: { SANDBOX_REPORT_MS: '0' } });
    scratch = await mkdtemp(join(tmpdir(), 'paylinks-readme-'));
  });
  afterAll(async () => {
    await gateway?.stop();
    await rm(scratch, { recursive: true, force: true });
  });

  /** Pastes a document's examples into one shell, one after the other; what each of them answered. */
  async function answersOf(examples: readonly Example[]): Promise<unknown[]> {
    const end = 'end of example';
    const script = examples
      .map(({ script }) => `${script}\necho; echo '${end}'`)
      .join('\n')
      .replaceAll('localhost:8787', `localhost:${gateway.port}`)
      .replaceAll('/tmp/paylink.json', join(scratch, 'paylink.json'));
    const { stdout } = await run('bash', ['-c', script]);
    const answers = stdout.replaceAll(`localhost:${gateway.port}`, 'localhost:8787').split(end).slice(0, -1);
    return answers.map((answer): unknown => JSON.parse(answer));
  }

  it.each([
    { file: 'README.md', count: 2 },
    { file: 'docs/api.md', count: 11 },
  ])('$file has examples that answer as printed when pasted one after the other', async ({ file, count }) => {
    const examples = examplesIn(await readFile(file, 'utf8'));
    expect(examples).toHaveLength(count);
    const answers = await answersOf(examples);
    const printed = examples.map((example) => shortened(example.printed, example.printed));
    expect(answers.map((answer, at) => shortened(answer, examples[at]?.printed))).toEqual(printed);
  });

  it('README.md has an example that sends two emails', async () => {
    const inbox = await (await fetch(`${gateway.url}/inbox.json?to=ada@example.com`)).json();
    expect(inbox).toMatchObject({
      messages: [
        { channel: 'EMAIL', subject: 'Northwind Outfitters: payment request for $213.12' },
        { channel: 'EMAIL', subject: 'Northwind Outfitters: payment request for $213.12' },
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
