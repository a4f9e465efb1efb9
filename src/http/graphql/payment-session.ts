import type { Config } from '../../env.ts';
import { iso } from '../../lib/encoding.ts';
import type { Channel, DeliveryLog } from '../../model/delivery.ts';
import type { Paylink, PaylinkStatus } from '../../model/paylink.ts';
import { amountDue } from '../../paylinks/domain/amounts.ts';
import { toDecimal } from '../../paylinks/domain/decimal-amount.ts';
import { linkOf, shortLinkOf } from '../../paylinks/domain/links.ts';
import { isActive, statusAt } from '../../paylinks/domain/status.ts';

/** The enum's values for the domain's channels. */
export const channelNames = { EMAIL: 'Email', SMS: 'Phone' } as const satisfies Record<Channel, string>;

const delivery = (log: DeliveryLog) => ({
  id: log.id,
  channel: channelNames[log.channel],
  status: log.status,
  provider: log.provider,
  messageId: log.messageId,
  recipient: log.recipient,
  reason: log.reason,
  createdAt: iso(log.createdAt),
  updatedAt: iso(log.updatedAt),
});

const states = {
  CREATED: 'Active',
  SENT: 'Active',
  OPENED: 'Active',
  PARTIALLY_PAID: 'Active',
  FAILED: 'Active',
  PAID: 'Completed',
  PARTIALLY_REFUNDED: 'Completed',
  REFUNDED: 'Completed',
  EXPIRED: 'Expired',
  CANCELED: 'Cancelled',
} as const satisfies Record<PaylinkStatus, string>;

/** A Paylink as the schema's `PaymentSession`, its status as of `now` (ms). */
export function paymentSession(paylink: Paylink, config: Config, now: number) {
  const { customer, currencyCode } = paylink;
  const status = statusAt(paylink, now);
  const active = isActive(paylink, now);
  const name = [customer.firstName, customer.lastName].filter(Boolean).join(' ');
  return {
    id: paylink.id,
    merchantId: paylink.merchantId,
    orgId: paylink.merchantId,
    status,
    state: states[status],
    active,
    link: active ? linkOf(config, paylink) : null,
    shortLink: shortLinkOf(config, paylink),
    merchantInvoiceId: paylink.merchantInvoiceId,
    description: paylink.description,
    memo: paylink.memo,
    currencyCode,
    currency: currencyCode,
    amount: toDecimal(paylink.total, currencyCode),
    amountDue: toDecimal(amountDue(paylink), currencyCode),
    transactionRef: paylink.merchantInvoiceId,
    invoiceRefs: paylink.invoiceRefs ?? [],
    expirationDate: iso(paylink.expiration),
    successUrl: paylink.successUrl,
    callbackUrl: paylink.callbackUrl,
    brandName: paylink.brandName,
    brandLogoUrl: paylink.brandLogoUrl,
    attachments: paylink.attachments,
    subTotal: paylink.subTotal,
    shipping: paylink.shipping,
    tax: paylink.tax,
    total: paylink.total,
    // The lists are made when they are asked for: of many sessions they are most of the work.
    lineItems: () =>
      paylink.lineItems.map(({ sku, description, category, price, quantity, tax }) => ({
        sku,
        description,
        category,
        price,
        quantity,
        tax,
      })),
    contact: {
      email: customer.email,
      phone: customer.phone,
      firstName: customer.firstName,
      lastName: customer.lastName,
      givenName: customer.firstName,
      familyName: customer.lastName,
      name: name === '' ? null : name,
    },
    customerConsent: paylink.customerConsent,
    expiration: iso(paylink.expiration),
    lastSentAt: iso(paylink.lastSentAt),
    createdAt: iso(paylink.createdAt),
    updatedAt: iso(paylink.updatedAt),
    deliveryLogs: () => paylink.deliveryLogs.map(delivery),
  };
}
