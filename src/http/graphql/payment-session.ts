import type { Config } from '../../env.ts';
import { iso } from '../../lib/encoding.ts';
import type { Channel, DeliveryLog, Paylink } from '../../model.ts';
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

/** A Paylink as the schema's `PaymentSession`, its status as of `now` (ms). */
export function paymentSession(paylink: Paylink, config: Config, now: number) {
  const { customer } = paylink;
  return {
    id: paylink.id,
    merchantId: paylink.merchantId,
    status: statusAt(paylink, now),
    active: isActive(paylink, now),
    link: linkOf(config, paylink),
    shortLink: shortLinkOf(config, paylink),
    merchantInvoiceId: paylink.merchantInvoiceId,
    description: paylink.description,
    memo: paylink.memo,
    currencyCode: paylink.currencyCode,
    subTotal: paylink.subTotal,
    shipping: paylink.shipping,
    tax: paylink.tax,
    total: paylink.total,
    lineItems: paylink.lineItems.map(({ sku, description, category, price, quantity, tax }) => ({
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
    },
    customerConsent: paylink.customerConsent,
    expiration: iso(paylink.expiration),
    lastSentAt: iso(paylink.lastSentAt),
    createdAt: iso(paylink.createdAt),
    updatedAt: iso(paylink.updatedAt),
    deliveryLogs: paylink.deliveryLogs.map(delivery),
  };
}
