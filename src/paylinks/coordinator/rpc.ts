import type { Refusal } from '../../errors.ts';
import type { Channel, DeliveryEvent, DeliveryLog } from '../../model/delivery.ts';
import type { Merchant } from '../../model/merchant.ts';
import type { Paylink } from '../../model/paylink.ts';
import type { EventActor } from '../../model/paylink-event.ts';
import type { CreateKey } from '../../store/insert-paylinks.ts';
import type { ReportedOutcome, Target } from '../domain/attempts.ts';
import type { ChangeCommand } from '../domain/change.ts';
import type { MessagePaylink } from '../domain/compose-message.ts';
import type { SendResult } from '../domain/outcome.ts';

export type CreateCommand = { paylink: Paylink; parentId: string | null; key: CreateKey | null };
/** `created`: as it was given. `found`: what is there already under this id, or under this key (`replayed`). */
export type CreateReply =
  | { kind: 'created' }
  | { kind: 'found'; paylink: Paylink; replayed: boolean }
  | { kind: 'refused'; refusal: Refusal };

/** A send as the Worker claims it. */
export type ClaimCommand = {
  /** Made once by the Worker: whoever repeats a claim gets the same grants. */
  operationId: string;
  paylinkId: string;
  callerId: string;
  createdBy: string;
  /** By which credential. */
  actor?: EventActor;
  channels: Channel[];
  /** Overrides the recipient of the one channel asked for. */
  to: { recipient: string; hash: string } | null;
  /** The same where several channels are asked for. */
  overrides?: Target[];
  requireEnabled: boolean;
  key: string | null;
  fingerprint: string;
  /** Providers whose circuit breaker is open where the claim comes from. */
  skip: string[];
};

/** One provider to ask, once, within the lease. */
export type Grant = { attemptId: string; channel: Channel; provider: string; recipient: string };

/**
 * - `granted`: ask these providers, and report each.
 * - `running`: the same send is under way (`operationId` names it).
 * - `ended`: the answer of the send that this one repeats.
 */
export type ClaimReply =
  | { kind: 'refused'; refusal: Refusal }
  | { kind: 'granted'; paylink: MessagePaylink; merchant: Merchant; grants: Grant[] }
  | { kind: 'running'; operationId: string }
  | EndedReply;

/** An operation that is over. */
export type EndedReply = { kind: 'ended'; result: SendResult; replayed: boolean };

/** How one call ended. */
export type ReportCommand = {
  operationId: string;
  paylinkId: string;
  attemptId: string;
  outcome: ReportedOutcome;
  skip: string[];
  /** What is left for a further call, ms. */
  remainingMs: number;
};

/** `granted`: ask this provider next. `recorded`: another channel is still under way, or the operation is not known any more. */
export type ReportReply = { kind: 'granted'; grant: Grant } | { kind: 'recorded' } | EndedReply;

export type AwaitCommand = { paylinkId: string; operationId: string; waitMs: number };

export type ReleaseCommand = { paylinkId: string; operationId: string };

/** `replayed`: the answer that was given to the same change with the same key before. */
export type ChangeReply =
  | { kind: 'done'; paylink: Paylink; changed: boolean; replayed?: boolean }
  | { kind: 'refused'; refusal: Refusal };

/**
 * What became of a provider's event. `applied`: nothing is left to do; `recipient` is told where the event suppresses one. `nothing`: the
 * Paylink has no such attempt. `later`: its attempt is not known yet, or could not be read.
 */
export type DeliveryEventReply =
  | {
      kind: 'applied';
      recipient: ({ merchantId: string } & Pick<DeliveryLog, 'channel' | 'recipient' | 'recipientHash'>) | null;
    }
  | { kind: 'nothing' }
  | { kind: 'later' };

/** A send as Workers of the release before ask for it. */
export type PredecessorSend = ClaimCommand & {
  again: boolean;
  /** How long to wait for the same operation still running, ms. */
  waitMs: number;
  traceparent?: string;
};

/** How a provider answered a coordinator of the release before, for the Worker's circuit breaker. */
export type PredecessorReport = {
  provider: string;
  outcome: 'accepted' | 'refused' | 'unknown';
  by?: 'provider' | 'recipient' | undefined;
};

/** `outcome`: the answer as JSON text. `reports` feed the Worker's circuit breaker. */
export type PredecessorSendReply = {
  answer: { kind: 'refused'; refusal: Refusal } | { kind: 'ended'; outcome: string; replayed: boolean };
  reports: PredecessorReport[];
};

/** What Workers ask of a Paylink's coordinator. Every call may be repeated: it gives the same answer and does nothing twice. */
export interface CoordinatorRpc {
  /** Keeps a new Paylink, in D1 or not at all. A create key that exists already gives the Paylink it named, or is refused. */
  create(command: CreateCommand): Promise<CreateReply>;
  /** Claims a send: decides, and grants what to ask of whom. Once for each operation id and each key. */
  claim(command: ClaimCommand): Promise<ClaimReply>;
  /** Records how a granted call ended; grants the next provider, or tells what the send came to. */
  report(command: ReportCommand): Promise<ReportReply>;
  /** Waits for an operation under way, at most `waitMs`; then 409. */
  awaitOperation(command: AwaitCommand): Promise<EndedReply | { kind: 'refused'; refusal: Refusal }>;
  /** Gives up a claim whose answer was not heard: nothing was asked, its key is free, and the claim is refused if it comes after all. */
  release(command: ReleaseCommand): Promise<void>;
  /** Any other change. `callerId` null: the gateway itself (a sweep, a provider's callback), which may act on any Paylink. */
  change(paylinkId: string, callerId: string | null, command: ChangeCommand): Promise<ChangeReply>;
  /** Applies what providers report of this coordinator's attempts. The replies are in the events' order. */
  deliveryEvents(events: DeliveryEvent[]): Promise<DeliveryEventReply[]>;
  /** Writes EXPIRED to those of these Paylinks that are past their expiration. @returns how many are looked after now */
  expire(paylinkIds: string[]): Promise<number>;
  /** Answers when the object works. */
  ping(): Promise<'ok'>;
  /** For Workers of the release before this one. */
  send(command: PredecessorSend): Promise<PredecessorSendReply>;
}
