import { notActive, notFound, type Refusal, refusal } from '../../errors.ts';
import type { Channel } from '../../model/delivery.ts';
import type { Merchant } from '../../model/merchant.ts';
import type { Paylink } from '../../model/paylink.ts';
import type { RecipientStatus } from '../../store/recipient-status.ts';
import { amountDue } from './amounts.ts';
import type { Target } from './attempts.ts';
import { fullRefusal } from './bounds.ts';
import { limitOf, spoken } from './send-limits.ts';
import { isActive, statusAt } from './status.ts';

export type SendQuestion = {
  paylink: Paylink;
  /** null: not read yet. */
  recipientStatus: RecipientStatus | null;
  channels: Channel[];
  /** Overrides the customer's recipient, for the one channel asked for. */
  to: { recipient: string; hash: string } | null;
  /** The same for several channels. */
  overrides?: Target[];
  requireEnabled: boolean;
  now: number;
};

export type SendDecision =
  | { kind: 'go'; targets: Target[]; merchant: Merchant }
  | { kind: 'refused'; refusal: Refusal; suppressed: Target[] }
  /** It depends on who the recipients are, which `standing` does not tell (of these: they may have changed since). */
  | { kind: 'unread' };

const refuse = (refused: Refusal, suppressed: Target[] = []): SendDecision => ({
  kind: 'refused',
  refusal: refused,
  suppressed,
});

function targetOf(question: SendQuestion, channel: Channel): Target | null {
  const { paylink, to } = question;
  const override = question.overrides?.find((one) => one.channel === channel);
  if (override) return override;
  if (to) return { channel, ...to };
  const recipient = channel === 'EMAIL' ? paylink.customer.email : paylink.phoneE164;
  const hash = channel === 'EMAIL' ? paylink.emailHash : paylink.phoneHash;
  return recipient && hash ? { channel, recipient, hash } : null;
}

/** May this send happen, and to whom? What stands in the way of one channel refuses the whole request. */
export function decideSend(question: SendQuestion): SendDecision {
  const { paylink, recipientStatus, channels, now } = question;
  if (channels.length === 0) return refuse(refusal('no_channel', 'Choose at least one of sendEmail and sendSms.'));
  const targets: Target[] = [];
  for (const channel of channels) {
    const flag = channel === 'EMAIL' ? 'sendEmail' : 'sendSms';
    if (question.requireEnabled && !paylink[flag]) {
      const detail = `This Paylink was created without ${flag}: it cannot be sent by ${spoken[channel]}.`;
      return refuse(refusal('channel_not_enabled', detail, { errors: [{ path: flag, message: detail }] }));
    }
    const target = targetOf(question, channel);
    if (!target) {
      const what = channel === 'EMAIL' ? 'email address' : 'phone number';
      return refuse(refusal('missing_recipient', `The customer has no ${what}.`));
    }
    targets.push(target);
  }
  if (!paylink.customerConsent) {
    return refuse(
      refusal('consent_required', 'The customer has not consented to messages (customerConsent is not true).'),
    );
  }
  if (!isActive(paylink, now)) {
    const status = statusAt(paylink, now);
    return refuse(notActive(status, `The Paylink is not active: it is ${status}.`));
  }
  if (amountDue(paylink) === 0) return refuse(refusal('nothing_due', 'Nothing is due: there is nothing to ask for.'));
  if (!recipientStatus || targets.some((target) => !recipientStatus.hashes.includes(target.hash)))
    return { kind: 'unread' };
  if (channels.includes('SMS') && recipientStatus.recentSms === null) return { kind: 'unread' };
  const isSuppressed = (target: Target) =>
    recipientStatus.suppressed.some((entry) => entry.channel === target.channel && entry.hash === target.hash);
  const suppressed = targets.filter(isSuppressed);
  if (suppressed.length > 0) {
    const by = suppressed.map((target) => spoken[target.channel]).join(' and ');
    const [first] = recipientStatus.suppressed.filter(({ channel, hash }) =>
      suppressed.some((target) => target.channel === channel && target.hash === hash),
    );
    const why = first?.reason ?? 'bounced, complained or opted out';
    const facts = first?.reason ? { facts: { reason: first.reason, suppressionId: first.id ?? null } } : {};
    return refuse(refusal('suppressed', `The recipient does not take messages by ${by} (${why}).`, facts), suppressed);
  }
  if (recipientStatus.merchant.suspendedAt !== null)
    return refuse(refusal('suspended', 'The merchant of this Paylink is suspended: nothing is sent for it.'));
  const beyond = fullRefusal(paylink, targets.length) ?? limitOf(paylink, recipientStatus, targets, now);
  return beyond ? refuse(beyond) : { kind: 'go', targets, merchant: recipientStatus.merchant };
}

/** Whether the caller is the Paylink's merchant or its direct parent. Everyone else is told that it was not found. */
export const refusalFor = (callerId: string, owner: { merchantId: string; parentId: string | null }): Refusal | null =>
  callerId === owner.merchantId || callerId === owner.parentId ? null : notFound;

/** The channels of a send, in a fixed order. */
export const orderedChannels = (channels: readonly Channel[]): Channel[] => [...new Set(channels)].sort();
