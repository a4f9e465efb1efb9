import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeEmail } from '../../../src/delivery/message/email.ts';
import { nameLine } from '../../../src/delivery/message/sanitize.ts';
import { composeSms } from '../../../src/delivery/message/sms.ts';
import { content } from '../sample.ts';

const link = 'https://pay.example.com/s/AbC123_-xyz9';
const unsubscribeUrl = 'https://pay.example.com/u/token';
const merchantCalled = (name: string) => ({ name, brandColor: null, logoUrl: null, supportEmail: null });

/** What mail clients and phones make links of: a scheme, a domain with a top level of letters, an address, an IPv4 address. */
const linked =
  /[a-z][a-z0-9+.-]*:\/\/|(?:mailto|tel|sms|javascript|data):[^\s…]|\S@[^\s…]|[\p{L}\p{N}_-][.\u3002\uff0e\uff61\u2024\ufe52](?:\p{L}|xn--)|\d\.\d+\.\d|\/\/\S/iu;

const lures = [
  'https://evil.example/pay',
  'HTTP://evil.example',
  'http:\\\\evil.example',
  'evil.com',
  'www.evil.com',
  'Ada, pay at evil.com/x?y=1#z',
  'evil。com',
  'evil．com',
  'ｅｖｉｌ．ｃｏｍ',
  'evil｡com',
  'evil․com',
  'evil\u200b.\u2060com',
  'evil.\u202ecom',
  'evil.\u00adcom',
  'evil.пример',
  'evil.xn--p1ai',
  'пример.рф/оплата',
  '1.2.3.4',
  '192.168.1.1/pay',
  '//evil.example',
  'mailto:a@evil.com',
  'a@evil.com',
  'a＠evil.com',
  'tel:+19005550123',
  'javascript:alert(1)',
  'http://localhost/x',
  'http://[::1]/x',
  'user:pass@evil.com',
  'evil.com.',
  'evil..com',
  'Evil·com',
];

describe('a name', () => {
  it.each(lures)('makes no link of itself in a greeting, a subject or an SMS: %j', (lure) => {
    const { subject, html, text } = composeEmail(
      content({ merchant: merchantCalled(lure), customerFirstName: lure, memo: null, description: null }),
      unsubscribeUrl,
    );
    const others = `${html}\n${text}`.replaceAll(link, '').replaceAll(unsubscribeUrl, '');
    expect(subject).not.toMatch(linked);
    const greeting = /^Hello .*/m.exec(text)?.[0] ?? '';
    expect(greeting).not.toBe('');
    expect(greeting).not.toMatch(linked);
    expect(others).not.toMatch(/evil[.。．｡․]+[\p{L}\p{N}]/iu);
    const sms = composeSms(content({ merchant: merchantCalled(lure) }));
    expect(sms).toContain(link);
    expect(sms.replace(link, '')).not.toMatch(linked);
  });

  it.each([
    ['Café Luna, Inc.', 'Café Luna, Inc.'],
    ['J.R.R. Tolkien', 'J. R. R. Tolkien'],
    ['St.Mary', 'St. Mary'],
    ['Booking.com', 'Booking. com'],
    ['.NET Shop', '.NET Shop'],
    ['Studio 3.5', 'Studio 3.5'],
    ['Bar 24/7 A/B', 'Bar 24/7 A/B'],
    ['Open 9:30', 'Open 9:30'],
    ['Shop: Books', 'Shop: Books'],
    ['Hello...', 'Hello...'],
    ['O’Neill & Söhne (est. 1880)', 'O’Neill & Söhne (est. 1880)'],
    ['Yahoo!', 'Yahoo!'],
    ['שלום', 'שלום'],
  ])('of an ordinary kind stays readable: %j', (name, shown) => {
    expect(nameLine(name, 80)).toBe(shown);
  });

  it('of any text links nothing, holds no mark that turns the reading order, and is not longer than asked', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(
        '.',
        '。',
        '．',
        '@',
        ':',
        '//',
        '/',
        '\u200b',
        '\u202e',
        '\u2066',
        '\u200f',
        'com',
        'evil',
        '1',
        ' ',
      ),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.integer({ min: 1, max: 60 }), (parts, longest) => {
        const shown = nameLine(parts.join(''), longest);
        expect(shown).not.toMatch(linked);
        expect(shown).not.toMatch(/\p{Bidi_Control}/u);
        expect(Array.from(shown).length).toBeLessThanOrEqual(longest);
        const whole = nameLine(parts.join(''), 1_000);
        expect(nameLine(whole, 1_000)).toBe(whole);
      }),
      { numRuns: 2_000 },
    );
  });
});

it('no message holds a mark that turns the reading order, also where the locale writes amounts with one', () => {
  const marks = '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069';
  for (const locale of ['ar-EG', 'he-IL', 'fa-IR', 'en-US']) {
    const typed = `a${marks}b`;
    const given = content({
      locale,
      merchant: {
        name: typed,
        brandColor: typed,
        logoUrl: `https://cdn.example/${marks}`,
        supportEmail: `a${marks}@b.example`,
      },
      customerFirstName: typed,
      description: typed,
      memo: typed,
      lineItems: [{ description: typed, sku: typed, quantity: 1, price: 100, tax: 5 }],
    });
    const { subject, html, text } = composeEmail(given, unsubscribeUrl);
    expect(`${subject}${html}${text}${composeSms(given)}`).not.toMatch(/\p{Bidi_Control}/u);
  }
});
