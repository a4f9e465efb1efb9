import type { Order } from '../../src/model/order.ts';
import type { Paylink, PaylinkHead } from '../../src/model/paylink.ts';
import { newCode, newIdAt } from '../../src/paylink-id.ts';
import type { Changes } from '../../src/store/changes.ts';

/** A Paylink of $10.10 that was just created; its id and its code are new, its lists empty. It is nowhere but here. */
export function aPaylink(some: Partial<Paylink> = {}): Paylink {
  const now = some.createdAt ?? Date.now();
  return {
    id: newIdAt(now, 1),
    merchantId: crypto.randomUUID(),
    version: 1,
    status: 'CREATED',
    code: newCode(0),
    checkoutUrl: null,
    merchantInvoiceId: 'INV-1',
    orderId: null,
    currencyCode: 'USD',
    description: 'Your order',
    memo: null,
    metadata: null,
    customer: {
      email: 'ada@example.com',
      phone: '202-555-0143',
      firstName: 'Ada',
      lastName: null,
      paylinkCustomerId: null,
      locale: null,
      timeZone: null,
    },
    phoneE164: '+12025550143',
    emailHash: 'hash',
    phoneHash: 'hash',
    sendEmail: true,
    sendSms: true,
    customerConsent: true,
    consent: null,
    attachments: [],
    tax: null,
    shipping: null,
    subTotal: 1010,
    total: 1010,
    orderTotal: null,
    approvedAmount: null,
    expiration: now + 24 * 60 * 60 * 1000,
    lastSentAt: null,
    firstOpenedAt: null,
    lastOpenedAt: null,
    openCount: 0,
    successUrl: null,
    callbackUrl: null,
    brandName: null,
    brandLogoUrl: null,
    invoiceRefs: null,
    files: [],
    createdAt: now,
    updatedAt: now,
    lineItems: [],
    deliveryLogs: [],
    events: [],
    orders: [],
    ...some,
  };
}

/** A payment of the whole Paylink, as the version after its creation wrote it. */
export const anOrder = (some: Partial<Order> = {}): Order => ({
  id: 'order-1',
  status: 'PAID',
  amount: 1010,
  fees: 0,
  refunded: 0,
  currencyCode: 'USD',
  createdAt: 1,
  updatedAt: 1,
  version: 2,
  folded: null,
  ...some,
});

/** The Paylink's own row, without its lists. */
export function headOf(paylink: Paylink): PaylinkHead {
  const { lineItems: _, deliveryLogs: __, events: ___, orders: ____, ...head } = paylink;
  return head;
}

/** What D1 is told of a Paylink: its head, and no part but those given. */
export const changesOf = (paylink: Paylink, parts: Partial<Changes> = {}): Changes => ({
  head: headOf(paylink),
  lineItems: null,
  deliveryLogs: [],
  events: [],
  orders: [],
  ...parts,
});
