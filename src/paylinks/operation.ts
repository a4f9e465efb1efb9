import type { Channel, DeliveryLog, Paylink } from '../model.ts';
import { type ChannelResult, channelResult } from './attempt.ts';
import type { SendOutcome } from './outcome.ts';
import { afterAccepted, afterDelivery } from './status.ts';

/** The attempts of one operation, by channel. */
function hopsOf(paylink: Paylink, operationId: string): Map<Channel, DeliveryLog[]> {
  const byChannel = new Map<Channel, DeliveryLog[]>();
  for (const log of paylink.deliveryLogs) {
    if (log.operationId !== operationId) continue;
    byChannel.set(log.channel, [...(byChannel.get(log.channel) ?? []), log]);
  }
  return byChannel;
}

export type Summary = {
  accepted: Channel[];
  /** Some channel's outcome is not known (yet). */
  open: boolean;
  reason: string;
};

/** What an operation has come to, read off its attempts. */
export function summarize(paylink: Paylink, operationId: string): Summary {
  const accepted: Channel[] = [];
  const reasons: string[] = [];
  let open = false;
  for (const [channel, hops] of hopsOf(paylink, operationId)) {
    const result: ChannelResult = channelResult(hops);
    if (result === 'accepted') accepted.push(channel);
    else if (result !== 'refused') open = true;
    const last = hops.at(-1);
    if (result === 'refused' && last?.reason) reasons.push(`${channel}: ${last.reason}`);
  }
  return { accepted, open, reason: reasons.join('; ') };
}

/** The answer to an operation as things stand. */
export function outcomeOf(paylink: Paylink, operationId: string): Exclude<SendOutcome, { kind: 'refused' }> {
  const { accepted, open, reason } = summarize(paylink, operationId);
  if (accepted.length > 0) return { kind: 'sent', paylink, accepted, replayed: false };
  if (open) return { kind: 'pending', paylink, replayed: false };
  return { kind: 'failed', paylink, reason, replayed: false };
}

/** The Paylink with what an operation came to written down: status, lastSentAt and the SENT or SEND_FAILED event. */
export function withConclusion(paylink: Paylink, operationId: string, createdBy: string, now: number): Paylink {
  const version = paylink.version + 1;
  const { accepted, open, reason } = summarize(paylink, operationId);
  if (accepted.length === 0 && open) return paylink;
  const sent = accepted.length > 0;
  const status = sent ? afterAccepted(paylink.status) : afterDelivery(paylink);
  return {
    ...paylink,
    version,
    status,
    updatedAt: now,
    lastSentAt: sent ? now : paylink.lastSentAt,
    events: [
      ...paylink.events,
      {
        id: crypto.randomUUID(),
        type: sent ? 'SENT' : 'SEND_FAILED',
        oldValue: { status: paylink.status },
        newValue: sent ? { status, deliveredTo: accepted } : { status, reason },
        createdBy,
        createdAt: now,
        version,
      },
    ],
  };
}
