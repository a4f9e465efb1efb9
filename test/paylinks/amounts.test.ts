import { describe, expect, it } from 'vitest';
import { amountDue } from '../../src/paylinks/domain/amounts.ts';
import { aPaylink } from '../support/a-paylink.ts';
import { merchantApi } from '../support/api.ts';
import { aPayment, aRefund, having } from '../support/payments.ts';
import { createBody, seedPaylink } from '../support/verbs.ts';

describe('the amount due', () => {
  it('is the total less what was paid, refunds given back, and never below zero', () => {
    const unpaid = aPaylink();
    const part = having(unpaid, aPayment({ amount: 400 }));
    const over = having(part, aPayment({ orderId: 'o-2', amount: 900 }));
    const refunded = having(part, aRefund(150));
    expect([unpaid, part, over, refunded].map(amountDue)).toEqual([1010, 610, 0, 760]);
  });

  it('of a Paylink that can be sent follows from its head alone', () => {
    const { orders: _, ...head } = having(aPaylink(), aPayment({ amount: 400 }));
    expect(amountDue(head)).toBe(610);
  });

  it('is in the body, and a part payment lowers it', async () => {
    const { merchant, call } = await merchantApi();
    const { id } = await seedPaylink(merchant);
    expect(await (await call('GET', `/${id}`)).json()).toMatchObject({ total: 1010, amountDue: 1010 });
    const paid = { paylinkId: id, orderId: 'o', type: 'payment', amount: 400, currencyCode: 'USD' };
    const answer = await call('POST', '/webhooks/payments', paid);
    expect(await answer.json()).toMatchObject({ status: 'PARTIALLY_PAID', amountDue: 610 });
  });
});

describe('a Paylink of nothing', () => {
  it('is refused at send as nothing_due, by REST and by GraphQL', async () => {
    const { merchant, call } = await merchantApi();
    const created = await call('POST', '/', createBody(merchant.id, { lineItems: [] }));
    const { paylinkId }: { paylinkId: string } = await created.json();
    const sent = await call('PATCH', `/${paylinkId}/send`, { sendEmail: true, sendSms: false });
    expect([sent.status, await sent.json()]).toMatchObject([400, { code: 'nothing_due' }]);
    const query = `mutation { sendPaymentSessionLink(input: { id: "${paylinkId}", channel: Email }) { success message } }`;
    const session = await call('POST', '/graphql', { query }, { accept: 'application/json' });
    expect(await session.json()).toMatchObject({
      data: { sendPaymentSessionLink: { success: false, message: expect.stringContaining('Nothing is due') } },
    });
  });
});
