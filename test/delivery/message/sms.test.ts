import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { septets } from '../../../src/delivery/message/gsm7.ts';
import { languageOf } from '../../../src/delivery/message/locales/language.ts';
import { composeSms } from '../../../src/delivery/message/sms.ts';
import { content } from '../sample.ts';

const merchant = (name: string) => ({ name, brandColor: null, logoUrl: null, supportEmail: null });
const compose = (name: string, more: Parameters<typeof content>[0] = {}) =>
  composeSms(content({ merchant: merchant(name), ...more }));
const link = 'https://pay.example.com/s/AbC123_-xyz9';

describe('an SMS', () => {
  it('says who asks for how much, the link, and how to opt out', () => {
    expect(compose('Café Luna')).toBe(`Café Luna requests $280.92. Pay here: ${link} Reply STOP to opt out`);
  });

  it('asks for what is still due and says what was paid; where that does not fit the amount stays', () => {
    const part = { amountPaid: 400, amountDue: 610, total: 1010 };
    expect(compose('Luna', part)).toBe(
      `Luna requests $6.10 ($4.00 already paid). Pay here: ${link} Reply STOP to opt out`,
    );
    const shortLink = `https://pay.${'long-'.repeat(12)}example.com/s/abc`;
    const text = compose('Luna', { ...part, shortLink });
    expect(text).toContain('$6.10. ');
    expect(text).not.toContain('$4.00');
  });

  it.each([
    ['支払い', 'Payment request for'],
    ['🎉🎉', 'Payment request for'],
    ['支払い Ltd', 'Ltd requests'],
    ['A\r\nB', 'A B requests'],
    ['Łódź Çelik “Naïve” – Co™', 'Lodz Çelik "Naive" - CoTM requests'],
  ])('writes the name %j in GSM letters, or leaves it out', (name, opening) => {
    expect(compose(name)).toBe(`${opening} $280.92. Pay here: ${link} Reply STOP to opt out`);
  });

  it('shortens a long name, never the link', () => {
    const text = compose('The Extraordinarily Long Merchant Name of the Northern Provinces and Beyond');
    expect(text).toContain('... requests $280.92. Pay here: ');
    expect(text).toContain(` ${link} Reply STOP`);
    expect(septets(text)).toBeLessThanOrEqual(160);
  });

  it('writes amounts that the GSM alphabet has no sign or digits for in plain letters', () => {
    expect(compose('Luna', { currencyCode: 'EUR', locale: 'de-DE' })).toContain('bittet um 280,92 €.');
    expect(compose('Luna', { currencyCode: 'KRW', locale: 'en-KR', amountDue: 5000 })).toContain('requests KRW 5000.');
    expect(compose('Luna', { currencyCode: 'INR', locale: 'en-IN' })).toContain('requests Rs280.92.');
  });

  it('drops the amount before the link when the link is long', () => {
    const shortLink = `https://pay.${'long-'.repeat(20)}example.com/s/abc`;
    const text = compose('Luna', { shortLink });
    expect(text).toContain(` ${shortLink} Reply STOP to opt out`);
    expect(septets(text)).toBeLessThanOrEqual(160);
  });

  it('is one segment with the whole link, whatever the name, amount, currency and locale', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ maxLength: 300 }),
      fc.constantFrom('^{}€'.repeat(40), 'é'.repeat(200)),
    );
    const locale = fc.constantFrom(
      'en-US',
      'de-DE',
      'es-ES',
      'pt-BR',
      'fr-FR',
      'ar-EG',
      'hi-IN',
      'ja-JP',
      'fa-IR',
      'fr-CH',
      'x',
      '',
    );
    const currency = fc.constantFrom('USD', 'EUR', 'JPY', 'KWD', 'INR', 'IRR', 'CHF', 'ZZZ');
    const code = fc.stringMatching(/^[A-Za-z0-9_-]{12,24}$/);
    fc.assert(
      fc.property(
        name,
        fc.maxSafeNat(),
        locale,
        currency,
        code,
        (merchantName, amountDue, language, currencyCode, suffix) => {
          const shortLink = `https://pay.example.com/s/${suffix}`;
          const text = compose(merchantName, { amountDue, amountPaid: 5, locale: language, currencyCode, shortLink });
          expect(septets(text)).toBeLessThanOrEqual(160);
          expect(text.split(' ')).toContain(shortLink);
          expect(text.endsWith(languageOf(language).words.smsStop)).toBe(true);
          expect(text).not.toMatch(/[\r\n\f]/);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
