import { describe, expect, it } from 'vitest';
import { composeEmail } from '../../../src/delivery/message/email.ts';
import { septets } from '../../../src/delivery/message/gsm7.ts';
import { en, type Words } from '../../../src/delivery/message/locales/en.ts';
import { around, fill, languageOf, languages } from '../../../src/delivery/message/locales/language.ts';
import { composeSms } from '../../../src/delivery/message/sms.ts';
import { content } from '../sample.ts';

const all = Object.entries(languages);
const others = all.filter(([name]) => name !== 'en');
const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
const textsOf = (words: Words) => new Map(Object.entries(words));

/** Words that two languages share. */
const shared = new Set(['Total', 'Subtotal', 'Tax', '{merchant}: payment request for {amount}']);

describe('the languages', () => {
  it('are English, Spanish, French, German and Portuguese', () => {
    expect(Object.keys(languages).sort()).toEqual(['de', 'en', 'es', 'fr', 'pt']);
  });

  it.each(all)('%s lacks no key, and fills in what English does', (_, words) => {
    const [english, texts] = [textsOf(en), textsOf(words)];
    expect([...texts.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [key, text] of english) {
      expect([key, texts.get(key)?.trim()]).not.toEqual([key, '']);
      expect([key, placeholders(texts.get(key) ?? '')]).toEqual([key, placeholders(text)]);
    }
  });

  it.each(others)('%s leaves nothing in English', (_, words) => {
    const texts = textsOf(words);
    const same = [...textsOf(en)].filter(([key, text]) => texts.get(key) === text && !shared.has(text));
    expect(same).toEqual([]);
  });

  it.each(all)('%s has its text message in the GSM alphabet, and STOP in it', (_, words) => {
    for (const [key, text] of textsOf(words))
      if (key.startsWith('sms')) expect([key, septets(text)]).toEqual([key, expect.any(Number)]);
    expect(words.smsStop).toContain('STOP');
    expect(words.smsStop).toMatch(/^ /);
  });
});

describe('the language of a locale', () => {
  it.each([
    ['es-MX', 'es-MX'],
    ['pt', 'pt'],
    ['de-AT-u-ca-buddhist-nu-arab', 'de-AT'],
    ['en-GB', 'en-GB'],
    ['ja-JP', 'en-US'],
    ['ar-EG', 'en-US'],
    ['constructor', 'en-US'],
    ['not a locale', 'en-US'],
    ['', 'en-US'],
  ])('%s is %s', (tag, locale) => {
    expect(languageOf(tag)).toMatchObject({ locale, dir: 'ltr' });
  });
});

describe('a message', () => {
  const unsubscribe = 'https://pay.example.com/u/token';
  // Words of English that no other of the languages has.
  const english =
    /\b(Hello|payment|request|Amount due|Pay|paid|expires|Questions|Unsubscribe|email|Shipping|tax|more items|May)\b/;
  const typed = {
    description: null,
    memo: null,
    lineItems: [{ description: 'X', sku: null, quantity: 2, price: 5, tax: 1 }],
  };

  it.each([
    ['es-ES', '11 de mayo de 2027', '200,00 US$'],
    ['fr-FR', '11 mai 2027', '200,00 $US'],
    ['de-DE', '11. Mai 2027', '200,00 $'],
    ['pt-BR', '11 de maio de 2027', 'US$ 200,00'],
  ])('in %s is in one language whole: subject, HTML, text and SMS, dates and amounts too', (locale, date, amount) => {
    const message = content({ ...typed, locale, amountPaid: 8092, amountDue: 20000 });
    const { subject, html, text } = composeEmail(message, unsubscribe);
    const spaced = (part: string) => part.replace(/[\u00a0\u202f]/g, ' ');
    for (const part of [
      subject,
      html.replace(/<style>.*?<\/style>/s, '').replace(/<[^>]*>/g, ' '),
      text,
      composeSms(message),
    ]) {
      expect(part).not.toMatch(english);
      expect(spaced(part)).toContain(amount);
    }
    for (const part of [html, text]) expect(part).toContain(date);
    expect(html).toContain(`<html lang="${locale}" dir="ltr">`);
    expect(septets(composeSms(message))).toBeLessThanOrEqual(160);
  });

  it('for any other locale is English, its amounts and dates too', () => {
    const { subject, html, text } = composeEmail(content({ ...typed, locale: 'hi-IN' }), unsubscribe);
    expect(subject).toBe('Café Luna: payment request for $280.92');
    expect(html).toContain('<html lang="en-US" dir="ltr">');
    expect(text).toContain('May 11, 2027 at 5:30');
  });
});

it('what is filled in is not filled in again', () => {
  expect(fill('{a} and {b}', { a: '{b}', b: '$&' })).toBe('{b} and $&');
  expect(around('x {a} y {link} z', 'link', { a: '1' })).toEqual(['x 1 y ', ' z']);
});
