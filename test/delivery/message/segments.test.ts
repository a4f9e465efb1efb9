import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { smsSegments } from '../../../src/delivery/message/segments.ts';

describe('the segments of an SMS', () => {
  it.each([
    ['', 'GSM-7', 1, 0],
    ['a'.repeat(160), 'GSM-7', 1, 160],
    ['a'.repeat(161), 'GSM-7', 2, 8],
    ['a'.repeat(306), 'GSM-7', 2, 153],
    ['a'.repeat(307), 'GSM-7', 3, 1],
    // The euro sign takes two septets and is not split: 152 and one left over.
    [`${'a'.repeat(152)}€${'a'.repeat(8)}`, 'GSM-7', 2, 10],
    ['ж'.repeat(70), 'UCS-2', 1, 70],
    ['ж'.repeat(71), 'UCS-2', 2, 4],
    // So is an emoji, of two units.
    [`${'ж'.repeat(66)}🙂${'ж'.repeat(10)}`, 'UCS-2', 2, 12],
  ] as const)('of %j are as a network counts them', (text, alphabet, parts, lastUsed) => {
    const segments = smsSegments(text);
    expect([segments.alphabet, segments.parts.length, segments.lastUsed]).toEqual([alphabet, parts, lastUsed]);
  });

  it('are together the text, and none is longer than it may be', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        const { parts, perSegment, alphabet } = smsSegments(text);
        expect(parts.join('')).toBe(text);
        if (alphabet === 'UCS-2') for (const part of parts) expect(part.length).toBeLessThanOrEqual(perSegment);
      }),
    );
  });
});
