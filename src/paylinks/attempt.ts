import type { ProviderOutcome } from '../delivery/port.ts';
import type { DeliveryLog, DeliveryStatus } from '../model.ts';

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
export type DeliveryNews = {
  status: 'SENT' | 'DELIVERED' | 'FAILED' | 'BOUNCED';
  messageId: string | null;
  reason: string | null;
};

/** The attempt after the provider's news, or null when that changes nothing. */
export function withNews(log: DeliveryLog, news: DeliveryNews, now: number, version: number): DeliveryLog | null {
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
      return withNews(log, { status: 'SENT', messageId: outcome.messageId, reason: null }, now, version);
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
export function channelResult(hops: readonly DeliveryLog[]): ChannelResult {
  if (hops.some((log) => log.acceptedAt !== null)) return 'accepted';
  if (hops.some((log) => log.status === 'PENDING')) return 'running';
  if (hops.some((log) => log.status === 'UNKNOWN')) return 'unknown';
  return 'refused';
}
