import { isSandboxNumber } from '../../delivery/providers/inbox/rehearse.ts';
import { type Refusal, refusal } from '../../errors.ts';
import { DAY_MS, HOUR_MS } from '../../lib/durations.ts';
import type { Channel, DeliveryLog } from '../../model/delivery.ts';
import type { Paylink } from '../../model/paylink.ts';
import type { RecipientStatus } from '../../store/recipient-status.ts';
import { countriesOfPhone, isCostlyNumber } from '../recipients/recipient.ts';
import { countsAgainstCaps, type Target } from './attempts.ts';

/** How people call a channel. */
export const spoken: Record<Channel, string> = { EMAIL: 'email', SMS: 'SMS' };

/** What keeps a send of an active Paylink within what may be sent to these recipients in 24 h; null: nothing. */
export function limitOf(paylink: Paylink, status: RecipientStatus, targets: Target[], now: number): Refusal | null {
  const { merchant } = status;
  const recent = paylink.deliveryLogs.filter((log) => log.createdAt > now - DAY_MS && countsAgainstCaps(log));
  for (const { channel, recipient, hash } of targets) {
    const place = channel === 'SMS' ? placeRefusal(recipient, merchant.smsCountries) : null;
    if (place) return place;
    const ofPaylink = recent.filter((log) => log.channel === channel);
    if (ofPaylink.length >= merchant.paylinkSendCap) {
      const oldest = Math.min(now, ...ofPaylink.map((log) => log.createdAt));
      const detail = `This Paylink was sent by ${spoken[channel]} ${merchant.paylinkSendCap} times in 24 h.`;
      return limit('resend_limit', detail, oldest + DAY_MS - now);
    }
    const known = status.recent.find((entry) => entry.hash === hash)?.count ?? 0;
    const here = recent.filter((log) => log.recipientHash === hash).length;
    if (Math.max(known, here) >= merchant.recipientSendCap) {
      const detail = `This recipient was sent ${merchant.recipientSendCap} messages in 24 h.`;
      return limit('resend_limit', detail, DAY_MS);
    }
  }
  if (targets.some(({ channel }) => channel === 'SMS') && (status.recentSms ?? 0) >= merchant.smsSendCap) {
    const detail = `This merchant sent ${status.recentSms} SMS in 24 h; ${merchant.smsSendCap} are allowed.`;
    return limit('sms_limit', detail, HOUR_MS);
  }
  return tooManyStrangers(paylink, recent, targets, merchant.overrideSendCap, now);
}

function placeRefusal(recipient: string, smsCountries: readonly string[]): Refusal | null {
  const countries = countriesOfPhone(recipient);
  if (!countries.some((country) => smsCountries.includes(country))) {
    const detail = `SMS to ${countries[0] ?? 'this country'} is not allowed for this merchant.`;
    return refusal('country_not_allowed', detail);
  }
  if (!isCostlyNumber(recipient) || isSandboxNumber(recipient)) return null;
  const detail =
    'No SMS goes to premium, shared-cost, toll-free, personal and universal-access numbers, in any country.';
  return refusal('country_not_allowed', detail);
}

/** Strangers are recipients that `to` names and the Paylink does not: with a stolen key anybody could be written to through one Paylink. */
function tooManyStrangers(
  { emailHash, phoneHash }: Paylink,
  recent: readonly DeliveryLog[],
  targets: readonly Target[],
  cap: number,
  now: number,
): Refusal | null {
  const isStranger = (hash: string) => hash !== emailHash && hash !== phoneHash;
  const ofStrangers = recent.filter((log) => isStranger(log.recipientHash));
  const known = new Set(ofStrangers.map((log) => log.recipientHash));
  const fresh = targets.filter(({ hash }) => isStranger(hash) && !known.has(hash));
  if (fresh.length === 0 || known.size + fresh.length <= cap) return null;
  const oldest = Math.min(now, ...ofStrangers.map((log) => log.createdAt));
  const detail = `This Paylink was sent to ${known.size} recipients of \`to\` in 24 h; ${cap} are allowed.`;
  return limit('override_limit', detail, oldest + DAY_MS - now);
}

const limit = (code: 'resend_limit' | 'sms_limit' | 'override_limit', detail: string, waitMs: number): Refusal =>
  refusal(code, detail, { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) });
