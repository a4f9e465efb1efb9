import type { ProviderOutcome } from '../../delivery/port.ts';
import type { Channel, DeliveryLog, DeliveryStatus, Paylink } from '../../model.ts';
import type { SendOutcome } from './outcome.ts';
import { afterAccepted, afterDelivery } from './status.ts';

/** The attempts of one operation, by channel. */
function attemptsByChannel(paylink: Paylink, operationId: string): Map<Channel, DeliveryLog[]> {
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
  for (const [channel, attempts] of attemptsByChannel(paylink, operationId)) {
    const result: ChannelResult = channelResult(attempts);
    if (result === 'accepted') accepted.push(channel);
    else if (result !== 'refused') open = true;
    const last = attempts.at(-1);
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
export function withOperationResult(paylink: Paylink, operationId: string, createdBy: string, now: number): Paylink {
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

/**
 * How far an attempt has come. News only moves it forward, and the order is total, so callbacks may arrive in any order and twice.
 * FAILED by a provider's refusal counts less than anything a provider says later of the same attempt.
 */
const rank: Record<DeliveryStatus, number> = {
  PENDING: 0,
  UNKNOWN: 1,
  SUPPRESSED: 2,
  SENT: 3,
  DELIVERED: 4,
  FAILED: 5,
  BOUNCED: 6,
};

const rankOf = (log: Pick<DeliveryLog, 'status' | 'acceptedAt'>) =>
  log.status === 'FAILED' && log.acceptedAt === null ? 2 : rank[log.status];

/** What a provider reported of an attempt it took. `at` is ms. */
export type DeliveryUpdate = {
  status: 'SENT' | 'DELIVERED' | 'FAILED' | 'BOUNCED';
  messageId: string | null;
  reason: string | null;
};

/** The attempt after the provider's news, or null when that changes nothing. */
export function applyDeliveryEvent(
  log: DeliveryLog,
  news: DeliveryUpdate,
  now: number,
  version: number,
): DeliveryLog | null {
  if (log.status === 'SUPPRESSED') return null;
  const forward = rank[news.status] > rankOf(log);
  const messageId = log.messageId ?? news.messageId;
  if (!forward && messageId === log.messageId) return null;
  return {
    ...log,
    messageId,
    status: forward ? news.status : log.status,
    reason: forward ? news.reason : log.reason,
    acceptedAt: log.acceptedAt ?? now,
    updatedAt: now,
    version,
  };
}

/** The attempt after its provider call ended, or (from UNKNOWN) was settled; null when that changes nothing. */
export function withOutcome(
  log: DeliveryLog,
  outcome: ProviderOutcome,
  now: number,
  version: number,
): DeliveryLog | null {
  switch (outcome.kind) {
    case 'accepted':
      return applyDeliveryEvent(log, { status: 'SENT', messageId: outcome.messageId, reason: null }, now, version);
    case 'refused':
      if (log.status !== 'PENDING' && log.status !== 'UNKNOWN') return null;
      return { ...log, status: 'FAILED', reason: outcome.reason, updatedAt: now, version };
    case 'unknown':
      if (log.status !== 'PENDING') return null;
      return { ...log, status: 'UNKNOWN', reason: outcome.reason, updatedAt: now, version };
  }
}

/** Did this attempt, for all we know, cost the recipient a message? Refused and suppressed ones did not. */
export const countsAgainstCaps = (log: Pick<DeliveryLog, 'status' | 'acceptedAt'>): boolean =>
  log.status !== 'SUPPRESSED' && !(log.status === 'FAILED' && log.acceptedAt === null);

/** May the customer have, or still get, this message? Sums up a channel of one operation. */
export type ChannelResult = 'accepted' | 'refused' | 'unknown' | 'running';

/** What one channel of one operation came to, over its hops. */
export function channelResult(attempts: readonly DeliveryLog[]): ChannelResult {
  if (attempts.some((log) => log.acceptedAt !== null)) return 'accepted';
  if (attempts.some((log) => log.status === 'PENDING')) return 'running';
  if (attempts.some((log) => log.status === 'UNKNOWN')) return 'unknown';
  return 'refused';
}
