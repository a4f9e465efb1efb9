import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ago } from '../../../src/http/pages/inbox/list.tsx';
import { linkParts } from '../../../src/http/pages/link-parts.ts';

describe('links in a text message', () => {
  it('are found without the full stop that ends the sentence', () => {
    expect(linkParts('Pay at https://x.test/s/a1. Thanks')).toEqual([
      { text: 'Pay at ', href: null },
      { text: 'https://x.test/s/a1', href: 'https://x.test/s/a1' },
      { text: '. Thanks', href: null },
    ]);
  });

  it('never lose or change a character, and lead only to http or https', () => {
    const text = fc
      .array(fc.oneof(fc.string(), fc.webUrl(), fc.constant('javascript:alert(1)')))
      .map((parts) => parts.join(' '));
    fc.assert(
      fc.property(text, (typed) => {
        const parts = linkParts(typed);
        expect(parts.map((part) => part.text).join('')).toBe(typed);
        for (const { href } of parts) if (href !== null) expect(href).toMatch(/^https?:\/\//);
      }),
    );
  });
});

describe('how long ago', () => {
  it('is said in the largest whole unit', () => {
    expect(ago(0, 59_999)).toBe('just now');
    expect(ago(0, 60_000)).toBe('1 minute ago');
    expect(ago(0, 3_599_999)).toBe('59 minutes ago');
    expect(ago(0, 7_200_000)).toBe('2 hours ago');
    expect(ago(0, 3 * 86_400_000)).toBe('3 days ago');
    expect(ago(5_000, 0)).toBe('just now');
  });
});
