import { log } from '../../lib/log.ts';
import type { DeliveryLog } from '../../model/delivery.ts';
import type { Paylink } from '../../model/paylink.ts';
import { ENDED_OPERATION_MS, OPERATION_MS } from '../../store/retention.ts';
import { applyLateReport } from '../domain/apply-change.ts';
import { applyReport, isInFlight, personSaidSent, type ReportedOutcome } from '../domain/attempts.ts';
import { withActor } from '../domain/change.ts';
import { UNKNOWN_WINDOW_MS } from '../domain/idempotency.ts';
import { attemptsOf, type Operation, resultOf, summarize, withOperationResult } from '../domain/operation.ts';
import type { SendResult } from '../domain/outcome.ts';
import type { Alarm } from './alarm.ts';
import type { Journal } from './journal.ts';
import type { PaylinkCache } from './paylink-cache.ts';
import type { CachedPaylink } from './pending-changes.ts';
import type { Signals } from './signals.ts';

/** When an unknown outcome is looked into, after the first, second … try, ms. */
const SETTLE_AFTER_MS = [30_000, 2 * 60_000, 10 * 60_000, 60 * 60_000, 6 * 60 * 60_000];

/** How long after its grant merchants hear of an outcome that is still unknown, ms. */
export const TELL_AFTER_MS = 2 * 60_000;

/** An attempt as it becomes, written by `version` at `now` (ms); null when nothing changes. */
export type AttemptChange = (log: DeliveryLog, now: number, version: number) => DeliveryLog | null;

const attemptOf = ({ paylink }: CachedPaylink, id: string): DeliveryLog | undefined =>
  paylink.deliveryLogs.find((attempt) => attempt.id === id);

/** When an open operation is looked into next, ms: not later than its merchant is to hear of an attempt that is still unknown. */
function settleAt(paylink: Paylink, { id, key, tries }: Operation, now: number): number {
  const tellAt = attemptsOf(paylink, id)
    .filter(({ status }) => status === 'UNKNOWN')
    .map(({ createdAt }) => createdAt + TELL_AFTER_MS)
    .filter((at) => at > now);
  const lastly = key === null ? UNKNOWN_WINDOW_MS : OPERATION_MS;
  return Math.min(now + (SETTLE_AFTER_MS[tries] ?? lastly), ...tellAt);
}

/** Writes down what attempts and operations have come to. */
export class Operations {
  readonly #cache: PaylinkCache;
  readonly #journal: Journal;
  readonly #alarm: Alarm;
  readonly #signals: Signals;
  readonly #now: () => number;

  constructor(cache: PaylinkCache, journal: Journal, alarm: Alarm, signals: Signals, now: () => number) {
    this.#cache = cache;
    this.#journal = journal;
    this.#alarm = alarm;
    this.#signals = signals;
    this.#now = now;
  }

