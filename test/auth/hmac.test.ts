import { createHash, createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalRequest, importHmacKey, requestTarget, type SignedParts, verifyHmac } from '../../src/auth/hmac.ts';
import { sha256Hex, utf8 } from '../../src/lib/encoding.ts';
import vectors from '../vectors/hmac.json';

describe('the published vectors', () => {
  for (const vector of vectors) {
    it(`has the canonical text and the signature of "${vector.name}", and node:crypto agrees`, async () => {
      const { merchantId, timestamp, nonce, method, secret, signature } = vector;
      const target = requestTarget(`https://gateway.test${vector.path}`);
      const bodySha256 = await sha256Hex(utf8(vector.body));
      const canonical = canonicalRequest({ merchantId, timestamp, nonce, method, target, bodySha256 });
      expect(canonical).toBe(vector.canonical);
      expect(bodySha256).toBe(createHash('sha256').update(vector.body).digest('hex'));
      expect(createHmac('sha256', secret).update(canonical).digest('hex')).toBe(signature);
      expect(await verifyHmac(await importHmacKey(secret), canonical, signature)).toBe(true);
      expect(await verifyHmac(await importHmacKey(`${secret}0`), canonical, signature)).toBe(false);
    });
  }
});

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const parts: fc.Arbitrary<SignedParts> = fc.record({
  merchantId: fc.uuid(),
  timestamp: fc.integer({ min: 1_000_000_000, max: 9_999_999_999 }).map(String),
  nonce: hex(32),
  method: fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE'),
  target: fc.webPath().map((path) => `/${path.replace(/^\//, '')}`),
  bodySha256: hex(64),
});

describe('the canonical text', () => {
  it('has seven lines and no newline at the end', () => {
    fc.assert(
      fc.property(parts, (some) => {
        expect(canonicalRequest(some).split('\n')).toEqual([
          'PAYLINKS-HMAC-SHA256-V1',
          ...Object.values({
            a: some.merchantId,
            b: some.timestamp,
            c: some.nonce,
            d: some.method,
            e: some.target,
            f: some.bodySha256,
          }),
        ]);
      }),
    );
  });

  it('differs if any part differs', () => {
    fc.assert(
      fc.property(
        parts,
        parts,
        fc.constantFrom(...(['merchantId', 'timestamp', 'nonce', 'method', 'target', 'bodySha256'] as const)),
        (one, other, part) => {
          fc.pre(one[part] !== other[part]);
          expect(canonicalRequest({ ...one, [part]: other[part] })).not.toBe(canonicalRequest(one));
        },
      ),
    );
  });

  it('has the method in upper case', () => {
    fc.assert(
      fc.property(parts, (some) => {
        expect(canonicalRequest({ ...some, method: some.method.toLowerCase() })).toBe(canonicalRequest(some));
      }),
    );
  });
});

describe('path and query', () => {
  it.each([
    ['https://gateway.test', '/'],
    ['https://gateway.test/a/../b', '/b'],
    ['https://gateway.test/é?q=é', '/%C3%A9?q=%C3%A9'],
    ['https://gateway.test/a?b=1&a=2', '/a?b=1&a=2'],
    ['https://gateway.test/a?', '/a?'],
    ['https://gateway.test/a?b#fragment', '/a?b'],
    ['http://localhost:8787/a%2Fb//c/', '/a%2Fb//c/'],
  ])('of %s are %s', (url, target) => {
    expect(requestTarget(url)).toBe(target);
  });
});
