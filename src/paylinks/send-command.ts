import type { ProviderName, ProviderOutcome } from '../delivery/port.ts';
import type { Refusal } from '../errors.ts';
import type { Channel } from '../model.ts';
import type { WaitTimes } from '../waits.ts';

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
  waits?: WaitTimes;
};
