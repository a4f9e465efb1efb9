import { consentAudits } from '../../audit/consent.ts';
import { settledAudits } from '../../audit/settled.ts';
import { errorMessage } from '../../lib/error-message.ts';
import { log } from '../../lib/log.ts';
import { withTimeout } from '../../lib/timeout.ts';
import type { Changes } from '../../store/changes.ts';
import { projectChanges } from '../../store/project-changes.ts';
import { webhookPayloadsOf } from '../../webhooks/payload.ts';
import { Batcher, type SerialQueue } from './batcher.ts';
import { type CachedPaylink, pendingChanges } from './pending-changes.ts';
import { writeTogether } from './write-together.ts';

/** Paylinks in one batch; keeps a bound parameter well under D1's 2 MB. */
const MAX_BATCH = 50;

/** Who is told when D1 has taken changes, and which deliveries to merchants' endpoints came with them. */
export type ProjectorListener = {
  projected: (paylinkId: string, version: number) => void;
  announced: (deliveryIds: string[]) => void;
};

/**
 * Brings a coordinator's changes to D1. While one batch is under way the next collects, so a busy coordinator costs D1 one batch for
 * many sends. A failed batch is not retried here: the journal still has the changes and the alarm comes back to them.
 */
export class Projector {
  readonly #db: D1Database;
  readonly #batcher: Batcher<CachedPaylink, boolean>;
  readonly #listener: ProjectorListener;

  constructor(db: D1Database, queue: SerialQueue, listener: ProjectorListener) {
    this.#db = db;
    this.#batcher = new Batcher({ queue, max: MAX_BATCH, work: (entries) => this.#project(entries) });
    this.#listener = listener;
  }

  /** Resolves once D1 has the entry as it is now: true, or false when the batch failed or takes longer than `waitMs` (it goes on then). */
  async project(entry: CachedPaylink, waitMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    if (entry.projectedVersion >= entry.paylink.version) return true;
    const done = this.#batcher.run(entry);
    const end = waitMs === Number.POSITIVE_INFINITY ? await done : await withTimeout(done, waitMs);
    return end === true;
  }

  async #project(entries: CachedPaylink[]): Promise<boolean[]> {
    const versions = entries.map(({ paylink }) => paylink.version);
    const changes = new Map([...new Set(entries)].map((entry) => [entry, pendingChanges(entry)]));
    for (const [entry, { head }] of await this.#projected(changes)) {
      entry.projectedVersion = Math.max(entry.projectedVersion, head.version);
      this.#listener.projected(head.id, head.version);
    }
    return entries.map((entry, n) => entry.projectedVersion >= (versions[n] ?? 0));
  }

  /** What D1 took of a batch. */
  #projected(changes: Map<CachedPaylink, Changes>): Promise<[CachedPaylink, Changes][]> {
    return writeTogether([...changes], {
      write: async (some) => {
        await this.#write(some.map(([, one]) => one));
        return [...some];
      },
      failed: (some, error) => log('error', 'projection_failed', { paylinks: some.length, error: errorMessage(error) }),
    });
  }

  async #write(changes: Changes[]): Promise<void> {
    const payloads = changes.flatMap(webhookPayloadsOf);
    const audits = [...changes.flatMap(consentAudits), ...changes.flatMap(settledAudits)];
    this.#listener.announced(await projectChanges(this.#db, changes, payloads, audits));
  }
}
