import type { Context } from 'hono';
import type { Channel, DeliveryLog } from '../../../model/delivery.ts';
import type { Merchant } from '../../../model/merchant.ts';
import type { Paylink } from '../../../model/paylink.ts';
import { amountDue } from '../../../paylinks/domain/amounts.ts';
import { composeMessage } from '../../../paylinks/domain/compose-message.ts';
import type { AppEnv } from '../../app-env.ts';
import { emailDocument, emailHeaders } from '../../pages/email-document.ts';
import { linkParts } from '../../pages/link-parts.ts';
import { Time } from '../parts/time.tsx';

/** Once nothing is due, no message is sent any more: what the customer got is from before. */
const asAsked = (paylink: Paylink): Paylink =>
  amountDue(paylink) > 0 ? paylink : { ...paylink, approvedAmount: null, orders: [] };

/**
 * The message of a channel as the Paylink stands now, or stood before it was paid. Its unsubscribe link leads nowhere: who looks at it
 * here is not the customer.
 */
const messageOf = (c: Context<AppEnv>, paylink: Paylink, owner: Merchant, channel: Channel) =>
  composeMessage(
    c.get('config'),
    asAsked(paylink),
    owner,
    {
      attemptId: 'preview',
      channel,
      provider: null,
      recipient: (channel === 'EMAIL' ? paylink.customer.email : paylink.phoneE164) ?? '',
    },
    'preview',
  );

/** The email as a document of its own, for a frame: no scripts, no forms, and its links lead nowhere. */
export function emailFrame(c: Context<AppEnv>, paylink: Paylink, owner: Merchant): Response | Promise<Response> {
  const message = messageOf(c, paylink, owner, 'EMAIL');
  const html = message.channel === 'EMAIL' ? message.html : '';
  return c.html(emailDocument(html), 200, emailHeaders);
}

type Props = { c: Context<AppEnv>; paylink: Paylink; owner: Merchant; zone: string };

const isMaybeSent = (log: DeliveryLog) => log.acceptedAt !== null || ['PENDING', 'UNKNOWN'].includes(log.status);

/** That it is composed anew, and when what was sent may have read otherwise: the gateway keeps no copy, but in its own inbox. */
const Caption = ({ c, paylink, zone, channel }: Props & { channel: Channel }) => {
  const sent = paylink.deliveryLogs.filter((log) => log.channel === channel && isMaybeSent(log));
  const last = Math.max(...sent.map((log) => log.createdAt));
  const changed = paylink.events.findLast(({ type, createdAt }) => type === 'UPDATED' && createdAt > last);
  const now = c.get('now');
  if (sent.length === 0)
    return (
      <span class="soft small">Not sent by {channel === 'EMAIL' ? 'email' : 'SMS'} so far. It would read so now.</span>
    );
  const isInInbox = c.get('config').ENVIRONMENT === 'local' && sent.some((log) => log.provider === 'inbox');
  return (
    <span class="soft small">
      Composed anew, as the Paylink and the brand are now.{' '}
      {changed ? (
        <strong>
          The Paylink was changed on <Time at={changed.createdAt} zone={zone} now={now} />, after it was sent.{' '}
        </strong>
      ) : null}
      {isInInbox ? <a href={`/inbox?paylinkId=${paylink.id}`}>What was sent is in the inbox</a> : null}
    </span>
  );
};

/** The email, as a mail program shows it. */
export const EmailPreview = (props: Props) => {
  const message = messageOf(props.c, props.paylink, props.owner, 'EMAIL');
  if (message.channel !== 'EMAIL') return null;
  return (
    <figure class="mail">
      <figcaption>
        <strong>{message.subject}</strong>
        <span class="soft small">
          {message.from.name} to {message.to.email || 'nobody yet'}
        </span>
        <Caption {...props} channel="EMAIL" />
      </figcaption>
      <iframe
        src={`/console/paylinks/${props.paylink.id}/email`}
        sandbox=""
        loading="lazy"
        title={`Email: ${message.subject}`}
      />
    </figure>
  );
};

/** A text message, its links as a phone shows them; they lead nowhere. */
export const SmsBubble = ({ text }: { text: string }) => (
  <p class="bubble">
    {linkParts(text).map((part) => (part.href ? <span class="as-link">{part.text}</span> : part.text))}
  </p>
);

/** The text message, as a phone shows it. */
export const SmsPreview = (props: Props) => {
  const message = messageOf(props.c, props.paylink, props.owner, 'SMS');
  if (message.channel !== 'SMS') return null;
  return (
    <figure class="phone">
      <figcaption>
        <span class="soft small">SMS to {message.to || 'nobody yet'}</span>
        <Caption {...props} channel="SMS" />
      </figcaption>
      <SmsBubble text={message.text} />
    </figure>
  );
};
