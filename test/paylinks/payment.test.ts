import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Paylink } from '../../src/model/paylink.ts';
import { aPaylink } from '../support/a-paylink.ts';
import { aPayment, aRefund, having, pay } from '../support/payments.ts';

const paylink = aPaylink();
/** Everything but the order in which it was written down. */
const figures = ({ status, approvedAmount, orderTotal, orders }: Paylink) => ({
  status,
  approvedAmount,
  orderTotal,
  orders: orders.map(({ id, amount, fees, refunded, status: of }) => [id, amount, fees, refunded, of]).sort(),
});

describe('a payment', () => {
  it('pays a Paylink in part, then in full; a refund takes it back', () => {
    const part = having(paylink, aPayment({ amount: 400, fees: 25 }));
    expect(part).toMatchObject({ status: 'PARTIALLY_PAID', orderId: 'o-1', approvedAmount: 400, orderTotal: 1035 });
    const full = having(part, aPayment({ orderId: 'o-2', amount: 610 }));
    expect(full).toMatchObject({ status: 'PAID', orderId: 'o-1', approvedAmount: 1010, orderTotal: 1035 });
    const back = having(full, aRefund(10, { orderId: 'o-2' }));
    expect(back).toMatchObject({ status: 'PARTIALLY_REFUNDED', approvedAmount: 1010 });
    const all = having(back, aRefund(610, { orderId: 'o-2' }), aRefund(400));
    expect(all.status).toBe('REFUNDED');
    expect(all.events.map(({ type }) => type)).toEqual(['PARTIALLY_PAID', 'PAID', 'REFUNDED', 'REFUNDED', 'REFUNDED']);
  });

  it('counts once for its order id; other figures, another currency and a refund of no order are refused', () => {
    const paid = having(paylink, aPayment());
    expect(pay(paid, aPayment())).toEqual({ kind: 'unchanged' });
    expect(pay(paid, aPayment({ amount: 5 }))).toMatchObject({ refusal: { code: 'conflict' } });
    expect(pay(paid, aRefund(2000))).toMatchObject({ refusal: { code: 'invalid_request' } });
    expect(pay(paid, aRefund(1010, { orderId: 'o-9' }))).toMatchObject({ refusal: { code: 'not_found' } });
    expect(pay(paid, aPayment({ currencyCode: 'EUR' }))).toMatchObject({ refusal: { code: 'invalid_request' } });
  });

  it('that would leave the safe integers is refused', () => {
    const paid = having(paylink, aPayment({ amount: Number.MAX_SAFE_INTEGER }));
    expect(pay(paid, aPayment({ orderId: 'o-2', amount: 1 }))).toMatchObject({ refusal: { code: 'invalid_request' } });
    expect(pay(paylink, aPayment({ amount: 1, fees: Number.MAX_SAFE_INTEGER }))).toMatchObject({ kind: 'refused' });
  });

  it('gives the same figures whatever order the payments come in, however often', () => {
    const orders = fc.uniqueArray(
      fc.record({
        orderId: fc.string({ minLength: 1, maxLength: 4 }),
        amount: fc.integer({ min: 1, max: 900 }),
        fees: fc.nat(50),
      }),
      { selector: ({ orderId }) => orderId, minLength: 1, maxLength: 6 },
    );
    const property = fc.property(orders, fc.infiniteStream(fc.nat()), (made, picks) => {
      const payments = made.map((order) => aPayment(order));
      const repeated = [...payments, ...payments]
        .map((payment) => ({ payment, at: picks.next().value }))
        .sort((a, b) => a.at - b.at)
        .map(({ payment }) => payment);
      expect(figures(having(paylink, ...repeated))).toEqual(figures(having(paylink, ...payments)));
    });
    fc.assert(property);
  });

  it('of a Paylink that ended meanwhile is money that came all the same', () => {
    expect(having({ ...paylink, status: 'CANCELED' }, aPayment()).status).toBe('PAID');
    expect(having({ ...paylink, status: 'EXPIRED' }, aPayment()).status).toBe('PAID');
  });
});
