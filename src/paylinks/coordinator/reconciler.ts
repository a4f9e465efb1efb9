import type { LostAttempt, Provider } from '../../delivery/port.ts';
import type { Config } from '../../env.ts';
import { log } from '../../lib/log.ts';
import { Slots } from '../../lib/slots.ts';
import { withTimeout } from '../../lib/timeout.ts';
import type { DeliveryLog } from '../../model/delivery.ts';
import type { Merchant } from '../../model/merchant.ts';
import type { RecipientStatus } from '../../store/recipient-status.ts';
import type { ProvidersFor } from '../context.ts';
import { MAX_PARTS } from '../domain/bounds.ts';
import { withEvent } from '../domain/change.ts';
import { composeMessage } from '../domain/compose-message.ts';
import { attemptsOf, type Operation, summarize } from '../domain/operation.ts';
import { isActive } from '../domain/status.ts';
import type { UnsubscribeTokens } from '../recipients/unsubscribe-token.ts';
import type { Journal } from './journal.ts';
import { type Operations, TELL_AFTER_MS } from './operations.ts';
import type { PaylinkCache } from './paylink-cache.ts';
import type { CachedPaylink } from './pending-changes.ts';
import type { RecipientLookup } from './recipient-lookup.ts';
import type { Signals } from './signals.ts';

export type ReconcilerDeps = {
  cache: PaylinkCache;
  journal: Journal;
  operations: Operations;
  recipients: RecipientLookup;
  unsubscribeToken: UnsubscribeTokens;
  signals: Signals;
  config: Config;
  now: () => number;
  providersFor: ProvidersFor;
};

/** Outside calls at a time; the platform gives an object six connections for all it does. */
const MAX_CALLS = 4;
/** Operations that one alarm looks at. */
const MAX_DUE = 200;
/** When an operation that is being looked into is looked into again, ms. */
const AGAIN_MS = 30_000;
/** Attempts further apart than this cannot be taken for one another, ms. */
const RIVAL_MS = 15 * 60_000;

const isUnsettled = ({ state }: Operation) => state === 'unsettled' || state === 'settling';

/** Attempts whose messages, should the provider have taken them, would look like this one's. */
function rivalsOf(attempt: DeliveryLog, logs: readonly DeliveryLog[]): NonNullable<LostAttempt['rivals']> {
  const alike = logs.filter(
    (other) =>
      other.id !== attempt.id &&
      other.messageId === null &&
      other.provider === attempt.provider &&
      other.recipientHash === attempt.recipientHash &&
      Math.abs(other.createdAt - attempt.createdAt) <= RIVAL_MS,
  );
  const open = alike.filter(({ status }) => status === 'PENDING' || status === 'UNKNOWN');
  const before = open.filter(({ id }) => id < attempt.id).length;
  return { before, after: open.length - before, refused: alike.length - open.length };
}

/** Looks after operations that are due: abandoned by their Worker, unsettled, or old enough to be forgotten. */
export class Reconciler {
  readonly #deps: ReconcilerDeps;
  readonly #slots = new Slots(MAX_CALLS);
  /** Questions under way that could send a message, by Paylink. */
  readonly #asking = new Map<string, number>();

  constructor(deps: ReconcilerDeps) {
    this.#deps = deps;
  }

  /** Is a provider being asked something that could make it send? */
  isAsking(paylinkId: string): boolean {
    return this.#asking.has(paylinkId);
  }

  /** Marks calls as unknown that nobody reported, and forgets what is over. @returns what is left to be asked of providers */
  async expireDue(now: number): Promise<Operation[]> {
    const due = this.#deps.journal.dueOperations(now, MAX_DUE);
    const ended = await Promise.allSettled(due.map((operation) => this.#expire(operation, now)));
    for (const [n, end] of ended.entries()) {
      if (end.status === 'fulfilled') continue;
      log('error', 'expire_failed', { error: String(end.reason) });
      // The others must have their turn before this one has it again.
      const operation = due[n];
      if (operation) this.#deps.journal.postpone(operation, now + AGAIN_MS);
    }
    return ended.flatMap((end) => (end.status === 'fulfilled' && end.value ? [end.value] : []));
  }

  async #expire(ended: Operation, now: number): Promise<Operation | null> {
    const { id, paylinkId, state } = ended;
    const { journal, cache, operations } = this.#deps;
    if (state === 'done' || state === 'failed') {
      journal.retireOperation(ended);
      return null;
    }
    const entry = await cache.get(paylinkId);
    const operation = journal.operation(paylinkId, id);
    if (!operation || operation.dueAt > now) return null;
    if (!entry) {
      log('error', 'operation_without_paylink', { paylinkId });
      journal.saveOperation({ ...operation, dueAt: now + AGAIN_MS });
      return null;
    }
    if (operation.state === 'running') {
      operations.expireCalls(entry, operation);
      if (summarize(entry.paylink, id).running) journal.saveOperation({ ...operation, dueAt: now + AGAIN_MS });
      else operations.conclude(entry, operation);
      await cache.project(entry);
      return null;
    }
    this.#tellUnknown(entry, operation, now);
    await cache.project(entry);
    if (!operations.isGivenUp(operation)) return operation;
    const keptUntil = operations.keptUntil(operation);
    if (keptUntil > now) journal.saveOperation({ ...operation, dueAt: keptUntil });
    else journal.retireOperation(operation);
    return null;
  }

  /** Merchants hear of an outcome that is still unknown two minutes after its grant, once. */
  #tellUnknown(entry: CachedPaylink, operation: Operation, now: number): void {
    for (const attempt of attemptsOf(entry.paylink, operation.id)) {
      if (attempt.status !== 'UNKNOWN' || attempt.createdAt > now - TELL_AFTER_MS) continue;
      const { paylink } = entry;
      if (paylink.events.length >= MAX_PARTS) continue;
      const isTold = paylink.events.some(
        ({ newValue }) => newValue?.deliveryLogId === attempt.id && newValue.deliveryStatus === 'UNKNOWN',
      );
      if (isTold) continue;
      const value = (deliveryStatus: string) => ({ status: paylink.status, deliveryLogId: attempt.id, deliveryStatus });
      const event = { type: 'DELIVERY_UPDATED', oldValue: value('PENDING'), newValue: value('UNKNOWN') } as const;
      // Written with its event, which is told with the attempt's channel.
      const version = paylink.version + 1;
      const deliveryLogs = paylink.deliveryLogs.map((one) => (one.id === attempt.id ? { ...one, version } : one));
      const told = withEvent(paylink, { deliveryLogs }, { ...event, createdBy: 'System' }, now);
      this.#deps.cache.commit(entry, told, now);
    }
  }

