import type { LostAttempt, Provider } from '../delivery/port.ts';
import type { Config } from '../env.ts';
import type { DeliveryLog } from '../model.ts';
import type { Standing } from '../store/standing.ts';
import { withOutcome } from './attempt.ts';
import type { Book } from './book.ts';
import type { Known } from './changes.ts';
import { composeMessage } from './compose.ts';
import type { Conclusions } from './conclusions.ts';
import type { Journal, Operation } from './journal.ts';
import type { Sends } from './sends.ts';
import type { Standings } from './standings.ts';
import { isActive } from './status.ts';

export type SettlingDeps = {
  book: Book;
  journal: Journal;
  sends: Sends;
  conclusions: Conclusions;
  config: Config;
  now: () => number;
  standings: Standings;
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
export class Settling {
  readonly #deps: SettlingDeps;

  constructor(deps: SettlingDeps) {
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
    const { journal, book, sends, conclusions } = this.#deps;
    if (operation.state === 'done' || operation.state === 'failed') return journal.deleteOperation(operation.id);
    const known = await book.get(operation.paylinkId, (loaded) => sends.recover(loaded));
    if (!known) return journal.deleteOperation(operation.id);
    if (operation.state === 'running') {
      if (sends.isRunning(operation.id)) journal.saveOperation({ ...operation, dueAt: now + againMs });
      else sends.recover(known);
      return;
    }
    const latest = journal.operation(operation.id);
    if (!latest || latest.dueAt > now) return;
    if (conclusions.isGivenUp(latest)) return journal.deleteOperation(latest.id);
    // Busy: while it is being asked about, this copy has to stay the only one.
    book.busy(known.paylink.id, 1);
    try {
      await this.#ask(known, latest, now);
      await book.project(known);
    } finally {
      book.busy(known.paylink.id, -1);
    }
  }

  /** Asks the providers that can tell (by the same idempotency key, or by their message list) what became of the lost attempts. */
  async #ask(known: Known, operation: Operation, now: number): Promise<void> {
    const { conclusions, journal } = this.#deps;
    // Counted before asking: a crash in between costs a try, not an endless loop.
    const tried = { ...operation, tries: operation.tries + 1 };
    journal.saveOperation({ ...tried, dueAt: now + againMs });
    const lost = known.paylink.deliveryLogs.filter(
      (log) => log.operationId === operation.id && log.status === 'UNKNOWN',
    );
    await Promise.all(lost.map((attempt) => this.#settle(known, attempt)));
    const latest = journal.operation(operation.id);
    if (latest && (latest.state === 'unsettled' || latest.state === 'settling'))
      conclusions.conclude(known, { ...latest, tries: tried.tries });
  }

  async #settle(known: Known, attempt: DeliveryLog): Promise<void> {
    const { standings, config, sends, conclusions } = this.#deps;
    if (attempt.recipient === null) return;
    const standing = await standings.read(known.paylink.merchantId, [attempt.recipientHash]);
    if (!standing) return;
    const provider = sends.providers(attempt.channel, standing.merchant).find(({ name }) => name === attempt.provider);
    if (!provider?.settle || !this.#mayAsk(provider, known, attempt, standing)) return;
    const message = composeMessage(config, known.paylink, standing.merchant, attempt, attempt.recipient);
    const knownMessageIds = known.paylink.deliveryLogs.flatMap((log) => (log.messageId ? [log.messageId] : []));
    const rivals = rivalsOf(attempt, known.paylink.deliveryLogs);
    const lost = { message, attemptedAt: attempt.createdAt, knownMessageIds, rivals };
    const outcome = await provider.settle(lost, { timeoutMs: config.PROVIDER_TIMEOUT_MS });
    conclusions.changeAttempt(known, attempt.id, (log, at, version) => withOutcome(log, outcome, at, version));
  }

  /** Asking again under the same key may be the first time the provider hears of it: never once the Paylink ended or the recipient opted out. */
  #mayAsk(provider: Provider, known: Known, attempt: DeliveryLog, standing: Standing): boolean {
    if (provider.name === 'twilio') return true;
    const suppressed = standing.suppressed.some(
      (entry) => entry.hash === attempt.recipientHash && entry.channel === attempt.channel,
    );
    return isActive(known.paylink, this.#deps.now()) && !suppressed;
  }
}
