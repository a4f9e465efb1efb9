import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { isThere } from '../support/commands.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

const run = promisify(execFile);
const key = 'plk_test_demo_2b7e151628aed2a6abf7158809cf4f3c';
const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
const Created = z.object({ paylinkId: z.string() });
const Logs = z.object({ status: z.string(), deliveryLogs: z.array(z.object({ deliveryMethod: z.string() })) });

// What the vendor's document prints for sendPaymentSessionLink, word for word. Only its host, key and id are changed, and what it leaves in
// a variable is printed at the end.
const curl = `curl -X POST 'https://graph.clientloop.com/' \\
  -H 'Content-Type: application/json' \\
  -H 'Authorization: Bearer <api-key>' \\
  -d '{
    "query": "mutation SendPaymentSessionLink($input: SendPaymentSessionLinkInput!) { sendPaymentSessionLink(input: $input) { success message } }",
    "variables": {
      "input": {
        "id": "abc123",
        "channel": "Email"
      }
    }
  }'
`;
const javascript = `const response = await fetch('https://graph.clientloop.com/', {
  method: 'POST',
  headers: {
    'Content-Type': 'application/json',
    'Authorization': 'Bearer <api-key>',
  },
  body: JSON.stringify({
    query: \`
      mutation SendPaymentSessionLink($input: SendPaymentSessionLinkInput!) {
        sendPaymentSessionLink(input: $input) {
          success
          message
        }
      }
    \`,
    variables: {
      "input": {
        "id": "abc123",
        "channel": "Email"
      }
    },
  }),
});

const { data, errors } = await response.json();
`;
const php = `<?php

$body = <<<'JSON'
{
  "query": "mutation SendPaymentSessionLink($input: SendPaymentSessionLinkInput!) { sendPaymentSessionLink(input: $input) { success message } }",
  "variables": {
    "input": {
      "id": "abc123",
      "channel": "Email"
    }
  }
}
JSON;

$ch = curl_init('https://graph.clientloop.com/');
curl_setopt_array($ch, [
  CURLOPT_RETURNTRANSFER => true,
  CURLOPT_POST => true,
  CURLOPT_HTTPHEADER => [
    'Content-Type: application/json',
    'Authorization: Bearer <api-key>',
  ],
  CURLOPT_POSTFIELDS => $body,
]);

$response = curl_exec($ch);
curl_close($ch);

$result = json_decode($response, true);
`;
const javaImports = `import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
`;
const java = `var body = """
{
  "query": "mutation SendPaymentSessionLink($input: SendPaymentSessionLinkInput!) { sendPaymentSessionLink(input: $input) { success message } }",
  "variables": {
    "input": {
      "id": "abc123",
      "channel": "Email"
    }
  }
}
""";

var request = HttpRequest.newBuilder(URI.create("https://graph.clientloop.com/"))
    .header("Content-Type", "application/json")
    .header("Authorization", "Bearer <api-key>")
    .POST(HttpRequest.BodyPublishers.ofString(body))
    .build();

var response = HttpClient.newHttpClient()
    .send(request, HttpResponse.BodyHandlers.ofString());

System.out.println(response.body());
`;

const samples = [
  { name: 'curl', file: 'send.sh', text: curl, command: ['bash'], probe: ['curl', '--version'] },
  {
    name: 'JavaScript',
    file: 'send.mjs',
    text: `${javascript}console.log(JSON.stringify({ data, errors }));\n`,
    command: [process.execPath],
    probe: [process.execPath, '--version'],
  },
  {
    name: 'PHP',
    file: 'send.php',
    text: `${php}echo json_encode($result);\n`,
    command: ['php'],
    probe: ['php', '-r', 'exit(function_exists("curl_init") ? 0 : 1);'],
  },
  {
    name: 'Java',
    file: 'Send.java',
    text: `${javaImports}public class Send { public static void main(String[] arguments) throws Exception {\n${java}} }\n`,
    command: ['java'],
    probe: ['javac', '-version'],
  },
];

describe('the GraphQL vendor’s published sample', () => {
  let gateway: Gateway;
  const scratch = mkdtempSync(join(tmpdir(), 'vendor-'));
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(async () => {
    rmSync(scratch, { recursive: true, force: true });
    await gateway?.stop();
  });

  for (const { name, file, text, command, probe } of samples) {
    const there = isThere(probe);
    it.skipIf(!there)(
      `in ${name} sends with only host, key and id changed${there ? '' : ': not run, its runtime is not here'}`,
      async () => {
        const body = JSON.stringify({
          merchantId: '11111111-2222-4333-8444-555555555555',
          customer: { email: 'ada@example.com' },
          lineItems: [{ price: 1010, quantity: 1 }],
          customerConsent: true,
        });
        const created = await fetch(gateway.url, { method: 'POST', headers, body });
        const { paylinkId } = Created.parse(await created.json());
        const path = join(scratch, file);
        const own = text
          .replace('https://graph.clientloop.com/', `${gateway.url}/`)
          .replace('<api-key>', key)
          .replace('abc123', paylinkId);
        writeFileSync(path, own);
        const [runtime = '', ...args] = command;
        const { stdout } = await run(runtime, [...args, path], { env: { ...process.env, LC_ALL: 'C.UTF-8' } });
        expect(JSON.parse(stdout)).toMatchObject({
          data: { sendPaymentSessionLink: { success: true, message: 'The payment link was emailed.' } },
        });
        const read = await fetch(`${gateway.url}/${paylinkId}`, { headers });
        expect(Logs.parse(await read.json())).toEqual({ status: 'SENT', deliveryLogs: [{ deliveryMethod: 'EMAIL' }] });
      },
    );
  }
});
