import { beforeAll, describe, expect, it } from 'vitest';
import { newIdAt } from '../../../src/paylink-id.ts';
import { type Api, merchantApi } from '../../support/api.ts';
import { locationOf, signedIn, twoMerchants, type Visitor } from '../../support/console.ts';
import { at, create } from './new-paylink.ts';

let api: Api;
let visitor: Visitor;
beforeAll(async () => {
  ({ api, visitor } = await twoMerchants());
});

describe('the list', () => {
  it('finds a Paylink by email, phone, invoice, id and the address of its own page', async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const id = await create(api, {
      merchantInvoiceId: `INV ${email}`,
      customer: { email, phone: '+12025550187', firstName: 'Grace', lastName: 'Hopper' },
    });
    for (const q of [email, email.toUpperCase(), '(202) 555-0187']) {
      await visitor.get(`/console/paylinks?q=${encodeURIComponent(q)}`);
      expect(visitor.page, q).toContain(`href="${at(id)}"`);
    }
    for (const q of [id, `https://pay.example.com/${id}`]) {
      const answer = await visitor.get(`/console/paylinks?q=${encodeURIComponent(q)}`);
      expect([answer.status, locationOf(answer)]).toEqual([303, at(id)]);
    }
    await visitor.get(`/console/paylinks?q=${encodeURIComponent(`nobody${email}`)}`);
    expect(visitor.page).toContain('Nothing is found');
  });

  it('finds by invoice and by order number, whatever else the number could be', async () => {
    const invoice = String(Date.now());
    const [byInvoice, byOrder] = [await create(api, { merchantInvoiceId: invoice }), await create(api)];
    await api.call('POST', '/webhooks/payments', {
      paylinkId: byOrder,
      orderId: invoice,
      type: 'payment',
      amount: 100,
      currencyCode: 'USD',
    });
    await visitor.get(`/console/paylinks?q=${invoice}`);
    expect(visitor.page).toContain(at(byInvoice));
    expect(visitor.page).toContain(at(byOrder));
    const likeAnId = newIdAt(Date.now(), 1);
    const named = await create(api, { merchantInvoiceId: likeAnId });
    const answer = await visitor.get(`/console/paylinks?q=${likeAnId}`);
    expect([answer.status, visitor.page.includes(at(named))]).toEqual([200, true]);
  });

  it('narrows by status, delivery and days of the merchant’s own clock; nonsense narrows nothing', async () => {
    const id = await create(api);
    const shows = async (query: string) => {
      expect((await visitor.get(`/console/paylinks?${query}`)).status).toBe(200);
      return visitor.page.includes(at(id));
    };
    const day = (ms: number) => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' }).format(ms);
    const [today, tomorrow] = [day(Date.now()), day(Date.now() + 86_400_000)];
    expect(await shows('status=CREATED')).toBe(true);
    expect(await shows('status=open')).toBe(true);
    expect(await shows('status=PAID')).toBe(false);
    expect(await shows('delivery=BOUNCED')).toBe(false);
    expect(await shows(`from=${today}&to=${today}`)).toBe(true);
    expect(await shows(`from=${tomorrow}`)).toBe(false);
    expect(await shows('status=NONE&delivery=x&from=2026-02-31&to=soon&merchant=x&cursor=!')).toBe(true);
  });

  it('goes on where the page before ended, and exports what the filters show', async () => {
    const many = await merchantApi();
    for (let n = 0; n < 26; n++) await create(many, { merchantInvoiceId: `many-${n}` });
    const of = await signedIn(many.key);
    await of.get('/console/paylinks');
    expect(of.page.match(/class="main-link"/g)).toHaveLength(25);
    const older = /href="([^"]+cursor=[^"]+)"/.exec(of.page)?.[1]?.replaceAll('&amp;', '&') ?? '';
    await of.get(older);
    expect(of.page.match(/class="main-link"/g)).toHaveLength(1);
    const csv = await of.get('/console/paylinks.csv?status=CREATED');
    expect(csv.headers.get('content-disposition')).toContain('paylinks.csv');
    expect(of.page.trim().split('\r\n')).toHaveLength(27);
  });

  it('shows a parent its children’s Paylinks too, when asked to', async () => {
    const parent = await merchantApi({ name: 'Parent' });
    const child = await merchantApi({ name: 'The Child Shop', parentId: parent.merchant.id });
    const id = await create(child);
    const of = await signedIn(parent.key);
    await of.get('/console/paylinks');
    expect(of.page).not.toContain(at(id));
    await of.get('/console/paylinks?merchant=all');
    expect(of.page).toContain(at(id));
    expect(of.page).toContain('The Child Shop');
    expect((await of.get(at(id))).status).toBe(200);
    expect((await (await signedIn(child.key)).get(at(await create(parent)))).status).toBe(404);
  });
});
