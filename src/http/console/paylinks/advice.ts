import type { Scope } from '../../../model/caller.ts';
import type { DeliveryLog } from '../../../model/delivery.ts';
import type { Paylink } from '../../../model/paylink.ts';
import { statusAt } from '../../../paylinks/domain/status.ts';
import { mostTelling } from './verdict.ts';
import { latestDelivery } from './words.ts';

/** What to do next: a sentence or two, and where it is done, for who may. */
export type Advice = { text: string; where: { name: string; path: string; scope: Scope } | null };

const bad: ReadonlySet<DeliveryLog['status']> = new Set(['BOUNCED', 'FAILED', 'SUPPRESSED']);

/** What somebody who was asked "did my customer get the link?" can do next; null: nothing. @param now ms */
export function adviceOf(paylink: Paylink, now: number): Advice | null {
  const path = `/console/paylinks/${paylink.id}`;
  const change = { name: 'Change it', path: `${path}/edit`, scope: 'paylinks:write' } as const;
  const send = { name: 'Send it', path: '#send', scope: 'paylinks:send' } as const;
  const status = statusAt(paylink, now);
  if (status === 'CANCELED') return { text: 'It is canceled and cannot be paid any more.', where: null };
  if (status === 'EXPIRED')
    return {
      text: 'It has expired and cannot be paid any more. With a later date it can be paid again.',
      where: change,
    };
  if (['PAID', 'REFUNDED', 'PARTIALLY_REFUNDED'].includes(status)) return null;
  const latest = latestDelivery(paylink);
  if (latest === null) return ofUnsent(paylink, change, send);
  // The answer above speaks of a message that did arrive.
  const isNews = bad.has(latest.status) && (latest !== mostTelling(paylink.deliveryLogs) || paylink.openCount > 0);
  const before = isNews ? `The latest message did not arrive${latest.reason ? `: ${latest.reason}` : '.'} ` : '';
  switch (latest.status) {
    case 'SUPPRESSED':
      return {
        text: `${before}Nothing is sent to this address until its suppression is lifted.`,
        where: {
          name: 'See why',
          path: `/console/recipients?q=${encodeURIComponent(latest.recipient ?? '')}`,
          scope: 'paylinks:read',
        },
      };
    case 'BOUNCED':
      return { text: `${before}Ask the customer for the right address, change it, and send again.`, where: change };
    case 'FAILED':
      return { text: `${before}Check the address, then send again or by the other channel.`, where: send };
    case 'DELIVERED':
    case 'SENT':
      if (paylink.openCount > 0 || latest.channel === 'SMS') return null;
      return {
        text: 'If the customer cannot find it, it may be in the spam folder. You can also copy the link and hand it over.',
        where: null,
      };
    default:
      return null;
  }
}

function ofUnsent(paylink: Paylink, change: Advice['where'], send: Advice['where']): Advice {
  const { customer, customerConsent } = paylink;
  if (customer.email === null && customer.phone === null)
    return { text: 'The customer has neither an email address nor a phone number.', where: change };
  if (!customerConsent)
    return { text: 'It is not recorded that the customer agreed to get messages, so none can be sent.', where: change };
  return { text: 'It can be sent now.', where: send };
}
