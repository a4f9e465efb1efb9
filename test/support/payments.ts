import type { Paylink } from '../../src/model/paylink.ts';
import { applyChange } from '../../src/paylinks/domain/apply-change.ts';
import type { PaymentReport } from '../../src/paylinks/domain/change.ts';

/** A payment of all that `aPaylink` costs, as a checkout reports it. */
export const aPayment = (some: Partial<PaymentReport> = {}): PaymentReport => ({
  orderId: 'o-1',
  kind: 'payment',
  amount: 1010,
  fees: 0,
  currencyCode: 'USD',
  ...some,
});

/** A refund of so much in all. */
export const aRefund = (amount: number, some: Partial<PaymentReport> = {}): PaymentReport =>
  aPayment({ kind: 'refund', amount, ...some });

export const pay = (on: Paylink, payment: PaymentReport, now = 1) => applyChange(on, { kind: 'payment', payment }, now);

/** The Paylink after these payments; those that change nothing, or are refused, leave it as it is. */
export const having = (on: Paylink, ...payments: PaymentReport[]): Paylink =>
  payments.reduce((current, payment) => {
    const applied = pay(current, payment);
    return applied.kind === 'changed' ? applied.paylink : current;
  }, on);
