import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PaymentReport } from '../../src/paylinks/domain/change.ts';
import { aPaylink } from '../support/a-paylink.ts';
import { aPayment, aRefund, having, pay } from '../support/payments.ts';

/** What a checkout may report of two orders that together pay the Paylink: payments, and refunds as large as both. */
const reports: fc.Arbitrary<PaymentReport> = fc.record({
  orderId: fc.constantFrom('o-1', 'o-2'),
  kind: fc.constantFrom('payment', 'refund', 'refund'),
  amount: fc.oneof(fc.constantFrom(400, 610, 1010), fc.integer({ min: 1, max: 1200 })),
  fees: fc.constantFrom(0, 25),
  currencyCode: fc.constant('USD'),
});

type ProjectorListener = { amount: number; fees: number; refunded: number };

/** What a report is to come to, and what is known of its order from then on. */
function expected(
  known: ProjectorListener | undefined,
  { kind, amount, fees }: PaymentReport,
): [string, ProjectorListener | undefined] {
  if (kind === 'payment') {
    if (!known) return ['changed', { amount, fees, refunded: 0 }];
    return [known.amount === amount && known.fees === fees ? 'unchanged' : 'refused', known];
  }
  if (!known || amount > known.amount) return ['refused', known];
  return amount > known.refunded ? ['changed', { ...known, refunded: amount }] : ['unchanged', known];
}

describe('a payment that is reported again', () => {
  it('with other fees is a conflict, and the first report stands', () => {
    const paid = having(aPaylink(), aPayment({ fees: 25 }));
    for (const fees of [0, 24, 26])
      expect(pay(paid, aPayment({ fees }))).toMatchObject({ kind: 'refused', refusal: { code: 'conflict' } });
    expect(pay(paid, aPayment({ fees: 25 }))).toEqual({ kind: 'unchanged' });
  });
});

describe('a refund', () => {
  it('that is older, and so smaller, lowers nothing', () => {
    const refunded = having(aPaylink(), aPayment(), aRefund(600));
    for (const amount of [1, 599, 600]) expect(pay(refunded, aRefund(amount))).toEqual({ kind: 'unchanged' });
    expect(having(refunded, aRefund(601)).orders).toMatchObject([{ refunded: 601, status: 'PARTIALLY_REFUNDED' }]);
  });

  it('is limited by its own order, however much the Paylink’s other order brought', () => {
    const paid = having(aPaylink(), aPayment({ amount: 400 }), aPayment({ orderId: 'o-2', amount: 610 }));
    expect(pay(paid, aRefund(401))).toMatchObject({ refusal: { code: 'invalid_request' } });
    expect(pay(paid, aRefund(611, { orderId: 'o-2' }))).toMatchObject({ refusal: { code: 'invalid_request' } });
    const back = having(paid, aRefund(400), aRefund(610, { orderId: 'o-2' }));
    expect(back).toMatchObject({ status: 'REFUNDED', orders: [{ refunded: 400 }, { refunded: 610 }] });
  });
});

describe('two orders of a Paylink', () => {
  it('each keep their first payment and their largest refund within it, whatever is reported in whatever order', () => {
    const property = fc.property(fc.array(reports, { maxLength: 20 }), (told) => {
      const known = new Map<string, ProjectorListener>();
      let paylink = aPaylink();
      for (const report of told) {
        const [kind, after] = expected(known.get(report.orderId), report);
        if (after) known.set(report.orderId, after);
        const applied = pay(paylink, report);
        expect(applied.kind).toBe(kind);
        if (applied.kind === 'changed') paylink = applied.paylink;
      }
      const orders = paylink.orders.map(({ id, amount, fees, refunded }) => [id, { amount, fees, refunded }] as const);
      expect(new Map(orders)).toEqual(known);
      const sum = (of: keyof ProjectorListener) => [...known.values()].reduce((all, order) => all + order[of], 0);
      if (known.size === 0) return;
      expect(paylink).toMatchObject({ approvedAmount: sum('amount'), orderTotal: paylink.total + sum('fees') });
      expect(paylink.status === 'REFUNDED').toBe(sum('refunded') === sum('amount'));
    });
    fc.assert(property, { numRuns: 300 });
  });
});
