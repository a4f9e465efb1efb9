import { composeEmail } from '../../delivery/message/email.ts';
import { composeSms } from '../../delivery/message/sms.ts';
import type { Message } from '../../delivery/port.ts';
import type { Config } from '../../env.ts';
import type { DeliveryLog, Merchant, Paylink } from '../../model.ts';
import { shortLinkOf } from '../domain/links.ts';

/** The message of one attempt: the same bytes whenever it is composed of the same Paylink and merchant. */
export function composeMessage(
  config: Config,
  paylink: Paylink,
  merchant: Merchant,
  attempt: DeliveryLog,
  recipient: string,
): Message {
  const { customer } = paylink;
  const content = {
    merchant,
    locale: customer.locale ?? merchant.locale,
    customerFirstName: customer.firstName,
    description: paylink.description,
    memo: paylink.memo,
    currencyCode: paylink.currencyCode,
    lineItems: paylink.lineItems,
    tax: paylink.tax,
    shipping: paylink.shipping,
    subTotal: paylink.subTotal,
    total: paylink.total,
    expiration: paylink.expiration,
    shortLink: shortLinkOf(config, paylink),
  };
  const envelope = { attemptId: attempt.id, paylinkId: paylink.id, merchantId: paylink.merchantId };
  if (attempt.channel === 'SMS') {
    return {
      ...envelope,
      channel: 'SMS',
      to: recipient,
      from: config.SMS_FROM,
      text: composeSms(content),
      statusCallbackUrl: `${config.PUBLIC_BASE_URL}/webhooks/${attempt.provider}?attempt=${attempt.id}&paylink=${paylink.id}`,
      shortLink: content.shortLink,
    };
  }
  const unsubscribeUrl = `${config.PUBLIC_BASE_URL}/u/${paylink.id}.${attempt.id}`;
  const name = [customer.firstName, customer.lastName].filter(Boolean).join(' ');
  return {
    ...envelope,
    channel: 'EMAIL',
    to: { email: recipient, name: name === '' ? null : name },
    from: { email: config.EMAIL_FROM, name: merchant.name || config.EMAIL_FROM_NAME },
    replyTo: merchant.supportEmail,
    ...composeEmail(content, unsubscribeUrl),
    unsubscribeUrl,
  };
}
