import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { canonicalRequest, requestTarget, signedHeaders } from '../../src/auth/hmac.ts';
import vectors from '../vectors/hmac.json' with { type: 'json' };
import vectorsOfV2 from '../vectors/hmac-v2.json' with { type: 'json' };

const openssl = (input: string, ...args: string[]) =>
  execFileSync('openssl', ['dgst', '-sha256', ...args], { input, encoding: 'utf8' })
    .trim()
    .split(' ')
    .at(-1);

describe('a request signed with openssl alone', () => {
  for (const vector of vectors) {
    it(`has the signature of "${vector.name}"`, () => {
      const { merchantId, timestamp, nonce, method, secret } = vector;
      const bodySha256 = openssl(vector.body) ?? '';
      const target = requestTarget(`https://gateway.test${vector.path}`);
      const canonical = canonicalRequest({ merchantId, timestamp, nonce, method, target, bodySha256 });
      expect(canonical).toBe(vector.canonical);
      expect(openssl(canonical, '-hmac', secret)).toBe(vector.signature);
    });
  }

  for (const vector of vectorsOfV2) {
    it(`has, in version 2, the signature of "${vector.name}"`, () => {
      const { merchantId, timestamp, nonce, method, secret, idempotencyKey } = vector;
      const headers = new Headers({
        host: vector.host.toUpperCase(),
        ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}),
      });
      const url = `https://gateway.test${vector.path}`;
      const parts = {
        merchantId,
        timestamp,
        nonce,
        method,
        target: requestTarget(url),
        v2: signedHeaders(headers, url),
      };
      const canonical = canonicalRequest({ ...parts, bodySha256: openssl(vector.body) ?? '' });
      expect(canonical).toBe(vector.canonical);
      expect(openssl(canonical, '-hmac', secret)).toBe(vector.signature);
    });
  }
});
