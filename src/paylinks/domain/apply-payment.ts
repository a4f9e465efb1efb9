import { refusal } from '../../errors.ts';
import type { Order, Paylink, PaylinkStatus } from '../../model.ts';
import { type Applied, type PaymentReport, withEvent } from './change.ts';

const refundStatus = (order: Pick<Order, 'amount' | 'refunded'>): Order['status'] => {
  if (order.refunded === 0) return 'PAID';
  return order.refunded >= order.amount ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
};

/** The status that the orders make, whatever order they were reported in. A part leaves a canceled Paylink canceled. */
function statusAfter(before: PaylinkStatus, orders: readonly Order[], total: number): PaylinkStatus {
  const paid = orders.reduce((sum, order) => sum + order.amount, 0);
  const refunded = orders.reduce((sum, order) => sum + order.refunded, 0);
  if (refunded > 0 && refunded >= paid) return 'REFUNDED';
  if (paid - refunded >= total) return 'PAID';
  if (before === 'CANCELED') return 'CANCELED';
  return refunded > 0 ? 'PARTIALLY_REFUNDED' : 'PARTIALLY_PAID';
}

/** A payment that failed, told once for each order id and amount; of an order that was paid after all it is old news. */
function failedPayment(paylink: Paylink, { orderId, amount }: PaymentReport, isPaid: boolean, now: number): Applied {
  const isKnown = paylink.events.some(
    ({ type, newValue }) => type === 'PAYMENT_FAILED' && newValue?.orderId === orderId && newValue.amount === amount,
  );
  if (isPaid || isKnown) return { kind: 'unchanged' };
  const newValue = { status: paylink.status, orderId, amount };
  const event = { type: 'PAYMENT_FAILED', oldValue: null, newValue, createdBy: 'Checkout' } as const;
  return { kind: 'changed', paylink: withEvent(paylink, {}, event, now) };
}

/**
 * A payment or refund, once per order id. Money that came is money that came: a Paylink that was canceled or has expired meanwhile
 * still becomes PAID; but nothing makes it active again. A repeat with other figures than before is refused.
 */
export function applyPayment(paylink: Paylink, news: PaymentReport, now: number): Applied {
  if (news.currencyCode !== paylink.currencyCode) {
    return {
      kind: 'refused',
      refusal: refusal('invalid_request', `The Paylink is in ${paylink.currencyCode}.`, {
        errors: [{ path: 'currencyCode', message: `Must be ${paylink.currencyCode}.` }],
      }),
    };
  }
  const version = paylink.version + 1;
  const known = paylink.orders.find((order) => order.id === news.orderId);
  if (news.kind === 'failed') return failedPayment(paylink, news, known !== undefined, now);
  let order: Order;
  if (news.kind === 'payment') {
    if (known) {
      if (known.amount === news.amount && known.fees === news.fees) return { kind: 'unchanged' };
      return { kind: 'refused', refusal: refusal('conflict', 'This order was reported before with another amount.') };
    }
    order = {
      id: news.orderId,
      status: 'PAID',
      amount: news.amount,
      fees: news.fees,
      refunded: 0,
      currencyCode: news.currencyCode,
      createdAt: now,
      updatedAt: now,
      version,
    };
  } else {
    if (!known) return { kind: 'refused', refusal: refusal('not_found', 'There is no such order to refund.') };
    if (news.amount > known.amount) {
      return {
        kind: 'refused',
        refusal: refusal('invalid_request', 'More than was paid cannot be refunded.', {
          errors: [{ path: 'amount', message: 'More than was paid.' }],
        }),
      };
    }
    if (news.amount <= known.refunded) return { kind: 'unchanged' };
    const refunded = { ...known, refunded: news.amount, updatedAt: now, version };
    order = { ...refunded, status: refundStatus(refunded) };
  }
  const orders = known ? paylink.orders.map((one) => (one.id === order.id ? order : one)) : [...paylink.orders, order];
  const status = statusAfter(paylink.status, orders, paylink.total);
  const approvedAmount = orders.reduce((sum, one) => sum + one.amount, 0);
  const orderTotal = orders.reduce((sum, one) => sum + one.fees, paylink.total);
  if (!Number.isSafeInteger(approvedAmount) || !Number.isSafeInteger(orderTotal)) {
    const errors = [{ path: 'amount', message: 'The sum is larger than 9007199254740991.' }];
    return { kind: 'refused', refusal: refusal('invalid_request', 'The amounts add up to too much.', { errors }) };
  }
  const type = news.kind === 'refund' ? 'REFUNDED' : status === 'PAID' ? 'PAID' : 'PARTIALLY_PAID';
  const event = {
    type,
    oldValue: { status: paylink.status },
    newValue: { status, orderId: order.id, amount: news.amount },
    createdBy: 'Checkout',
  } as const;
  const change = {
    status,
    orders,
    approvedAmount,
    orderTotal,
    orderId: paylink.orderId ?? order.id,
  };
  return { kind: 'changed', paylink: withEvent(paylink, change, event, now) };
}
