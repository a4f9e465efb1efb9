import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { skipifyRequestUri, skipifySignature, skipifyText, verifySkipify } from '../../src/auth/skipify.ts';

const parts = {
  merchantId: '11111111-2222-4333-8444-555555555555',
  apiKey: 'sk_skipify_9c2d7f10a4b84e5f8f60d1c2b3a49587',
  timestamp: '1735689600000',
  nonce: 'b7c1f2d4-e8a9-4b0c-9d3e-5f6071829304',
  requestUri: 'orders?pageNumber=1&pageSize=20',
  method: 'PATCH',
  body: '{ "memo": "two words" }',
};

describe('the signed text', () => {
  it('is joined by bars, without whitespace, in upper case', () => {
    expect(skipifyText(parts)).toBe(
      '11111111-2222-4333-8444-555555555555|SK_SKIPIFY_9C2D7F10A4B84E5F8F60D1C2B3A49587|1735689600000|B7C1F2D4-E8A9-4B0C-9D3E-5F6071829304|ORDERS?PAGENUMBER=1&PAGESIZE=20|PATCH|{"MEMO":"TWOWORDS"}',
    );
  });

  it('loses exactly the whitespace that \\s of Java matches', () => {
    expect(skipifyText({ ...parts, body: 'a \t\n\u000b\f\rb' }).endsWith('|AB')).toBe(true);
    expect(skipifyText({ ...parts, body: 'a\u00a0\u2003\ufeffb' }).endsWith('|A\u00a0\u2003\ufeffB')).toBe(true);
  });

  it('is upper-cased as Java does it, beyond ASCII', () => {
    expect(skipifyText({ ...parts, body: 'straße café ﬁ' }).endsWith('|STRASSECAFÉFI')).toBe(true);
  });
});

describe('the signature', () => {
  it('ignores case and whitespace of the body', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.nat(), async (body, at) => {
        const cut = at % (body.length + 1);
        const spaced = `${body.slice(0, cut)} \n${body.slice(cut)}`;
        const signature = await skipifySignature({ ...parts, body });
        expect(await verifySkipify({ ...parts, body: spaced }, signature)).toBe(true);
        expect(await verifySkipify({ ...parts, nonce: parts.nonce.toUpperCase(), body }, signature)).toBe(true);
      }),
    );
  });

  it('depends on every other character of every part', async () => {
    const signature = await skipifySignature(parts);
    for (const name of ['merchantId', 'apiKey', 'timestamp', 'nonce', 'requestUri', 'method', 'body'] as const) {
      expect(await verifySkipify({ ...parts, [name]: `${parts[name]}x` }, signature), name).toBe(false);
    }
    expect(await verifySkipify(parts, signature)).toBe(true);
  });
});

describe('requestUri', () => {
  it.each([
    ['/', ''],
    ['/orders', 'orders'],
    ['/orders?', 'orders'],
    ['/orders?pageSize=20&pageNumber=1', 'orders?pageNumber=1&pageSize=20'],
    ['/orders?b=2&a=1&b=1', 'orders?a=1&b=2&b=1'],
    ['/orders?q=what?&a', 'orders?a&q=what?'],
    ['/a/b/send', 'a/b/send'],
  ])('of %s is "%s"', (target, uri) => {
    expect(skipifyRequestUri(target)).toBe(uri);
  });
});
