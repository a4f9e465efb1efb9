import type { DeliveryLog } from '../model.ts';
import type { AlarmClock } from './alarm-clock.ts';
import { withOutcome } from './attempt.ts';
import type { Book } from './book.ts';
import type { Known } from './changes.ts';
import { keptMs } from './idempotency.ts';
import type { Journal, Operation } from './journal.ts';
import { outcomeOf, summarize, withConclusion } from './operation.ts';

/** When an unknown outcome is looked into, after the first, second … try, ms. */
const settleAfterMs = [30_000, 2 * 60_000, 10 * 60_000, 60 * 60_000, 6 * 60 * 60_000];

export type ConclusionsDeps = { book: Book; journal: Journal; alarm: AlarmClock; now: () => number };

/** An attempt as it becomes, written by `version` at `now` (ms); null when nothing changes. */
export type AttemptChange = (log: DeliveryLog, now: number, version: number) => DeliveryLog | null;

/** Writes down what attempts and operations have come to. */
export class Conclusions {
  readonly #deps: ConclusionsDeps;

  constructor(deps: ConclusionsDeps) {
    this.#deps = deps;
  }

  /**
   * Moves one attempt on, durably. `concluding` is the operation if it has no other channel: once accepted, it is concluded in this
   * very turn, and the attempt is written with the conclusion.
   */
  changeAttempt(known: Known, attemptId: string, change: AttemptChange, concluding?: Operation): void {
    const { paylink } = known;
    const now = this.#deps.now();
    const version = paylink.version + 1;
    let changed = false;
    const deliveryLogs = paylink.deliveryLogs.map((log) => {
      const next = log.id === attemptId ? change(log, now, version) : null;
      if (next) changed = true;
      return next ?? log;
    });
    if (!changed) return;
    const next = { ...paylink, version, updatedAt: now, deliveryLogs };
    const isOver = deliveryLogs.every((log) => log.operationId !== concluding?.id || log.acceptedAt !== null);
    if (concluding && isOver) this.#deps.book.draft(known, next);
    else this.#deps.book.commit(known, next, now);
  }

  /** Writes down what an operation came to, as far as that is known now. @returns it, a `SendOutcome` as JSON */
  conclude(known: Known, operation: Operation): string {
    const { book, journal, alarm, now: clock } = this.#deps;
    const now = clock();
    const written = operation.state === 'settling';
    const { open } = summarize(known.paylink, operation.id);
    const next = written ? known.paylink : withConclusion(known.paylink, operation.id, operation.createdBy, now);
    if (next !== known.paylink) book.commit(known, next, now);
    const outcome = outcomeOf(next, operation.id);
    const text = JSON.stringify(outcome);
    const settle = now + (settleAfterMs[operation.tries] ?? keptMs);
    if (outcome.kind === 'pending') {
      journal.saveOperation({ ...operation, state: 'unsettled', dueAt: settle });
      alarm.ringBy(settle);
      return text;
    }
    if (outcome.kind === 'failed') {
      journal.saveOperation({
        ...operation,
        state: 'failed',
        key: null,
        dueAt: now + keptMs,
        outcome: text,
      });
      return text;
    }
    // What was answered first stays the answer, also when the other channel is settled later.
    const answer = operation.outcome ?? text;
    if (open) {
      const first = operation.state === 'running' ? answer : operation.outcome;
      journal.saveOperation({ ...operation, state: 'settling', dueAt: settle, outcome: first });
      alarm.ringBy(settle);
      return text;
    }
    journal.saveOperation({ ...operation, state: 'done', dueAt: now + keptMs, outcome: answer });
    return text;
  }

  /** After an earlier life of this object died: what it was asking a provider is unknown, at once. */
  recover(known: Known, isRunning: (operationId: string) => boolean): void {
    const { journal, book } = this.#deps;
    for (const operation of journal.openOperations(known.paylink.id)) {
      if (operation.state !== 'running' || isRunning(operation.id)) continue;
      const lost = known.paylink.deliveryLogs.filter(
        (log) => log.operationId === operation.id && log.status === 'PENDING',
      );
      for (const log of lost) {
        const outcome = {
          kind: 'unknown',
          reason: 'The gateway restarted while the provider was being asked.',
        } as const;
        this.changeAttempt(known, log.id, (current, now, version) => withOutcome(current, outcome, now, version));
      }
      this.conclude(known, operation);
      void book.project(known);
    }
  }

  /** Looked into for the last time: UNKNOWN stays in the log for a person to see. */
  isGivenUp(operation: Operation): boolean {
    return operation.tries >= settleAfterMs.length;
  }

  /** After news of an attempt: writes down what its open operation has come to. */
  afterNews(known: Known): void {
    for (const operation of this.#deps.journal.openOperations(known.paylink.id)) {
      if (operation.state !== 'running') this.conclude(known, operation);
    }
  }
}