  /** Asks the providers that can tell what became of lost attempts, in slots, for at most `forMs`; what is left is due again. */
  async askDue(due: readonly Operation[], now: number, forMs: number): Promise<void> {
    const until = Date.now() + forMs;
    const { journal } = this.#deps;
    const open = due.flatMap(({ paylinkId, id }) => journal.operation(paylinkId, id) ?? []).filter(isUnsettled);
    // Counted before asking: a crash in between costs a try, not an endless loop.
    const tried = open.map((operation) => ({ ...operation, tries: operation.tries + 1, dueAt: now + AGAIN_MS }));
    for (const operation of tried) journal.saveOperation(operation);
    const ended = Promise.allSettled(tried.map((operation) => this.#ask(operation, until)));
    const results = await withTimeout(ended, forMs);
    if (results === 'late') return log('warn', 'reconciler_late', { operations: due.length });
    for (const end of results)
      if (end.status === 'rejected') log('error', 'settle_failed', { error: String(end.reason) });
  }

  async #ask({ id, paylinkId, tries }: Operation, until: number): Promise<void> {
    const { cache, journal, operations } = this.#deps;
    const entry = await cache.get(paylinkId);
    const lost = entry ? attemptsOf(entry.paylink, id).filter(({ status }) => status === 'UNKNOWN') : [];
    await Promise.all(lost.map((attempt) => this.#slots.run(() => this.#settle(paylinkId, attempt, until))));
    const current = await cache.get(paylinkId);
    const latest = journal.operation(paylinkId, id);
    if (!current) return;
    if (latest && isUnsettled(latest)) operations.conclude(current, { ...latest, tries });
    await cache.project(current);
  }

  async #settle(paylinkId: string, attempt: DeliveryLog, until: number): Promise<void> {
    const { recipients, config, cache, providersFor } = this.#deps;
    const timeoutMs = Math.min(config.PROVIDER_TIMEOUT_MS, until - Date.now());
    if (attempt.recipient === null || timeoutMs <= 0) return;
    const before = await cache.get(paylinkId);
    const status = before ? await recipients.read(before.paylink.merchantId, [attempt.recipientHash]) : null;
    const token = await this.#deps.unsubscribeToken(paylinkId, attempt.id);
    // From here to the question without an `await`, on the Paylink as it is now.
    const entry = await cache.get(paylinkId);
    if (!entry || !status) return;
    const provider = providersFor(attempt.channel, status.merchant.mode).find(({ name }) => name === attempt.provider);
    if (!provider?.settle || !this.#mayAsk(provider, entry, attempt, status)) return;
    const lost = lostAttempt(config, entry, status.merchant, { ...attempt, recipient: attempt.recipient, token });
    this.#count(paylinkId, provider.settles === 'repeat' ? 1 : 0);
    try {
      const outcome = await provider.settle(lost, { timeoutMs });
      const current = await cache.get(paylinkId);
      if (!current) return;
      this.#deps.operations.record(current, attempt.id, outcome, attempt.operationId);
    } finally {
      this.#count(paylinkId, provider.settles === 'repeat' ? -1 : 0);
    }
  }

  #count(paylinkId: string, by: number): void {
    const count = (this.#asking.get(paylinkId) ?? 0) + by;
    if (count > 0) this.#asking.set(paylinkId, count);
    else this.#asking.delete(paylinkId);
    this.#deps.signals.fire(paylinkId);
  }

  /** Asking again may be the first time the provider hears of it: never once the Paylink ended or the recipient opted out. */
  #mayAsk(provider: Provider, { paylink }: CachedPaylink, attempt: DeliveryLog, status: RecipientStatus): boolean {
    if (provider.settles === 'lookup') return true;
    const suppressed = status.suppressed.some(
      (entry) => entry.hash === attempt.recipientHash && entry.channel === attempt.channel,
    );
    const erased = paylink.deliveryLogs.some(({ id, recipient }) => id === attempt.id && recipient === null);
    return isActive(paylink, this.#deps.now()) && !suppressed && !erased;
  }
}

function lostAttempt(
  config: Config,
  { paylink }: CachedPaylink,
  merchant: Merchant,
  { id: attemptId, channel, provider, createdAt, recipient, token }: DeliveryLog & { recipient: string; token: string },
): LostAttempt {
  const attempt = paylink.deliveryLogs.find(({ id }) => id === attemptId);
  return {
    message: composeMessage(config, paylink, merchant, { attemptId, channel, provider, recipient }, token),
    attemptedAt: createdAt,
    knownMessageIds: paylink.deliveryLogs.flatMap(({ messageId }) => (messageId ? [messageId] : [])),
    ...(attempt ? { rivals: rivalsOf(attempt, paylink.deliveryLogs) } : {}),
  };
}
