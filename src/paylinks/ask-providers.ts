import type { Message, Provider, ProviderOutcome } from '../delivery/port.ts';
import type { Config } from '../env.ts';
import { log } from '../lib/log.ts';
import type { Slots } from '../lib/slots.ts';
import type { Timings } from '../lib/timings.ts';
import type { Channel } from '../model/delivery.ts';
import type { Merchant } from '../model/merchant.ts';
import type { EndedReply, Grant, ReportReply } from './coordinator/rpc.ts';
import type { ReportedOutcome } from './domain/attempts.ts';
import { composeMessage, type MessagePaylink } from './domain/compose-message.ts';
import { CALLS_END_MS, LEASE_MS } from './domain/send-budget.ts';
import type { UnsubscribeTokens } from './recipients/unsubscribe-token.ts';

/** Too little time for a call to be worth beginning, ms. */
const LEAST_CALL_MS = 500;

/** What a report was answered, and when the try that was heard was sent (ms), from which a grant's lease runs. */
export type Heard = { reply: ReportReply; sentAt: number };

/** The providers to ask, of which Paylink, for whom. */
export type GrantedSend = { paylink: MessagePaylink; merchant: Merchant; grants: Grant[] };

export type AskDeps = {
  config: Config;
  providersFor: (channel: Channel, mode: Merchant['mode']) => Provider[];
  /** Reports one call until it is heard; null: nobody heard it in time. */
  report: (report: { attemptId: string; outcome: ReportedOutcome; remainingMs: number }) => Promise<Heard | null>;
  /** For the circuit breaker and the metrics; `ms` is how long it took, its wait for a slot included. */
  record: (grant: Grant, outcome: ReportedOutcome, ms: number) => void;
  unsubscribeToken: UnsubscribeTokens;
  slots: Slots;
  timings: Timings;
  /** When the invocation began, ms. */
  beganAt: number;
  traceparent?: string;
};

/** `unheard`: some outcome could not be recorded; the coordinator finds out by itself. `not_begun`: no provider was asked. */
export type Asked = EndedReply | { kind: 'unheard' } | { kind: 'not_begun' };

/**
 * Asks the granted providers, channels in parallel, and reports each answer; the coordinator grants the next provider, or none.
 * @param sentAt when the claim that was answered was sent, ms: a call begins only while its lease lasts
 */
export async function askProviders(send: GrantedSend, sentAt: number, deps: AskDeps): Promise<Asked> {
  const begun = new Set<string>();
  const channels = send.grants.map((grant) => askChannel(send, { grant, sentAt }, deps, begun));
  const replies = await Promise.all(channels);
  if (begun.size === 0) return { kind: 'not_begun' };
  // Whichever channel was reported last was told the answer.
  return replies.find((reply) => reply?.kind === 'ended') ?? { kind: 'unheard' };
}

/** One channel: a provider, and the next one while the coordinator grants it. */
async function askChannel(
  send: GrantedSend,
  first: { grant: Grant; sentAt: number },
  deps: AskDeps,
  begun: Set<string>,
): Promise<EndedReply | null> {
  let { grant, sentAt } = first;
  for (;;) {
    const asked = Date.now();
    const outcome = await ask(send, grant, sentAt, deps);
    if (outcome.kind !== 'not_begun') begun.add(grant.attemptId);
    deps.record(grant, outcome, Date.now() - asked);
    const remainingMs = deps.beganAt + CALLS_END_MS - Date.now();
    const heard = await deps.report({ attemptId: grant.attemptId, outcome, remainingMs });
    if (heard?.reply.kind === 'granted') {
      grant = heard.reply.grant;
      sentAt = heard.sentAt;
    } else return heard?.reply.kind === 'ended' ? heard.reply : null;
  }
}

/** One call, begun in its slot while the lease lasts; its deadline runs from there. Never throws. */
async function ask(send: GrantedSend, grant: Grant, sentAt: number, deps: AskDeps): Promise<ReportedOutcome> {
  const { config, providersFor, slots, timings, beganAt, traceparent } = deps;
  const provider = providersFor(grant.channel, send.merchant.mode).find(({ name }) => name === grant.provider);
  if (!provider) return { kind: 'refused', by: 'provider', reason: 'The provider is not configured.' };
  const token = await deps.unsubscribeToken(send.paylink.id, grant.attemptId);
  const message = composeMessage(config, send.paylink, send.merchant, grant, token);
  return slots.run(async () => {
    const now = Date.now();
    const leftMs = beganAt + CALLS_END_MS - now;
    if (now - sentAt >= LEASE_MS || leftMs < LEAST_CALL_MS) return { kind: 'not_begun' };
    const options = {
      timeoutMs: Math.min(config.PROVIDER_TIMEOUT_MS, leftMs),
      ...(traceparent ? { traceparent } : {}),
    };
    return timings.during('provider', call(provider, message, options));
  });
}

const call = (
  provider: Provider,
  message: Message,
  options: { timeoutMs: number; traceparent?: string },
): Promise<ProviderOutcome> =>
  provider.send(message, options).catch((error) => {
    log('error', 'provider_threw', { provider: provider.name, error: String(error) });
    return { kind: 'unknown', reason: 'The provider call broke off.' };
  });
