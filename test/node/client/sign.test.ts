import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { signedHeaders } from '../../../src/client/sign.ts';

const Vectors = z.array(
  z.object({
    ...{ merchantId: z.string(), secret: z.string(), timestamp: z.string(), nonce: z.string() },
    ...{ method: z.string(), path: z.string(), body: z.string(), signature: z.string() },
  }),
);
const vectors = Vectors.parse(JSON.parse(readFileSync('test/vectors/hmac.json', 'utf8')));
const bytes = (text: string) => new TextEncoder().encode(text);

it('version 1 signs what the vectors sign', async () => {
  expect(vectors.length).toBeGreaterThan(3);
  for (const { merchantId, secret, timestamp, nonce, method, path, body, signature } of vectors) {
    const request = { method, url: new URL(path, 'https://gateway.test'), body: bytes(body), idempotencyKey: 'k' };
    const headers = await signedHeaders({ merchantId, secret }, request, Number(timestamp), nonce);
    expect(headers).toEqual({ 'x-merchant-id': merchantId, timestamp, nonce, signature });
  }
});

it('version 2 covers the host and the key too, and says which version it is', async () => {
  const url = new URL('https://Pay.Example:8443/a?b=1');
  const sign = (idempotencyKey: string | null) => {
    const request = { method: 'post', url, body: bytes('{}'), idempotencyKey };
    return signedHeaders({ merchantId: 'm', secret: 's', keyId: 'k', version: 2 }, request, 1_700_000_000, 'nonce');
  };
  const expected = (key: string) => {
    const digest = createHash('sha256').update('{}').digest('hex');
    const lines = [
      'PAYLINKS-HMAC-SHA256-V2',
      'm',
      '1700000000',
      'nonce',
      'POST',
      '/a?b=1',
      digest,
      'pay.example:8443',
      key,
    ];
    return createHmac('sha256', 's').update(lines.join('\n')).digest('hex');
  };
  expect(await sign('order-1')).toMatchObject({
    'x-signature-version': '2',
    'x-key-id': 'k',
    signature: expected('order-1'),
  });
  expect(await sign(null)).toMatchObject({ signature: expected('') });
});
