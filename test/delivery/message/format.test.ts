import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brandColorOf, contrast, readableOn } from '../../../src/delivery/message/color.ts';
import { moment, money, plainMoney } from '../../../src/delivery/message/format.ts';
import { lines, oneLine, safeUrl } from '../../../src/delivery/message/sanitize.ts';

describe('money', () => {
  it.each([
    [1250, 'USD', 'en-US', '$12.50'],
    [5000, 'JPY', 'en-US', '¥5,000'],
    [1, 'KWD', 'en-US', 'KWD 0.001'],
    [123456789, 'EUR', 'de-DE', '1.234.567,89 €'],
    [0, 'GBP', 'en-GB', '£0.00'],
    [-5, 'USD', 'en-US', '-$0.05'],
    [Number.MAX_SAFE_INTEGER, 'USD', 'en-US', '$90,071,992,547,409.91'],
    [100, 'USD', 'not a locale', '$1.00'],
    [100, 'x', 'en-US', 'x 1.00'],
  ])('%i of %s in %s is %s', (minor, currency, locale, text) => {
    expect(money(minor, currency, locale).replace(/[\u00a0\u202f]/g, ' ')).toBe(text);
  });

  it('loses no unit of any amount', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.constantFrom('USD', 'JPY', 'KWD'), (minor, currency) => {
        expect(Number(money(minor, currency, 'en-US').replace(/\D/g, ''))).toBe(minor);
        expect(Number(plainMoney(minor, currency).replace(/\D/g, ''))).toBe(minor);
      }),
    );
  });
});

it('a moment is told by the clock of a time zone, which it names; by UTC where there is no such zone', () => {
  const at = Date.UTC(2027, 0, 1, 0, 30);
  expect(moment(at, 'en-GB', 'UTC')).toBe('1 January 2027 at 00:30 UTC');
  expect(moment(at, 'en-US', 'America/New_York').replace('\u202f', ' ')).toBe('December 31, 2026 at 7:30 PM EST');
  expect(moment(at, 'en-GB', 'Middle/Earth')).toBe('1 January 2027 at 00:30 UTC');
});

describe('colours', () => {
  it('are taken only as #rrggbb', () => {
    expect(brandColorOf('#0F766E')).toBe('#0f766e');
    for (const other of [null, '', 'red', '#fff', '#12345g', '#123456;}', ' #123456'])
      expect(brandColorOf(other)).toBe(brandColorOf(null));
  });

  it('carry a text that can be read (WCAG AA, 4.5) whatever they are', () => {
    const hex = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);
    fc.assert(
      fc.property(hex, (color) => {
        expect(contrast(color, readableOn(color))).toBeGreaterThanOrEqual(4.5);
      }),
    );
    expect(contrast('#ffffff', '#000000')).toBeCloseTo(21);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });
});

describe('typed text', () => {
  it('becomes one line without control or direction characters', () => {
    expect(oneLine(' a\r\nBcc: b\u202e\u2028c\0 ', 80)).toBe('a Bcc: b c');
    expect(oneLine('🎉'.repeat(5), 3)).toBe('🎉🎉…');
    expect(oneLine('\ud800x', 9)).toBe('\ufffdx');
  });

  it('keeps its lines where it may have some', () => {
    expect(lines('\n a\r\nb\tc\n\nd\n\n', 255)).toEqual([' a', 'b c', '', 'd']);
    expect(lines('', 255)).toEqual([]);
  });
});

describe('a URL', () => {
  it.each([
    ['https://cdn.example.com/a b.png', 'https://cdn.example.com/a%20b.png'],
    ['http://localhost:8787/logo.png', 'http://localhost:8787/logo.png'],
    ['http://cdn.example.com/a.png', null],
    ['javascript:alert(1)', null],
    ['data:image/png;base64,AA', null],
    ['//cdn.example.com', null],
    ['', null],
    [null, null],
  ])('%s is safe as %s', (text, url) => {
    expect(safeUrl(text)).toBe(url);
  });
});
