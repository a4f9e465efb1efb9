import { log } from '../../lib/log.ts';
import type { Changes } from '../../store/changes.ts';
import { projectChanges } from '../../store/project-changes.ts';
import { webhookPayloadsOf } from '../../webhooks/payload.ts';
import { Batcher, type SerialQueue } from './batcher.ts';
import { type CachedPaylink, pendingChanges } from './pending-changes.ts';

/** Paylinks in one batch; keeps a bound parameter well under D1's 2 MB. */
const MAX_BATCH = 50;

/** Who is told when D1 has taken changes, and which deliveries to merchants' endpoints came with them. */
export type ProjectorListener = {
  projected: (paylinkId: string, version: number) => void;
  announced: (deliveryIds: string[]) => void;
};

type Waiting = { entry: CachedPaylink; version: number; until: number; done: (ok: boolean) => void };

/** How often it is looked whether somebody has waited long enough, ms. One timer for all: one each would be the dearest part of waiting. */
const lookMs = 200;

/**
 * Brings coordinators' changes to D1. While one batch is under way the next collects, so a busy coordinator costs D1 one batch for
 * many sends. A failed batch is not retried here: the journal still has the changes and the alarm comes back to them.
 */
export class Projector {
  readonly #db: D1Database;
  readonly #groups: Batcher<Waiting>;
  readonly #told: ProjectorListener;
  readonly #waiting = new Set<Waiting>();
  #looking = false;

  constructor(db: D1Database, queue: SerialQueue, told: ProjectorListener) {
    this.#db = db;
    this.#groups = new Batcher({ queue, MAX_BATCH, work: (group) => this.#bring(group) });
    this.#told = told;
  }

  /** Resolves once D1 has `known` as it is now: true, or false when the batch failed or takes longer than `waitMs` (it goes on then). */
  async project(entry: CachedPaylink, waitMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    if (entry.projectedVersion >= entry.paylink.version) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const done = (ok: boolean) => {
      this.#waiting.delete(waiting);
      resolve(ok);
    };
    const waiting = { entry, version: entry.paylink.version, until: Date.now() + waitMs, done };
    this.#waiting.add(waiting);
    this.#groups.add(waiting);
    if (!this.#looking) this.#look();
    return promise;
  }

  #look(): void {
    this.#looking = true;
    setTimeout(() => {
      this.#looking = false;
      const now = Date.now();
      for (const { until, done } of this.#waiting) if (until <= now) done(false);
      if (this.#waiting.size > 0) this.#look();
    }, lookMs);
  }

  async #bring(group: readonly Waiting[]): Promise<void> {
    const changes = new Map<CachedPaylink, Changes>();
    for (const { entry } of group) if (!changes.has(entry)) changes.set(entry, pendingChanges(entry));
    for (const [entry, { head }] of await this.#projected(changes)) {
      entry.projectedVersion = Math.max(entry.projectedVersion, head.version);
      this.#told.projected(head.id, head.version);
    }
    for (const { entry, version, done } of group) done(entry.projectedVersion >= version);
  }

  /** What D1 took of a group. Where the whole fails each is tried alone, so that one that cannot be written keeps back no other. */
  async #projected(group: Map<CachedPaylink, Changes>): Promise<[CachedPaylink, Changes][]> {
    const all = [...group];
    if (await this.#batch(all.map(([, changes]) => changes))) return all;
    if (all.length === 1) return [];
    const projected: [CachedPaylink, Changes][] = [];
    for (const one of all) if (await this.#batch([one[1]])) projected.push(one);
    return projected;
  }

  async #batch(changes: Changes[]): Promise<boolean> {
    try {
      this.#told.announced(await projectChanges(this.#db, changes, changes.flatMap(webhookPayloadsOf)));
      return true;
    } catch (error) {
      log('error', 'projection_failed', {
        paylinks: changes.length,
        error: error instanceof Error ? error.message : 'unknown',
      });
      return false;
    }
  }
}
