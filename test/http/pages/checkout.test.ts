import { describe, expect, it } from 'vitest';
import { checkoutRoutes } from '../../../src/http/pages/checkout.tsx';
import type { Paylink } from '../../../src/model/paylink.ts';
import { giveCredential } from '../../auth/merchant-side.ts';
import { type Api, merchantApi, request } from '../../support/api.ts';
import { seedPaylink } from '../../support/verbs.ts';
import { testApp } from './test-app.ts';

async function aMerchantWithCheckout(): Promise<{ api: Api; paylink: Paylink }> {
  const api = await merchantApi();
  await giveCredential(api.merchant.id, 'hmac', 'the-secret-of-this-merchant');
  return { api, paylink: await seedPaylink(api.merchant) };
}

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const submit = (code: string, action: string, orderId: string = crypto.randomUUID()) =>
  request('POST', `/checkout/${code}`, `action=${action}&orderId=${orderId}`, form);
const read = async ({ call }: Api, id: string) => (await call('GET', `/${id}`)).json();

describe('the mock checkout', () => {
  it('is where the page pays: Pay reports the amount due as the merchant’s own checkout would, and leads back to a receipt', async () => {
    const { api, paylink } = await aMerchantWithCheckout();
    const page = await (await request('GET', `/p/${paylink.code}`)).text();
    expect(page).toContain(`href="/checkout/${paylink.code}"`);
    const shown = await (await request('GET', `/checkout/${paylink.code}`)).text();
    for (const button of ['Pay', 'Pay part', 'Fail']) expect(shown).toMatch(new RegExp(`>\\s*${button}\\s*</button>`));

    const paid = await submit(paylink.code, 'pay');
    expect([paid.status, paid.headers.get('location')]).toEqual([303, `/p/${paylink.code}`]);
    expect(await read(api, paylink.id)).toMatchObject({ status: 'PAID', amountDue: 0, approvedAmount: 1010 });
    expect(await (await request('GET', `/p/${paylink.code}`)).text()).toContain('Receipt');
    expect((await submit(paylink.code, 'pay')).headers.get('location')).toBe(`/p/${paylink.code}`);
  });

  it('pays a part, and the rest after it; one click sent twice is one order', async () => {
    const { api, paylink } = await aMerchantWithCheckout();
    const order = crypto.randomUUID();
    await submit(paylink.code, 'part', order);
    expect(await read(api, paylink.id)).toMatchObject({ status: 'PARTIALLY_PAID', amountDue: 505 });
    const page = await (await request('GET', `/checkout/${paylink.code}`)).text();
    expect(page).toContain('<strong>$5.05</strong>');
    await submit(paylink.code, 'pay');
    expect(await read(api, paylink.id)).toMatchObject({ status: 'PAID', openOrders: [{ orderId: order }, {}] });
  });

  it('signs its report with the merchant’s HMAC secret', async () => {
    const { paylink } = await aMerchantWithCheckout();
    const seen: Request[] = [];
    const ask = testApp(
      checkoutRoutes((_, report) => {
        seen.push(report);
        return new Response(null, { status: 200 });
      }),
      { now: Date.now(), body: `action=fail&orderId=${crypto.randomUUID()}` },
    );
    expect((await ask(`/checkout/${paylink.code}`, { method: 'POST' })).status).toBe(200);
    const report = seen[0];
    expect(report?.headers.get('x-merchant-id')).toBe(paylink.merchantId);
    expect(report?.headers.get('signature')).toMatch(/^[0-9a-f]{64}$/);
    expect(report?.headers.has('authorization')).toBe(false);
    expect(await report?.json()).toMatchObject({ paylinkId: paylink.id, type: 'failed', amount: 1010 });
  });

  it('changes no status where a payment fails, says so, and writes it down', async () => {
    const { api, paylink } = await aMerchantWithCheckout();
    const failed = await submit(paylink.code, 'fail');
    expect([failed.status, await failed.text()]).toEqual([200, expect.stringContaining('role="status"')]);
    expect(await read(api, paylink.id)).toMatchObject({
      status: 'CREATED',
      amountDue: 1010,
      events: [{ eventType: 'CREATED' }, { eventType: 'PAYMENT_FAILED', newValue: { amount: 1010 } }],
    });
  });

  it('is offered to no merchant that has no secret to sign with, and exists only locally', async () => {
    const { merchant } = await merchantApi();
    const { code } = await seedPaylink(merchant);
    expect(await (await request('GET', `/p/${code}`)).text()).not.toContain('/checkout/');
    expect((await submit(code, 'pay')).status).toBe(404);
    const { paylink } = await aMerchantWithCheckout();
    const deployed = testApp(
      checkoutRoutes(() => Response.error()),
      { config: { ENVIRONMENT: 'production' } },
    );
    for (const method of ['GET', 'POST'])
      expect((await deployed(`/checkout/${paylink.code}`, { method })).status).toBe(404);
  });

  it('refuses a form that is not its own', async () => {
    const { paylink } = await aMerchantWithCheckout();
    expect((await submit(paylink.code, 'steal')).status).toBe(400);
    expect((await submit('0nosuchcode00', 'pay')).status).toBe(404);
  });
});
