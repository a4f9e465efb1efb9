import fc from 'fast-check';
import { serializeItem } from 'structured-headers';
import { describe, expect, it } from 'vitest';
import { parseIdempotencyKey } from '../../src/http/idempotency-headers.ts';

const printable = fc.stringMatching(/^[\x20-\x7e]{1,255}$/);

describe('an idempotency key', () => {
  it('is the text inside a quoted string', () => {
    fc.assert(
      fc.property(printable, (key) => {
        expect(parseIdempotencyKey(serializeItem(key))).toBe(key);
      }),
    );
  });

  it('is a bare header, byte for byte', () => {
    for (const key of [
      'a',
      'order-1',
      'a\\b',
      'a\\"b',
      'say "hello"',
      "'a'",
      'a;b=1',
      '?1',
      ':YQ==:',
      'a, b',
      '%20',
      '1.50',
    ]) {
      expect(parseIdempotencyKey(key)).toBe(key);
    }
  });

  it.each([
    ['nothing quoted', '""'],
    ['an open quote', '"'],
    ['a quote that does not end', '"order'],
    ['something after the end', '"order" 2'],
    ['two strings', '"a", "b"'],
    ['parameters', '"order";v=1'],
    ['an escape that is none', '"a\\b"'],
    ['an escape at the end', '"a\\'],
    ['a letter beyond ASCII', '"é"'],
    ['a bare letter beyond ASCII', 'é'],
    ['a control character', '"a\tb"'],
    ['more than 255 characters', `"${'a'.repeat(256)}"`],
    ['more than 255 bare characters', 'a'.repeat(256)],
    ['nothing', ''],
  ])('refuses %s', (_, header) => {
    expect(parseIdempotencyKey(header)).toMatchObject({ code: 'invalid_request' });
  });
});
