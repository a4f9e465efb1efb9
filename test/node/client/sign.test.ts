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
    const headers = await signedHeaders({ merchantId, secret, version: 1 }, request, Number(timestamp), nonce);
    expect(headers).toEqual({ 'x-merchant-id': merchantId, timestamp, nonce, signature });
  }
});

const SecondVectors = z.array(
  z.object({
    ...{ merchantId: z.string(), secret: z.string(), timestamp: z.string(), nonce: z.string() },
    ...{ method: z.string(), path: z.string(), body: z.string(), signature: z.string() },
    ...{ host: z.string(), idempotencyKey: z.string() },
  }),
);

it('version 2, the default, signs what its vectors sign, and says which version it is', async () => {
  const seconds = SecondVectors.parse(JSON.parse(readFileSync('test/vectors/hmac-v2.json', 'utf8')));
  expect(seconds.length).toBeGreaterThan(3);
  for (const { merchantId, secret, timestamp, nonce, method, path, body, signature, ...more } of seconds) {
    const url = new URL(path, `https://${more.host}`);
    const request = { method, url, body: bytes(body), idempotencyKey: more.idempotencyKey || null };
    const headers = await signedHeaders({ merchantId, secret, keyId: 'k' }, request, Number(timestamp), nonce);
    expect(headers).toMatchObject({ 'x-signature-version': '2', 'x-key-id': 'k', signature });
  }
});
