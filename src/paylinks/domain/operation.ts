import * as z from 'zod/mini';
import type { Channel, DeliveryLog } from '../../model/delivery.ts';
import type { Paylink } from '../../model/paylink.ts';
import { EventActor } from '../../model/paylink-event.ts';
import { BY_PERSON, NOT_BEGUN } from './attempts.ts';
import { withinBounds } from './bounds.ts';
import { newEventId } from './change.ts';
import type { SendResult } from './outcome.ts';
import { afterAccepted, afterDelivery } from './status.ts';

/**
 * - `running`: a Worker is asking providers, or was ended while it did.
 * - `unsettled`: nothing accepted, an outcome not known yet; answered from the present state.
 * - `settling`: accepted on one channel, the other is not known yet; answered from the present state unless the first answer was final.
 * - `done`: its first answer is kept. `failed`: refused for certain, not begun or released; its key is free again.
 */
export const OperationState = z.enum(['running', 'unsettled', 'settling', 'done', 'failed']);

export const OperationRow = z.object({
  id: z.string(),
  paylinkId: z.string(),
  key: z.nullable(z.string()),
  fingerprint: z.string(),
  state: OperationState,
  createdBy: z.string(),
  /** By which credential. Rows of the release before lack it. */
  actor: z.optional(EventActor),
  createdAt: z.int(),
  /** When its providers had all answered, ms; null while it runs. */
  endedAt: z.nullable(z.int()),
  dueAt: z.int(),
  /** How often an unsettled operation was looked into. */
  tries: z.int(),
  /** The answer that was given, as JSON. */
  outcome: z.nullable(z.string()),
  /** Without a key: for how long after its end a send like it is the same, ms. */
  windowMs: z.optional(z.int()),
});

/** One send, as its coordinator keeps it. */
export type Operation = z.infer<typeof OperationRow>;

/** May the customer have, or still get, this message? Sums up one channel of one operation. */
export type ChannelResult = 'accepted' | 'refused' | 'unknown' | 'running';

/** What one channel of one operation came to, over its attempts. */
export function channelResult(attempts: readonly DeliveryLog[]): ChannelResult {
  if (attempts.some((log) => log.acceptedAt !== null)) return 'accepted';
  if (attempts.some((log) => log.status === 'PENDING')) return 'running';
  if (attempts.some((log) => log.status === 'UNKNOWN')) return 'unknown';
  return 'refused';
}

/** The attempts of one operation. */
export const attemptsOf = (paylink: Paylink, operationId: string): DeliveryLog[] =>
  paylink.deliveryLogs.filter((log) => log.operationId === operationId);

export type Summary = {
  accepted: Channel[];
  /** Some provider has not been heard of yet. */
  running: boolean;
  /** Some channel's outcome is not known (yet). */
  open: boolean;
  /** No provider was asked at all. */
  notBegun: boolean;
  /** A person had to say what became of an attempt. */
  byPerson: boolean;
  /** Why channels were refused, for a person. */
  reason: string;
};

/**
 * What an operation has come to, read off its attempts. Where they are gone (D1 was brought back to a time before them) nobody knows: it is
 * open, as its messages may have gone out.
 */
export function summarize(paylink: Paylink, operationId: string): Summary {
  const attempts = attemptsOf(paylink, operationId);
  const channels = [...new Set(attempts.map((log) => log.channel))];
  const results = channels.map((channel) => {
    const ofChannel = attempts.filter((log) => log.channel === channel);
    return { channel, result: channelResult(ofChannel), reason: ofChannel.at(-1)?.reason ?? null };
  });
  return {
    accepted: results.flatMap(({ channel, result }) => (result === 'accepted' ? [channel] : [])),
    running: results.some(({ result }) => result === 'running'),
    open: attempts.length === 0 || results.some(({ result }) => result === 'running' || result === 'unknown'),
    notBegun: attempts.length > 0 && attempts.every((log) => log.status === 'FAILED' && log.reason === NOT_BEGUN),
    byPerson: attempts.some((log) => log.settledBy === BY_PERSON),
    reason: results
      .flatMap(({ channel, result, reason }) => (result === 'refused' && reason ? [`${channel}: ${reason}`] : []))
      .join('; '),
  };
}

/** The answer to an operation as things stand. */
export function resultOf(paylink: Paylink, operationId: string): SendResult {
  const { accepted, open, reason } = summarize(paylink, operationId);
  if (accepted.length > 0) return { kind: 'sent', paylink, accepted };
  return open ? { kind: 'pending', paylink } : { kind: 'failed', paylink, reason };
}

/**
 * The Paylink with what an operation came to written down: status, lastSentAt and the SENT or SEND_FAILED event. The Paylink itself
 * where there is nothing to tell: an outcome is open, or no provider was asked.
 */
export function withOperationResult(paylink: Paylink, operationId: string, createdBy: string, now: number): Paylink {
  const version = paylink.version + 1;
  const { accepted, open, notBegun, reason } = summarize(paylink, operationId);
  if (notBegun || (accepted.length === 0 && open)) return paylink;
  const sent = accepted.length > 0;
  const status = sent ? afterAccepted(paylink.status) : afterDelivery(paylink);
  const event = {
    id: newEventId(paylink, now),
    type: sent ? ('SENT' as const) : ('SEND_FAILED' as const),
    oldValue: { status: paylink.status },
    newValue: sent ? { status, deliveredTo: accepted } : { status, reason },
    createdBy,
    actor: null,
    createdAt: now,
    version,
  };
  const lastSentAt = sent ? now : paylink.lastSentAt;
  return { ...paylink, version, status, updatedAt: now, lastSentAt, events: withinBounds(paylink.events, event) };
}
