import type { ProviderName, ProviderOutcome } from '../../delivery/port.ts';
import type { DeliveryLog, DeliveryStatus } from '../../model/delivery.ts';
import type { Paylink } from '../../model/paylink.ts';
import { coordinatorOf, newIdAfter } from '../../paylink-id.ts';
import { messageIdOf } from './bounds.ts';

/** Whom a message goes to: an email address or an E.164 number, and its hash. */
export type Target = { channel: DeliveryLog['channel']; recipient: string; hash: string };

/** A new attempt, to be durable before its provider is asked. `provider` null: none will be. */
export const newAttempt = (
  paylink: Paylink,
  operationId: string,
  target: Target,
  provider: ProviderName | null,
  now: number,
): DeliveryLog => ({
  id: newIdAfter(paylink.deliveryLogs.at(-1)?.id, now, coordinatorOf(paylink.id)),
  operationId,
  channel: target.channel,
  status: 'PENDING',
  provider,
  messageId: null,
  recipient: target.recipient,
  recipientHash: target.hash,
  reason: null,
  settledBy: null,
  acceptedAt: null,
  createdAt: now,
  updatedAt: now,
  version: paylink.version + 1,
});

/**
 * How far an attempt has come. Events only move it forward, and the order is total, so callbacks may arrive in any order and twice.
 * FAILED by a refusal counts less than anything a provider says later of the same attempt.
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
  const messageId = log.messageId ?? messageIdOf(news.messageId);
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

/** What a Worker reports of a call: how it ended, or that it was not begun (its lease had run out). */
export type ReportedOutcome = ProviderOutcome | { kind: 'not_begun' };

/** The reason of an attempt whose call was certainly not begun. */
export const NOT_BEGUN = 'The provider was not asked in time.';
/** Who settled an attempt whose outcome was not known, where it was not its provider. */
export const BY_PERSON = 'person';

const refusedAttempt = (log: DeliveryLog, reason: string, now: number, version: number): DeliveryLog => ({
  ...log,
  status: 'FAILED',
  reason,
  acceptedAt: null,
  updatedAt: now,
  version,
});

const isOpen = (log: DeliveryLog) => log.status === 'PENDING' || log.status === 'UNKNOWN';
/** Did a person take an unknown outcome for a sent message? */
export const personSaidSent = (log: DeliveryLog) => log.settledBy === BY_PERSON && log.status === 'SENT';

/**
 * The attempt after its call was reported (design, "What a report does"), or null when the report changes nothing. A provider's callback
 * says more than the report of the same call. A certain refusal outweighs a person who took the message for sent.
 */
export function applyReport(
  log: DeliveryLog,
  outcome: ReportedOutcome,
  now: number,
  version: number,
): DeliveryLog | null {
  switch (outcome.kind) {
    case 'accepted': {
      const { messageId } = outcome;
      return applyDeliveryEvent(log, { status: 'SENT', messageId, reason: null }, now, version);
    }
    case 'refused':
      return isOpen(log) || personSaidSent(log) ? refusedAttempt(log, outcome.reason, now, version) : null;
    case 'not_begun':
      return isOpen(log) ? refusedAttempt(log, NOT_BEGUN, now, version) : null;
    case 'unknown':
      if (log.status !== 'PENDING') return null;
      return { ...log, status: 'UNKNOWN', reason: outcome.reason, updatedAt: now, version };
  }
}

/** The attempt as a person settled it, who knows what became of it; null when it is not UNKNOWN. */
export function settleAttempt(
  log: DeliveryLog,
  status: 'SENT' | 'FAILED',
  now: number,
  version: number,
): DeliveryLog | null {
  if (log.status !== 'UNKNOWN') return null;
  const acceptedAt = status === 'SENT' ? now : null;
  return { ...log, status, acceptedAt, settledBy: BY_PERSON, reason: 'Settled by a person.', updatedAt: now, version };
}

/** Did this attempt, for all we know, cost the recipient a message? Refused and suppressed ones did not. */
export const countsAgainstCaps = (log: Pick<DeliveryLog, 'status' | 'acceptedAt'>): boolean =>
  log.status !== 'SUPPRESSED' && !(log.status === 'FAILED' && log.acceptedAt === null);

/** How long a granted call may be under way, ms: its Worker is ended by then. */
export const GRANT_MS = 30_000;

/** May a Worker be asking a provider for this attempt right now? */
export const isInFlight = (log: Pick<DeliveryLog, 'status' | 'createdAt'>, now: number): boolean =>
  log.status === 'PENDING' && log.createdAt > now - GRANT_MS;
