import type { LostAttempt, Provider } from '../../delivery/port.ts';
import type { Config } from '../../env.ts';
import type { DeliveryLog } from '../../model.ts';
import type { RecipientStatus } from '../../store/recipient-status.ts';
import { withOutcome } from '../domain/attempts.ts';
import type { Operation } from '../domain/operation.ts';
import { isActive } from '../domain/status.ts';
import { composeMessage } from './compose-message.ts';
import type { Journal } from './journal.ts';
import type { Operations } from './operations.ts';
import type { PaylinkCache } from './paylink-cache.ts';
import type { CachedPaylink } from './pending-changes.ts';
import type { RecipientLookup } from './recipient-lookup.ts';
import type { Sends } from './send-handler.ts';

export type ReconcilerDeps = {
  cache: PaylinkCache;
  journal: Journal;
  sends: Sends;
  operations: Operations;
  config: Config;
  now: () => number;
  recipientLookup: RecipientLookup;
};

/** When an operation that is being looked into is looked into again, ms. */
const againMs = 30_000;
/** Attempts further apart than this cannot be taken for one another, ms. */
const rivalMs = 15 * 60_000;

/** Attempts whose messages, should the provider have taken them, would look like this one's. */
function rivalsOf(attempt: DeliveryLog, logs: readonly DeliveryLog[]): NonNullable<LostAttempt['rivals']> {
  const alike = logs.filter(
    (other) =>
      other.id !== attempt.id &&
      other.messageId === null &&
      other.provider === attempt.provider &&
      other.recipientHash === attempt.recipientHash &&
      Math.abs(other.createdAt - attempt.createdAt) <= rivalMs,
  );
  const open = alike.filter(({ status }) => status === 'PENDING' || status === 'UNKNOWN');
  const before = open.filter(({ id }) => id < attempt.id).length;
  return { before, after: open.length - before, refused: alike.length - open.length };
}

/** Looks after operations that are due: abandoned, unsettled, or old enough to be forgotten. */
export class Reconciler {
  readonly #deps: ReconcilerDeps;

  constructor(deps: ReconcilerDeps) {
    this.#deps = deps;
  }

  /** For the alarm. Doing it twice, late or with nothing due does no harm. */
  async lookAfterDue(now: number): Promise<void> {
    const due = this.#deps.journal.dueOperations(now, 200);
    const ended = await Promise.allSettled(due.map((operation) => this.#lookAfter(operation, now)));
    const failed = ended.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #lookAfter(operation: Operation, now: number): Promise<void> {
    const { journal, cache, sends, operations } = this.#deps;
    if (operation.state === 'done' || operation.state === 'failed') return journal.deleteOperation(operation.id);
    const entry = await cache.get(operation.paylinkId, (loaded) => sends.recover(loaded));
    if (!entry) return journal.deleteOperation(operation.id);
    if (operation.state === 'running') {
      if (sends.isRunning(operation.id)) journal.saveOperation({ ...operation, dueAt: now + againMs });
      else sends.recover(entry);
      return;
    }
    const latest = journal.operation(operation.id);
    if (!latest || latest.dueAt > now) return;
    if (operations.isGivenUp(latest)) return journal.deleteOperation(latest.id);
    // Busy: while it is being asked about, this copy has to stay the only one.
    cache.busy(entry.paylink.id, 1);
    try {
      await this.#ask(entry, latest, now);
      await cache.project(entry);
    } finally {
      cache.busy(entry.paylink.id, -1);
    }
  }

  /** Asks the providers that can tell (by the same idempotency key, or by their message list) what became of the lost attempts. */
  async #ask(entry: CachedPaylink, operation: Operation, now: number): Promise<void> {
    const { operations, journal } = this.#deps;
    // Counted before asking: a crash in between costs a try, not an endless loop.
    const tried = { ...operation, tries: operation.tries + 1 };
    journal.saveOperation({ ...tried, dueAt: now + againMs });
    const lost = entry.paylink.deliveryLogs.filter(
      (log) => log.operationId === operation.id && log.status === 'UNKNOWN',
    );
    await Promise.all(lost.map((attempt) => this.#settle(entry, attempt)));
    const latest = journal.operation(operation.id);
    if (latest && (latest.state === 'unsettled' || latest.state === 'settling'))
      operations.conclude(entry, { ...latest, tries: tried.tries });
  }

  async #settle(entry: CachedPaylink, attempt: DeliveryLog): Promise<void> {
    const { recipientLookup, config, sends, operations } = this.#deps;
    if (attempt.recipient === null) return;
    const recipientStatus = await recipientLookup.read(entry.paylink.merchantId, [attempt.recipientHash]);
    if (!recipientStatus) return;
    const provider = sends
      .providers(attempt.channel, recipientStatus.merchant)
      .find(({ name }) => name === attempt.provider);
    if (!provider?.settle || !this.#mayAsk(provider, entry, attempt, recipientStatus)) return;
    const message = composeMessage(config, entry.paylink, recipientStatus.merchant, attempt, attempt.recipient);
    const knownMessageIds = entry.paylink.deliveryLogs.flatMap((log) => (log.messageId ? [log.messageId] : []));
    const rivals = rivalsOf(attempt, entry.paylink.deliveryLogs);
    const lost = { message, attemptedAt: attempt.createdAt, knownMessageIds, rivals };
    const outcome = await provider.settle(lost, { timeoutMs: config.PROVIDER_TIMEOUT_MS });
    operations.changeAttempt(entry, attempt.id, (log, at, version) => withOutcome(log, outcome, at, version));
  }

  /** Asking again under the same key may be the first time the provider hears of it: never once the Paylink ended or the recipient opted out. */
  #mayAsk(provider: Provider, entry: CachedPaylink, attempt: DeliveryLog, recipientStatus: RecipientStatus): boolean {
    if (provider.name === 'twilio') return true;
    const suppressed = recipientStatus.suppressed.some(
      (entry) => entry.hash === attempt.recipientHash && entry.channel === attempt.channel,
    );
    return isActive(entry.paylink, this.#deps.now()) && !suppressed;
  }
}
