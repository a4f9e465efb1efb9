import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Paylink } from '../../src/model.ts';
import { applyChange } from '../../src/paylinks/domain/apply-change.ts';
import type { PaymentReport } from '../../src/paylinks/domain/change.ts';
import { seedMerchant } from '../support/merchants.ts';
import { seedPaylink } from '../support/verbs.ts';

let paylink: Paylink;
beforeAll(async () => {
  paylink = await seedPaylink(await seedMerchant());
});

const news = (some: Partial<PaymentReport> = {}): PaymentReport => ({
  orderId: 'o-1',
  kind: 'payment',
  amount: paylink.total,
  fees: 0,
  currencyCode: 'USD',
  ...some,
});
const pay = (on: Paylink, payment: PaymentReport, now = 1) => applyChange(on, { kind: 'payment', payment }, now);
const having = (on: Paylink, ...payments: PaymentReport[]): Paylink =>
  payments.reduce((current, payment) => {
    const applied = pay(current, payment);
    return applied.kind === 'changed' ? applied.paylink : current;
  }, on);
/** Everything but the order in which it was written down. */
const figures = ({ status, approvedAmount, orderTotal, orders }: Paylink) => ({
  status,
  approvedAmount,
  orderTotal,
  orders: orders.map(({ id, amount, fees, refunded, status: of }) => [id, amount, fees, refunded, of]).sort(),
});

describe('a payment', () => {
  it('pays a Paylink in part, then in full; a refund takes it back', () => {
    const part = having(paylink, news({ amount: 400, fees: 25 }));
    expect(part).toMatchObject({ status: 'PARTIALLY_PAID', orderId: 'o-1', approvedAmount: 400, orderTotal: 1035 });
    const full = having(part, news({ orderId: 'o-2', amount: 610 }));
    expect(full).toMatchObject({ status: 'PAID', orderId: 'o-1', approvedAmount: 1010, orderTotal: 1035 });
    const back = having(full, news({ orderId: 'o-2', kind: 'refund', amount: 10 }));
    expect(back).toMatchObject({ status: 'PARTIALLY_REFUNDED', approvedAmount: 1010 });
    const all = having(
      back,
      news({ orderId: 'o-2', kind: 'refund', amount: 610 }),
      news({ orderId: 'o-1', kind: 'refund', amount: 400 }),
    );
    expect(all.status).toBe('REFUNDED');
    expect(all.events.map(({ type }) => type).slice(1)).toEqual([
      'PARTIALLY_PAID',
      'PAID',
      'REFUNDED',
      'REFUNDED',
      'REFUNDED',
    ]);
  });

  it('counts once for its order id, and is refused with other figures', () => {
    const paid = having(paylink, news());
    expect(pay(paid, news())).toEqual({ kind: 'unchanged' });
    expect(pay(paid, news({ amount: 5 }))).toMatchObject({ refusal: { code: 'conflict' } });
    expect(pay(paid, news({ kind: 'refund', amount: 2000 }))).toMatchObject({ refusal: { code: 'invalid_request' } });
    expect(pay(paid, news({ kind: 'refund', orderId: 'o-9' }))).toMatchObject({ refusal: { code: 'not_found' } });
    expect(pay(paid, news({ currencyCode: 'EUR' }))).toMatchObject({ refusal: { code: 'invalid_request' } });
  });

  it('that would leave the safe integers is refused', () => {
    const paid = having(paylink, news({ amount: Number.MAX_SAFE_INTEGER }));
    expect(pay(paid, news({ orderId: 'o-2', amount: 1 }))).toMatchObject({ refusal: { code: 'invalid_request' } });
    expect(pay(paylink, news({ amount: 1, fees: Number.MAX_SAFE_INTEGER }))).toMatchObject({ kind: 'refused' });
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
      const payments = made.map((order) => news(order));
      const repeated = [...payments, ...payments]
        .map((payment) => ({ payment, at: picks.next().value }))
        .sort((a, b) => a.at - b.at)
        .map(({ payment }) => payment);
      expect(figures(having(paylink, ...repeated))).toEqual(figures(having(paylink, ...payments)));
    });
    fc.assert(property);
  });

  it('of a Paylink that ended meanwhile is money that came all the same', () => {
    expect(having({ ...paylink, status: 'CANCELED' }, news()).status).toBe('PAID');
    expect(having({ ...paylink, status: 'EXPIRED' }, news()).status).toBe('PAID');
  });
});
