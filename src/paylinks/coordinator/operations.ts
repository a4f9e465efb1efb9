import type { DeliveryLog } from '../../model.ts';
import { outcomeOf, summarize, withOperationResult, withOutcome } from '../domain/attempts.ts';
import { RETENTION_MS } from '../domain/idempotency.ts';
import type { Operation } from '../domain/operation.ts';
import type { Alarm } from './alarm.ts';
import type { Journal } from './journal.ts';
import type { PaylinkCache } from './paylink-cache.ts';
import type { CachedPaylink } from './pending-changes.ts';

/** When an unknown outcome is looked into, after the first, second … try, ms. */
const settleAfterMs = [30_000, 2 * 60_000, 10 * 60_000, 60 * 60_000, 6 * 60 * 60_000];

export type OperationsDeps = { cache: PaylinkCache; journal: Journal; alarm: Alarm; now: () => number };

/** An attempt as it becomes, written by `version` at `now` (ms); null when nothing changes. */
export type AttemptChange = (log: DeliveryLog, now: number, version: number) => DeliveryLog | null;

/** Writes down what attempts and operations have come to. */
export class Operations {
  readonly #deps: OperationsDeps;

  constructor(deps: OperationsDeps) {
    this.#deps = deps;
  }

  /**
   * Moves one attempt on, durably. `concluding` is the operation if it has no other channel: once accepted, it is concluded in this
   * very turn, and the attempt is written with the conclusion.
   */
  changeAttempt(entry: CachedPaylink, attemptId: string, change: AttemptChange, concluding?: Operation): void {
    const { paylink } = entry;
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
    if (concluding && isOver) this.#deps.cache.draft(entry, next);
    else this.#deps.cache.commit(entry, next, now);
  }

  /** Writes down what an operation came to, as far as that is known now. @returns it, a `SendOutcome` as JSON */
  conclude(entry: CachedPaylink, operation: Operation): string {
    const { cache, journal, alarm, now: clock } = this.#deps;
    const now = clock();
    const written = operation.state === 'settling';
    const { open } = summarize(entry.paylink, operation.id);
    const next = written ? entry.paylink : withOperationResult(entry.paylink, operation.id, operation.createdBy, now);
    if (next !== entry.paylink) cache.commit(entry, next, now);
    const outcome = outcomeOf(next, operation.id);
    const text = JSON.stringify(outcome);
    const settle = now + (settleAfterMs[operation.tries] ?? RETENTION_MS);
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
        dueAt: now + RETENTION_MS,
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
    journal.saveOperation({ ...operation, state: 'done', dueAt: now + RETENTION_MS, outcome: answer });
    return text;
  }

  /** After an earlier life of this object died: what it was asking a provider is unknown, at once. */
  recover(entry: CachedPaylink, isRunning: (operationId: string) => boolean): void {
    const { journal, cache } = this.#deps;
    for (const operation of journal.openOperations(entry.paylink.id)) {
      if (operation.state !== 'running' || isRunning(operation.id)) continue;
      const lost = entry.paylink.deliveryLogs.filter(
        (log) => log.operationId === operation.id && log.status === 'PENDING',
      );
      for (const log of lost) {
        const outcome = {
          kind: 'unknown',
          reason: 'The gateway restarted while the provider was being asked.',
        } as const;
        this.changeAttempt(entry, log.id, (current, now, version) => withOutcome(current, outcome, now, version));
      }
      this.conclude(entry, operation);
      void cache.project(entry);
    }
  }

  /** Looked into for the last time: UNKNOWN stays in the log for a person to see. */
  isGivenUp(operation: Operation): boolean {
    return operation.tries >= settleAfterMs.length;
  }

  /** After news of an attempt: writes down what its open operation has come to. */
  afterDeliveryEvent(entry: CachedPaylink): void {
    for (const operation of this.#deps.journal.openOperations(entry.paylink.id)) {
      if (operation.state !== 'running') this.conclude(entry, operation);
    }
  }
}
