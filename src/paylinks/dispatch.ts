import type { Provider, ProviderName, ProviderOutcome } from '../delivery/port.ts';
import { nextProvider } from '../delivery/providers/index.ts';
import type { DeliveryLog, Merchant, Paylink } from '../model.ts';
import { coordinatorOf, newIdAt } from '../paylink-id.ts';
import type { ProviderReport } from './coordinator/rpc.ts';
import { withOutcome } from './domain/attempts.ts';
import type { Target } from './domain/decide-send.ts';
import { isActive } from './domain/status.ts';

/** Too little time to begin another provider call, ms. */
const leastMs = 500;

/** A new attempt, to be durable before its provider is asked. */
export const newAttempt = (
  paylink: Paylink,
  operationId: string,
  target: Target,
  provider: ProviderName,
  now: number,
): DeliveryLog => ({
  id: newIdAt(now, coordinatorOf(paylink.id)),
  operationId,
  channel: target.channel,
  status: 'PENDING',
  provider,
  messageId: null,
  recipient: target.recipient,
  recipientHash: target.hash,
  reason: null,
  acceptedAt: null,
  createdAt: now,
  updatedAt: now,
  version: paylink.version + 1,
});

/** What a channel's dispatch needs of its coordinator; `begin` and `end` write durably. */
export type DispatchDesk = {
  now(): number;
  /** The Paylink as it is now. */
  paylink(): Paylink;
  begin(target: Target, provider: ProviderName): DeliveryLog;
  end(attemptId: string, change: (log: DeliveryLog, now: number, version: number) => DeliveryLog | null): void;
  /** The provider will not have this recipient, who opted out with it. Never throws. */
  optedOut(target: Target): Promise<void>;
  /** Whether, after a refusal, the recipient may still be written to: neither erased nor suppressed meanwhile. */
  stillWanted(target: Target, attemptId: string): Promise<boolean>;
  /** Composes the message and asks the provider. */
  ask(provider: Provider, attempt: DeliveryLog, timeoutMs: number): Promise<ProviderOutcome>;
};

export type Dispatch = {
  target: Target;
  first: DeliveryLog;
  providers: Provider[];
  skip: ProviderName[];
  merchant: Merchant;
  timeoutMs: number;
  /** When the whole send has to be answered, ms. */
  deadline: number;
};

/**
 * Has one channel delivered: asks the first provider, and the next only after a definite refusal by the provider itself. An outcome
 * that is not known, or a refusal of the recipient, is final.
 */
export async function dispatchChannel(desk: DispatchDesk, dispatch: Dispatch): Promise<ProviderReport[]> {
  const { target, providers, skip, deadline } = dispatch;
  const reports: ProviderReport[] = [];
  const tried: ProviderName[] = [];
  let attempt: DeliveryLog | null = dispatch.first;
  while (attempt) {
    const current: DeliveryLog = attempt;
    const provider = providers.find(({ name }) => name === current.provider);
    if (!provider) return reports;
    const outcome = await askUnlessEnded(desk, provider, current, Math.min(dispatch.timeoutMs, deadline - desk.now()));
    desk.end(current.id, (log, now, version) => withOutcome(log, outcome, now, version));
    if (outcome.kind === 'refused' && outcome.optedOut) await desk.optedOut(target);
    reports.push({
      provider: provider.name,
      outcome: outcome.kind,
      ...(outcome.kind === 'refused' ? { by: outcome.by } : {}),
    });
    if (outcome.kind !== 'refused' || outcome.by === 'recipient') return reports;
    tried.push(provider.name);
    const next = nextProvider(providers, tried, skip);
    const wanted = next !== null && (await desk.stillWanted(target, current.id));
    const canGoOn = wanted && deadline - desk.now() > leastMs && isActive(desk.paylink(), desk.now());
    attempt = canGoOn ? desk.begin(target, next.name) : null;
  }
  return reports;
}

/** Once a cancel has answered, no provider call begins: the last look is in the same turn as the call. */
async function askUnlessEnded(
  desk: DispatchDesk,
  provider: Provider,
  attempt: DeliveryLog,
  timeoutMs: number,
): Promise<ProviderOutcome> {
  if (!isActive(desk.paylink(), desk.now())) {
    return { kind: 'refused', by: 'recipient', reason: 'The Paylink ended before the provider was asked.' };
  }
  return desk.ask(provider, attempt, timeoutMs);
}