  /**
   * Records how a call ended (design, "What a report does"). Where an operation had been taken to have come to something else, that is
   * written anew.
   */
  record(entry: CachedPaylink, attemptId: string, outcome: ReportedOutcome, operationId: string): void {
    const before = attemptOf(entry, attemptId);
    if (outcome.kind === 'refused' && before && personSaidSent(before)) {
      log('warn', 'settled_wrongly', { paylinkId: entry.paylink.id, attemptId });
    }
    const operation = this.#journal.operation(entry.paylink.id, operationId);
    if (!operation) {
      this.#recordLate(entry, attemptId, outcome);
      return;
    }
    this.#journal.together(() => {
      this.changeAttempt(entry, attemptId, (current, now, version) => applyReport(current, outcome, now, version));
      if (operation.state === 'running' || attemptOf(entry, attemptId)?.status === before?.status) return;
      const isSettling = operation.state === 'settling';
      this.conclude(entry, isSettling ? operation : { ...operation, state: 'unsettled', outcome: null });
    });
  }

  #recordLate(entry: CachedPaylink, attemptId: string, outcome: ReportedOutcome): void {
    const now = this.#now();
    const applied = applyLateReport(entry.paylink, attemptId, outcome, now);
    if (applied.kind === 'changed') this.#cache.commit(entry, applied.paylink, now);
  }

  /** Moves one attempt on, durably. */
  changeAttempt(entry: CachedPaylink, attemptId: string, change: AttemptChange): void {
    const { paylink } = entry;
    const now = this.#now();
    const version = paylink.version + 1;
    const before = paylink.deliveryLogs.find(({ id }) => id === attemptId);
    const after = before ? change(before, now, version) : null;
    if (!after) return;
    const deliveryLogs = paylink.deliveryLogs.map((one) => (one.id === attemptId ? after : one));
    this.#cache.commit(entry, { ...paylink, version, updatedAt: now, deliveryLogs }, now);
    this.#signals.fire(paylink.id);
  }

  /** Writes down what an operation that no Worker is busy with came to, as far as that is known now. */
  conclude(entry: CachedPaylink, operation: Operation): SendResult {
    return this.#journal.together(() => this.#conclude(entry, operation));
  }

  #conclude(entry: CachedPaylink, operation: Operation): SendResult {
    const now = this.#now();
    const toldBefore = operation.state === 'settling';
    const next = toldBefore
      ? entry.paylink
      : withActor(
          entry.paylink,
          withOperationResult(entry.paylink, operation.id, operation.createdBy, now),
          operation.actor,
        );
    if (next !== entry.paylink) this.#cache.commit(entry, next, now);
    const result = resultOf(next, operation.id);
    const { open, byPerson } = summarize(next, operation.id);
    const dueAt = settleAt(next, operation, now);
    this.#save({ ...operation, endedAt: operation.endedAt ?? now, dueAt }, result, { open, byPerson, now });
    this.#signals.fire(next.id);
    return result;
  }

  #save(
    operation: Operation,
    result: SendResult,
    { open, byPerson, now }: { open: boolean; byPerson: boolean; now: number },
  ): void {
    const text = JSON.stringify(result);
    const over = now + Math.max(ENDED_OPERATION_MS, operation.key === null ? (operation.windowMs ?? 0) : 0);
    if (result.kind === 'pending') {
      // What was answered stays the answer, should its attempts be gone.
      this.#saveDue({ ...operation, state: operation.state === 'settling' ? 'settling' : 'unsettled' });
      // A person's word never frees a key: the message may have gone out after all.
    } else if (result.kind === 'failed' && !byPerson) {
      this.#saveDue({ ...operation, state: 'failed', key: null, dueAt: over, outcome: text });
      // What was answered first stays the answer, also when the other channel is settled later.
    } else if (open) {
      const outcome = operation.state === 'running' ? text : operation.outcome;
      this.#saveDue({ ...operation, state: 'settling', outcome });
    } else {
      this.#saveDue({ ...operation, state: 'done', dueAt: over, outcome: operation.outcome ?? text });
    }
  }

  #saveDue(operation: Operation): void {
    this.#journal.saveOperation(operation);
    this.#alarm.ringBy(operation.dueAt);
  }

  /** Marks calls that nobody reported in time as unknown; their Worker is ended by now. */
  expireCalls(entry: CachedPaylink, operation: Operation): void {
    const now = this.#now();
    for (const attempt of attemptsOf(entry.paylink, operation.id)) {
      if (attempt.status !== 'PENDING' || isInFlight(attempt, now)) continue;
      const reason = 'The gateway was interrupted while the provider was asked.';
      this.changeAttempt(entry, attempt.id, (current, at, version) => {
        return { ...current, status: 'UNKNOWN', reason, updatedAt: at, version };
      });
    }
  }

  /** Looked into for the last time: UNKNOWN stays in the log for a person to see. */
  isGivenUp(operation: Operation): boolean {
    return operation.tries >= SETTLE_AFTER_MS.length;
  }

  /** Until when one that is given up stands for its repeats, ms: tries that a reset cut off follow each other within minutes. */
  keptUntil({ key, createdAt, endedAt, windowMs }: Operation): number {
    if (key !== null) return createdAt + OPERATION_MS;
    return (endedAt ?? createdAt) + Math.max(UNKNOWN_WINDOW_MS, windowMs ?? 0);
  }

  /** After an attempt was settled from outside: writes down what its operation has come to, unless it still runs. */
  afterDeliveryEvent(entry: CachedPaylink): void {
    for (const operation of this.#journal.openOperations(entry.paylink.id)) {
      if (operation.state !== 'running') this.conclude(entry, operation);
    }
  }
}
