import { composeEmail } from '../../delivery/message/email.ts';
import { composeSms } from '../../delivery/message/sms.ts';
import type { Message } from '../../delivery/port.ts';
import type { Config } from '../../env.ts';
import type { Channel } from '../../model/delivery.ts';
import type { Merchant } from '../../model/merchant.ts';
import type { LineItem, PaylinkHead } from '../../model/paylink.ts';
import { amountDue, amountPaid } from './amounts.ts';
import { fileUrlOf, shortLinkOf } from './links.ts';

/** What a message tells of a Paylink. */
export type MessagePaylink = PaylinkHead & { lineItems: LineItem[] };

/** The call that a message is for. `recipient`: an email address or an E.164 number. */
export type ProviderCall = { attemptId: string; channel: Channel; provider: string | null; recipient: string };

/** The merchant as this Paylink's customer sees it. */
const brandOf = (paylink: PaylinkHead, merchant: Merchant): Merchant => ({
  ...merchant,
  name: paylink.brandName ?? merchant.name,
  logoUrl: paylink.brandLogoUrl ?? merchant.logoUrl,
});

/** A coordinator of the release before hands out Paylinks without files. */
const filesOf = ({ files = [] }: { files?: PaylinkHead['files'] }) => files;

/** The message of one attempt: the same bytes whenever it is composed of the same Paylink and merchant. */
export function composeMessage(
  config: Config,
  paylink: MessagePaylink,
  merchant: Merchant,
  { attemptId, channel, provider, recipient }: ProviderCall,
  unsubscribeToken: string,
): Message {
  const { customer } = paylink;
  const brand = brandOf(paylink, merchant);
  const content = {
    merchant: brand,
    locale: customer.locale ?? merchant.locale,
    timeZone: customer.timeZone ?? merchant.timeZone ?? 'UTC',
    customerFirstName: customer.firstName,
    description: paylink.description,
    memo: paylink.memo,
    currencyCode: paylink.currencyCode,
    lineItems: paylink.lineItems,
    tax: paylink.tax,
    shipping: paylink.shipping,
    subTotal: paylink.subTotal,
    total: paylink.total,
    amountPaid: amountPaid(paylink),
    amountDue: amountDue(paylink),
    expiration: paylink.expiration,
    shortLink: shortLinkOf(config, paylink),
    attachments: filesOf(paylink).map(({ name }) => ({ name, url: fileUrlOf(config, paylink, name) })),
  };
  const envelope = { attemptId, paylinkId: paylink.id, merchantId: paylink.merchantId };
  if (channel === 'SMS') {
    return {
      ...envelope,
      channel: 'SMS',
      to: recipient,
      from: config.SMS_FROM,
      text: composeSms(content),
      statusCallbackUrl: `${config.PUBLIC_BASE_URL}/webhooks/${provider}?attempt=${attemptId}&paylink=${paylink.id}`,
      shortLink: content.shortLink,
    };
  }
  const unsubscribeUrl = `${config.PUBLIC_BASE_URL}/u/${unsubscribeToken}`;
  const name = [customer.firstName, customer.lastName].filter(Boolean).join(' ');
  return {
    ...envelope,
    channel: 'EMAIL',
    to: { email: recipient, name: name === '' ? null : name },
    from: { email: config.EMAIL_FROM, name: brand.name || config.EMAIL_FROM_NAME },
    replyTo: merchant.supportEmail,
    ...composeEmail(content, unsubscribeUrl),
    unsubscribeUrl,
  };
}
