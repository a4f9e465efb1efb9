import type { Config } from '../../env.ts';
import { iso } from '../../lib/encoding.ts';
import type { Consent, Paylink } from '../../model/paylink.ts';
import { amountDue } from '../../paylinks/domain/amounts.ts';
import { linkOf, shortLinkOf } from '../../paylinks/domain/links.ts';
import { statusAt } from '../../paylinks/domain/status.ts';

const proofOf = ({ source, capturedAt, text, ip }: Consent) => ({ source, capturedAt: iso(capturedAt), text, ip });

/** A Paylink as REST returns it: every field of the source document, timestamps as `YYYY-MM-DDTHH:mm:ss.sssZ`, null where empty. */
export function renderPaylink(config: Config, paylink: Paylink, now: number) {
  const paylinkId = paylink.id;
  return {
    paylinkId,
    link: linkOf(config, paylink),
    shortLink: shortLinkOf(config, paylink),
    merchantInvoiceId: paylink.merchantInvoiceId,
    currencyCode: paylink.currencyCode,
    merchantId: paylink.merchantId,
    metadata: paylink.metadata,
    description: paylink.description,
    memo: paylink.memo,
    orderId: paylink.orderId,
    expiration: iso(paylink.expiration),
    sendSms: paylink.sendSms,
    sendEmail: paylink.sendEmail,
    createdAt: iso(paylink.createdAt),
    updatedAt: iso(paylink.updatedAt),
    customerConsent: paylink.customerConsent,
    consent: paylink.consent && proofOf(paylink.consent),
    tax: paylink.tax,
    shipping: paylink.shipping,
    subTotal: paylink.subTotal,
    total: paylink.total,
    amountDue: amountDue(paylink),
    orderTotal: paylink.orderTotal,
    approvedAmount: paylink.approvedAmount,
    lastSentAt: iso(paylink.lastSentAt),
    firstOpenedAt: iso(paylink.firstOpenedAt),
    lastOpenedAt: iso(paylink.lastOpenedAt),
    openCount: paylink.openCount,
    successUrl: paylink.successUrl,
    lineItems: paylink.lineItems.map((item) => ({
      paylinkItemId: item.id,
      sku: item.sku,
      paylinkId,
      price: item.price,
      quantity: item.quantity,
      tax: item.tax,
      description: item.description,
      category: item.category,
      metadata: item.metadata,
      createdAt: iso(item.createdAt),
      updatedAt: iso(item.updatedAt),
    })),
    deliveryLogs: paylink.deliveryLogs.map((log) => ({
      deliveryLogId: log.id,
      paylinkId,
      deliveryMethod: log.channel,
      status: log.status,
      messageId: log.messageId,
      recipient: log.recipient,
      provider: log.provider,
      reason: log.reason,
      createdAt: iso(log.createdAt),
      updatedAt: iso(log.updatedAt),
    })),
    openOrders: paylink.orders.map((order) => ({
      orderId: order.id,
      paylinkId,
      status: order.status,
      amount: order.amount,
      fees: order.fees,
      refunded: order.refunded,
      currencyCode: order.currencyCode,
      createdAt: iso(order.createdAt),
      updatedAt: iso(order.updatedAt),
    })),
    events: paylink.events.map((event) => ({
      eventId: event.id,
      paylinkId,
      eventType: event.type,
      oldValue: event.oldValue,
      newValue: event.newValue,
      createdBy: event.createdBy,
      actor: event.actor,
      createdAt: iso(event.createdAt),
    })),
    status: statusAt(paylink, now),
    customer: paylink.customer,
    attachments: paylink.attachments,
  };
}
