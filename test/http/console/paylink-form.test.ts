import { beforeAll, describe, expect, it } from 'vitest';
import type { Api } from '../../support/api.ts';
import { locationOf, ownForm, twoMerchants, type Visitor } from '../../support/console.ts';
import { at, create, read } from './new-paylink.ts';

let api: Api;
let visitor: Visitor;
let foreign: Visitor;
beforeAll(async () => {
  ({ api, visitor, foreign } = await twoMerchants());
});

describe('a form', () => {
  it('without the token of this session does nothing, and neither does one from elsewhere', async () => {
    const id = await create(api);
    await visitor.get(at(id));
    const { formToken } = visitor;
    const tries: [object, Record<string, string>][] = [
      [{}, ownForm],
      [{ formToken: foreign.formToken }, ownForm],
      [{ formToken: `${formToken}x` }, ownForm],
      [{ formToken }, {}],
      [{ formToken }, { origin: 'https://evil.example' }],
      [{ formToken }, { origin: 'http://gateway.test', 'sec-fetch-site': 'same-site' }],
      [{ formToken }, { ...ownForm, 'content-type': 'text/plain' }],
    ];
    for (const [form, headers] of tries) {
      const answer = await visitor.request('POST', at(id, '/cancel'), form, headers);
      expect([answer.status, headers], JSON.stringify(form)).toEqual([403, headers]);
    }
    expect((await read(api, id)).status).toBe('CREATED');
    expect((await visitor.request('POST', at(id, '/cancel'), { formToken }, ownForm)).status).toBe(303);
    expect((await read(api, id)).status).toBe('CANCELED');
  });

  it('that creates says what is wrong beside the field, and creates once however often it is sent', async () => {
    await visitor.get('/console/paylinks/new');
    const once = /name="once" value="([^"]+)"/.exec(visitor.page)?.[1];
    const form = {
      lineCount: '2',
      'lineItems.0.description': 'Kettle',
      'lineItems.0.price': '12.5o',
      'customer.email': 'nobody',
      expiration: '2020-01-01T10:00',
      currencyCode: 'usd',
      sendEmail: 'yes',
      once,
    };
    const refused = await visitor.post('/console/paylinks/new', form);
    expect(refused.status).toBe(400);
    expect(visitor.page).toContain('id="lineItems.0.price-wrong"');
    expect(visitor.page).toContain('value="12.5o"');
    const half = { ...form, 'lineItems.0.price': '12.50' };
    await visitor.post('/console/paylinks/new', half);
    expect(visitor.page).toContain('id="customer.email-wrong"');
    const good = { ...half, 'customer.email': 'grace@example.com', expiration: '' };
    const answers = [await visitor.post('/console/paylinks/new', good)];
    await visitor.get('/console/paylinks/new');
    answers.push(await visitor.post('/console/paylinks/new', good));
    expect(answers.map(({ status }) => status)).toEqual([303, 303]);
    expect(locationOf(answers[0] ?? refused)).toBe(locationOf(answers[1] ?? refused));
    const id = /paylinks\/([^?]+)/.exec(locationOf(answers[0] ?? refused) ?? '')?.[1] ?? '';
    expect(await read(api, id)).toMatchObject({ total: 1250, customer: { email: 'grace@example.com' } });
  });

  it('leaves a note of several lines as it was: browsers send its ends of lines in another form', async () => {
    const id = await create(api, { memo: 'one\ntwo' });
    await visitor.get(at(id, '/edit'));
    const lines = { 'lineItems.0.description': 'Tent', 'lineItems.0.price': '10.00', lineCount: '1' };
    const answer = await visitor.post(at(id, '/edit'), { ...lines, currencyCode: 'USD', memo: 'one\r\ntwo' });
    expect([answer.status, (await read(api, id)).memo]).toEqual([303, 'one\ntwo']);
  });

  it('that changes keeps what it does not show', async () => {
    const id = await create(api, {
      customer: { email: 'a@example.com', paylinkCustomerId: 'c-1' },
      lineItems: [{ sku: 'TENT-2', description: 'Tent', price: 100, quantity: 2 }],
      metadata: { a: 1 },
    });
    const before = await read(api, id);
    await visitor.get(at(id, '/edit'));
    const values = [...visitor.page.matchAll(/<input[^>]*>/g)].flatMap(([input]) => {
      const name = / name="([^"]+)"/.exec(input)?.[1];
      const isOff = input.includes('type="checkbox"') && !input.includes('checked');
      return name === undefined || isOff ? [] : [[name, / value="([^"]*)"/.exec(input)?.[1] ?? '']];
    });
    const answer = await visitor.post(at(id, '/edit'), { ...Object.fromEntries(values), memo: 'Thank you' });
    expect([answer.status, locationOf(answer)]).toEqual([303, `${at(id)}?done=changed`]);
    expect(await read(api, id)).toEqual({ ...before, memo: 'Thank you' });
    await visitor.get(at(id));
    expect(visitor.page).toContain('memo: nothing → Thank you');
  });
});
