import type { ProviderName, ProviderOutcome } from '../../delivery/port.ts';
import type { Refusal } from '../../errors.ts';
import type { TimingsByName } from '../../lib/timings.ts';
import type { Channel, Paylink } from '../../model.ts';
import type { CreateKey } from '../../store/insert-paylinks.ts';
import type { ChangeCommand } from '../domain/change.ts';

/** A send as the edge hands it to the Paylink's coordinator. */
export type SendCommand = {
  /** Made once at the edge: when it calls again after a lost stub, the same id cannot send twice. */
  operationId: string;
  /** The edge calls again: an earlier call may have begun this very operation. */
  again: boolean;
  paylinkId: string;
  callerId: string;
  createdBy: string;
  channels: Channel[];
  to: { recipient: string; hash: string } | null;
  requireEnabled: boolean;
  key: string | null;
  fingerprint: string;
  /** How long to wait for the same operation still running, ms. */
  waitMs: number;
  /** Providers whose breaker is open at the edge. */
  skip: ProviderName[];
  traceparent?: string;
};

/** How a provider answered, for the edge's circuit breaker. */
export type ProviderReport = {
  provider: ProviderName;
  outcome: ProviderOutcome['kind'];
  by?: 'provider' | 'recipient';
};

/**
 * The answer to a send: a refusal, or what it came to – a `SendOutcome` as JSON, as it is kept: text crosses between objects for less
 * than what it says would.
 */
export type SendAnswer = { kind: 'refused'; refusal: Refusal } | { kind: 'ended'; outcome: string; replayed: boolean };

/** `waits`: what the coordinator waited for on the way, ms. */
export type SendReply = {
  answer: SendAnswer;
  reports: ProviderReport[];
  timings?: TimingsByName;
};

export type CreateCommand = { paylink: Paylink; parentId: string | null; key: CreateKey | null };
/** `created`: as it was given. `found`: what is there already under this id, or under this key (`replayed`). */
export type CreateReply =
  | { kind: 'created' }
  | { kind: 'found'; paylink: Paylink; replayed: boolean }
  | { kind: 'refused'; refusal: Refusal };
export type ChangeReply = { kind: 'done'; paylink: Paylink; changed: boolean } | { kind: 'refused'; refusal: Refusal };

/** What the edge asks of a Paylink's coordinator. */
export interface CoordinatorRpc {
  /** Keeps a new Paylink, in D1 or not at all. A create key that exists already gives the Paylink it named, or is refused. */
  create(command: CreateCommand): Promise<CreateReply>;
  /** Sends a Paylink, once for each operation id and each key. */
  send(command: SendCommand): Promise<SendReply>;
  /** Any other change. `callerId` null: the gateway itself (a sweep, a provider's callback), which may act on any Paylink. */
  change(paylinkId: string, callerId: string | null, command: ChangeCommand): Promise<ChangeReply>;
}
