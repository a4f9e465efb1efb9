import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeEmail } from '../../../src/delivery/message/email.ts';
import { content } from '../sample.ts';

const unsubscribeUrl = 'https://pay.example.com/u/token';
const compose = (more: Parameters<typeof content>[0] = {}) => composeEmail(content(more), unsubscribeUrl);

/** The HTML as a parser sees it: every attribute and the text, entities resolved. */
async function parsed(html: string) {
  const seen = { tags: new Set<string>(), links: new Set<string>(), images: new Set<string>(), handlers: 0, text: '' };
  await new HTMLRewriter()
    .on('*', {
      element(element) {
        seen.tags.add(element.tagName);
        for (const [name = '', value = ''] of element.attributes) {
          if (name.startsWith('on')) seen.handlers += 1;
          if (name === 'href') seen.links.add(value);
          if (name === 'src') seen.images.add(value);
        }
      },
      text(chunk) {
        seen.text += chunk.text;
      },
    })
    .transform(new Response(html))
    .text();
  return seen;
}

const expectedTags = [
  'a',
  'b',
  'body',
  'br',
  'div',
  'h1',
  'head',
  'html',
  'img',
  'meta',
  'span',
  'style',
  'table',
  'td',
  'title',
  'tr',
];

describe('an email', () => {
  it('says who asks for how much, for what, until when, with one link to pay', async () => {
    const { subject, html, text } = compose();
    expect(subject).toBe('Café Luna: payment request for $280.92');
    for (const part of [html, text]) {
      for (const fact of [
        'Hello Ana,',
        'Café Luna',
        '$280.92',
        'Lunch box',
        '12 × $14.50 + $13.92 tax',
        '$187.92',
        'COFFEE-5L',
        '$265.92',
        '$15.00',
        'We deliver at noon.',
        'Catering, 12 May',
        'May 11, 2027 at 5:30',
        'UTC',
        'help@cafeluna.example',
      ]) {
        expect(part).toContain(fact);
      }
    }
    const seen = await parsed(html);
    expect([...seen.links]).toEqual([
      'https://pay.example.com/s/AbC123_-xyz9',
      'mailto:help@cafeluna.example',
      unsubscribeUrl,
    ]);
    expect([...seen.images]).toEqual(['https://cdn.example.com/luna.png']);
    expect(text).toContain(`Pay here:\nhttps://pay.example.com/s/AbC123_-xyz9\n`);
    expect(text).toContain(`Unsubscribe: ${unsubscribeUrl}`);
  });

  it('asks everywhere for what is still due, and says what was paid', () => {
    const { subject, html, text } = compose({ amountPaid: 8092, amountDue: 20000 });
    expect(subject).toBe('Café Luna: payment request for $200.00');
    expect(html).toContain('Pay $200.00 to Café Luna by');
    expect(html).toContain('>Pay $200.00</a>');
    expect(html).toContain('font-weight:700;word-break:break-word">$200.00</h1>');
    for (const part of [html, text]) expect(part).toContain('Café Luna has received $80.92 of $280.92.');
    expect(text).toContain('Total: $280.92\nAlready paid: $80.92\nStill due: $200.00');
    expect(html).not.toContain('Pay $280.92');
  });

  it('tells dates by the clock of the customer', () => {
    const { html, text } = compose({ timeZone: 'Europe/Berlin' });
    for (const part of [html, text]) expect(part).toMatch(/May 11, 2027 at 7:30.PM GMT\+2/);
  });

  it('does without everything that may be missing', async () => {
    const { html, text, subject } = compose({
      merchant: { name: '\u202e\r\n', brandColor: null, logoUrl: null, supportEmail: null },
      customerFirstName: null,
      description: null,
      memo: null,
      lineItems: [],
      tax: null,
      shipping: null,
    });
    expect(subject).toBe('Your merchant: payment request for $280.92');
    expect(html).toContain('Hello,');
    expect(text).not.toContain('Subtotal');
    expect(`${html}${text}`).not.toMatch(/null|undefined|NaN|\[object/);
  });

  it('escapes whatever was typed, and loads or opens nothing that was', async () => {
    const evil = '</td></style><script>alert(1)</script><img src=x onerror="alert(1)">\'"&amp;';
    const { html } = compose({
      merchant: {
        name: evil,
        brandColor: '#fff;background:url(https://evil.example)',
        logoUrl: 'javascript:alert(1)',
        supportEmail: `a"onclick="x@evil.example`,
      },
      customerFirstName: evil,
      description: evil,
      memo: evil,
      lineItems: [{ description: evil, sku: evil, quantity: 1, price: 1, tax: null }],
    });
    const seen = await parsed(html);
    expect(seen.handlers).toBe(0);
    expect([...seen.images]).toEqual([]);
    expect([...seen.tags].filter((tag) => !expectedTags.includes(tag))).toEqual([]);
    expect(html).not.toContain('evil.example)');
    expect(seen.text).toContain('&lt;script&gt;');
  });

  it('holds for any text: no foreign tag, no control character, no hidden direction', async () => {
    const typed = fc.string({ unit: 'binary', maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(typed, typed, typed, typed, async (name, first, memo, description) => {
        const { subject, html, text } = compose({
          merchant: { name, brandColor: name, logoUrl: name, supportEmail: first },
          customerFirstName: first,
          memo,
          description,
        });
        expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        expect(`${html}${text}`).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
        const seen = await parsed(html);
        expect([...seen.tags].filter((tag) => !expectedTags.includes(tag))).toEqual([]);
        expect(seen.handlers).toBe(0);
        expect(text).toContain('https://pay.example.com/s/AbC123_-xyz9');
      }),
      { numRuns: 200 },
    );
  });

  it('folds a very long list, and its sums stay whole', () => {
    const lineItems = Array.from({ length: 400 }, (_, index) => ({
      description: `Thing ${index} ${'x'.repeat(100)}`,
      sku: null,
      quantity: 2,
      price: 100,
      tax: 1,
    }));
    const { html, text } = compose({ lineItems });
    expect(text).toContain('- 361 more items: $725.61');
    expect(html.length).toBeLessThan(100_000);
  });

  it('writes amounts and dates as the customer does, and survives a locale that is none', () => {
    expect(compose({ locale: 'de-DE', currencyCode: 'EUR' }).text).toContain('280,92 €');
    expect(compose({ locale: 'de-DE' }).text).toContain('11. Mai 2027');
    expect(compose({ locale: 'not a locale' }).text).toContain('$280.92');
    expect(compose({ currencyCode: 'JPY', amountDue: 5000 }).subject).toContain('¥5,000');
  });
});
