import { log } from '../log.ts';
import { type Changes, projectChanges } from '../store/projection.ts';
import { type Known, unprojected } from './changes.ts';
import { Groups } from './groups.ts';
import type { Turns } from './turns.ts';

/** Paylinks in one batch; keeps a bound parameter well under D1's 2 MB. */
const most = 50;

/** Who is told when D1 has taken changes, and which deliveries to merchants' endpoints came with them. */
export type Told = {
  projected: (paylinkId: string, version: number) => void;
  announced: (deliveryIds: string[]) => void;
};

type Waiting = { known: Known; version: number; until: number; done: (ok: boolean) => void };

/** How often it is looked whether somebody has waited long enough, ms. One timer for all: one each would be the dearest part of waiting. */
const lookMs = 200;

/**
 * Brings coordinators' changes to D1. While one batch is under way the next collects, so a busy coordinator costs D1 one batch for
 * many sends. A failed batch is not retried here: the journal still has the changes and the alarm comes back to them.
 */
export class Projector {
  readonly #db: D1Database;
  readonly #groups: Groups<Waiting>;
  readonly #told: Told;
  readonly #waiting = new Set<Waiting>();
  #looking = false;

  constructor(db: D1Database, turns: Turns, told: Told) {
    this.#db = db;
    this.#groups = new Groups({ turns, most, work: (group) => this.#bring(group) });
    this.#told = told;
  }

  /** Resolves once D1 has `known` as it is now: true, or false when the batch failed or takes longer than `waitMs` (it goes on then). */
  async project(known: Known, waitMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    if (known.projectedVersion >= known.paylink.version) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const done = (ok: boolean) => {
      this.#waiting.delete(waiting);
      resolve(ok);
    };
    const waiting = { known, version: known.paylink.version, until: Date.now() + waitMs, done };
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
    const changes = new Map<Known, Changes>();
    for (const { known } of group) if (!changes.has(known)) changes.set(known, unprojected(known));
    for (const [known, { head }] of await this.#taken(changes)) {
      known.projectedVersion = Math.max(known.projectedVersion, head.version);
      this.#told.projected(head.id, head.version);
    }
    for (const { known, version, done } of group) done(known.projectedVersion >= version);
  }

  /** What D1 took of a group. Where the whole fails each is tried alone, so that one that cannot be written keeps back no other. */
  async #taken(group: Map<Known, Changes>): Promise<[Known, Changes][]> {
    const all = [...group];
    if (await this.#batch(all.map(([, changes]) => changes))) return all;
    if (all.length === 1) return [];
    const taken: [Known, Changes][] = [];
    for (const one of all) if (await this.#batch([one[1]])) taken.push(one);
    return taken;
  }

  async #batch(changes: Changes[]): Promise<boolean> {
    try {
      this.#told.announced(await projectChanges(this.#db, changes));
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
