import { refusal } from '../../errors.ts';
import { applyChange } from '../domain/apply-change.ts';
import { isInFlight } from '../domain/attempts.ts';
import type { CancelCommand } from '../domain/change.ts';
import type { Journal } from './journal.ts';
import type { PaylinkCache } from './paylink-cache.ts';
import type { CachedPaylink } from './pending-changes.ts';
import type { Reconciler } from './reconciler.ts';
import type { ChangeReply } from './rpc.ts';
import type { Signals } from './signals.ts';

/** How long a cancel waits for calls that are in flight, ms. */
const WAIT_MS = 10_000;

const inProgress = refusal('send_in_progress', 'It is cancelled; one message may still arrive.', {
  retryAfterSeconds: 1,
});

export type CancelsDeps = {
  cache: PaylinkCache;
  journal: Journal;
  reconciler: Reconciler;
  signals: Signals;
  now: () => number;
};

/** Cancels: committed when asked for; only the answer waits, until no provider call can be under way. */
export class Cancels {
  readonly #deps: CancelsDeps;
  /** Paylinks whose cancel waits for its answer, with how many wait. */
  readonly #waiting = new Map<string, number>();

  constructor(deps: CancelsDeps) {
    this.#deps = deps;
  }

  /** `done` (204): no call is under way, and none will begin. `send_in_progress` (409) after 10 s. */
  async cancel(entry: CachedPaylink, command: CancelCommand): Promise<ChangeReply> {
    const { cache, journal, now: clock } = this.#deps;
    const { id } = entry.paylink;
    const now = clock();
    const applied = applyChange(entry.paylink, command, now);
    if (applied.kind === 'refused') {
      const wasTold = !command.again && !this.#waiting.has(id) && !journal.isCancelUnconfirmed(id);
      if (applied.refusal.code !== 'already_canceled' || wasTold) return applied;
    }
    if (applied.kind === 'changed') {
      cache.commit(entry, applied.paylink, now);
      // Durable with the cancel: nobody is told 204 yet, and a reset must not make it seem so.
      if (this.#isBusy(entry)) journal.setCancelUnconfirmed(id, true);
    }
    this.#count(id, 1);
    try {
      const [isQuiet] = await Promise.all([this.#isQuiet(id), cache.project(entry)]);
      if (!isQuiet) {
        journal.setCancelUnconfirmed(id, true);
        return { kind: 'refused', refusal: inProgress };
      }
      if (journal.isCancelUnconfirmed(id)) journal.setCancelUnconfirmed(id, false);
      return { kind: 'done', paylink: entry.paylink, changed: applied.kind === 'changed' };
    } finally {
      this.#count(id, -1);
    }
  }

  /** Whether, within 10 s, no call is in flight: none granted and not reported, no question that could send. */
  #isQuiet(id: string): Promise<boolean> {
    const { cache, signals } = this.#deps;
    const isDone = async () => {
      const entry = await cache.get(id);
      return !entry || !this.#isBusy(entry);
    };
    return signals.until(id, isDone, WAIT_MS);
  }

  #isBusy({ paylink }: CachedPaylink): boolean {
    const { reconciler, now } = this.#deps;
    return reconciler.isAsking(paylink.id) || paylink.deliveryLogs.some((log) => isInFlight(log, now()));
  }

  #count(id: string, by: 1 | -1): void {
    const count = (this.#waiting.get(id) ?? 0) + by;
    if (count > 0) this.#waiting.set(id, count);
    else this.#waiting.delete(id);
  }
}
