import { refusal } from '../../errors.ts';
import type { Order } from '../../model/order.ts';
import type { Paylink, PaylinkStatus } from '../../model/paylink.ts';
import { MAX_PARTS } from './bounds.ts';
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
  if (isPaid || isKnown || paylink.events.length >= MAX_PARTS) return { kind: 'unchanged' };
  const newValue = { status: paylink.status, orderId, amount };
  const event = { type: 'PAYMENT_FAILED', oldValue: null, newValue, createdBy: 'Checkout' } as const;
  return { kind: 'changed', paylink: withEvent(paylink, {}, event, now) };
}

/** The id of the order that stands for those beyond the 500th: no checkout's can have a control character. */
const FOLD_ID = '\u001fmore';
/** Orders that are told apart within it: enough that a repeat is known, and that the row stays small. */
const MAX_FOLDED = 5_000;

/** An order's id as far as a signature of the `skipify` scheme covers it (auth/skipify.ts). */
const coveredId = (id: string) => id.replace(/[ \t\n\v\f\r]/g, '').toUpperCase();

/** The id under which the order of a payment is known; the payment's own, where none is. */
function knownId({ orders }: Paylink, { orderId, foldsOrderId }: PaymentReport): string {
  if (!foldsOrderId) return orderId;
  const ids = orders.flatMap(({ id, folded }) => [id, ...(folded ?? []).map((one) => one.id)]);
  if (ids.includes(orderId)) return orderId;
  const covered = coveredId(orderId);
  return ids.find((id) => coveredId(id) === covered) ?? orderId;
}

/** The order of this id, also one that was folded. */
function orderOf({ orders }: Paylink, id: string): Order | undefined {
  const own = orders.find((order) => order.id === id);
  const fold = orders.find((order) => order.id === FOLD_ID);
  const folded = fold?.folded?.find((order) => order.id === id);
  return own ?? (fold && folded ? { ...fold, ...folded, status: refundStatus(folded), folded: null } : undefined);
}

/** The orders with this one in its place; beyond the 500th, folded into one. */
function withOrder(orders: readonly Order[], order: Order): Order[] {
  if (orders.some(({ id }) => id === order.id)) return orders.map((one) => (one.id === order.id ? order : one));
  const others = orders.filter(({ id }) => id !== FOLD_ID);
  const fold = orders.find(({ id }) => id === FOLD_ID);
  if (others.length < MAX_PARTS) return [...orders, order];
  const { id, amount, fees, refunded } = order;
  const before = fold?.folded?.find((one) => one.id === id) ?? { amount: 0, fees: 0, refunded: 0 };
  const rest = (fold?.folded ?? []).filter((one) => one.id !== id);
  const sums = {
    amount: (fold?.amount ?? 0) + amount - before.amount,
    fees: (fold?.fees ?? 0) + fees - before.fees,
    refunded: (fold?.refunded ?? 0) + refunded - before.refunded,
  };
  const folded = [...rest, { id, amount, fees, refunded }].slice(-MAX_FOLDED);
  const createdAt = fold?.createdAt ?? order.createdAt;
  return [...others, { ...order, ...sums, id: FOLD_ID, status: refundStatus(sums), createdAt, folded }];
}

/**
 * A payment or refund, once per order id. Money that came is money that came: a Paylink that was canceled or has expired meanwhile
 * still becomes PAID; but nothing makes it active again. A repeat with other figures than before is refused.
 */
export function applyPayment(paylink: Paylink, reported: PaymentReport, now: number): Applied {
  const news = { ...reported, orderId: knownId(paylink, reported) };
  if (news.currencyCode !== paylink.currencyCode) {
    return {
      kind: 'refused',
      refusal: refusal('invalid_request', `The Paylink is in ${paylink.currencyCode}.`, {
        errors: [{ path: 'currencyCode', message: `Must be ${paylink.currencyCode}.` }],
      }),
    };
  }
  const version = paylink.version + 1;
  const known = orderOf(paylink, news.orderId);
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
      folded: null,
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
  const orders = withOrder(paylink.orders, order);
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
