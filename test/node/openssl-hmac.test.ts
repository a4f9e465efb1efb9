import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { canonicalRequest, requestTarget } from '../../src/auth/hmac.ts';
import vectors from '../vectors/hmac.json' with { type: 'json' };

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
});
