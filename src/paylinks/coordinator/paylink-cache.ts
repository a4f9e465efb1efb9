import type { Paylink } from '../../model.ts';
import { loadPaylink } from '../../store/paylinks.ts';
import type { Alarm } from './alarm.ts';
import type { SerialQueue } from './batcher.ts';
import type { Journal } from './journal.ts';
import { type CachedPaylink, mergeChanges, sameDetails, toJournal } from './pending-changes.ts';
import { Projector, type ProjectorListener } from './projector.ts';

/** Room for what sends add to a Paylink after it was weighed, characters. */
const growth = 2_000;

/** What a Paylink takes of the memory: its length as JSON. Some 2,500 characters as a rule, a hundred times that at worst. */
const weigh = ({ paylink }: { paylink: object }): number => JSON.stringify(paylink).length + growth;

/**
 * Paylinks in memory, the longest unused first. Bounded by their weight and not by their number, as merchants decide how large a
 * Paylink is. `mayGo` says which may be let go of.
 */
export class WeightedLru<CachedPaylink extends { paylink: { id: string } }> {
  readonly #entry = new Map<string, CachedPaylink>();
  readonly #weights = new Map<string, number>();
  readonly #MAX_BATCH: number;
  readonly #mayGo: (entry: CachedPaylink) => boolean;
  #weight = 0;

  /** @param most characters of JSON */
  constructor(MAX_BATCH: number, mayGo: (entry: CachedPaylink) => boolean) {
    this.#MAX_BATCH = MAX_BATCH;
    this.#mayGo = mayGo;
  }

  /** How many, and what they weigh. */
  get size(): { count: number; characters: number } {
    return { count: this.#entry.size, characters: this.#weight };
  }

  has(id: string): boolean {
    return this.#entry.has(id);
  }

  /** The Paylink, which was just used then. */
  get(id: string): CachedPaylink | undefined {
    const entry = this.#entry.get(id);
    if (!entry) return undefined;
    this.#entry.delete(id);
    this.#entry.set(id, entry);
    return entry;
  }

  /** Keeps a Paylink; others go when that is too much. */
  keep(entry: CachedPaylink): void {
    this.#entry.set(entry.paylink.id, entry);
    this.weighAgain(entry);
  }

  /** Of one that became larger or smaller. It stays itself, whatever it weighs. */
  weighAgain(entry: CachedPaylink): void {
    const { id } = entry.paylink;
    if (this.#entry.get(id) !== entry) return;
    const weight = weigh(entry);
    this.#weight += weight - (this.#weights.get(id) ?? 0);
    this.#weights.set(id, weight);
    for (const [other, candidate] of this.#entry) {
      if (this.#weight <= this.#MAX_BATCH) return;
      if (other !== id && this.#mayGo(candidate)) this.#letGo(other);
    }
  }

  #letGo(id: string): void {
    this.#entry.delete(id);
    this.#weight -= this.#weights.get(id) ?? 0;
    this.#weights.delete(id);
  }
}

/** Paylinks kept in memory, characters of JSON: some 2,500 as they are as a rule, and at most a third of what an isolate may have. */
const mostKnown = 12_000_000;
/** How long after a change the alarm looks whether D1 has it, ms. */
const projectionDueMs = 5_000;
/** When a projection that failed is tried again, ms. */
const projectionRetryMs = 15_000;
/** The journal may hold so many changes that D1 has already taken. */
const mostTaken = 50;
/** How long an answer waits for D1, ms. */
const projectionWaitMs = 1_000;

/**
 * The Paylinks this coordinator knows. It is their only writer, so its copy is current: memory, else D1 with the journal's changes
 * laid over it.
 */
export class PaylinkCache {
  readonly #db: D1Database;
  readonly #journal: Journal;
  readonly #alarm: Alarm;
  readonly #projector: Projector;
  /** Only clean, idle ones are let go. */
  readonly #entry = new WeightedLru<CachedPaylink>(
    mostKnown,
    ({ paylink, projectedVersion }) => !this.#busy.has(paylink.id) && projectedVersion >= paylink.version,
  );
  readonly #loading = new Map<string, Promise<CachedPaylink | null>>();
  /** Operations that this life of the object is running, by Paylink. */
  readonly #busy = new Map<string, number>();
  /** What D1 has taken but the journal still holds; forgotten with the next write, as a write of its own would hold answers back. */
  readonly #projected = new Map<string, number>();

  constructor(
    db: D1Database,
    journal: Journal,
    alarm: Alarm,
    queue: SerialQueue,
    announced: ProjectorListener['announced'],
  ) {
    this.#db = db;
    this.#journal = journal;
    this.#alarm = alarm;
    this.#projector = new Projector(db, queue, {
      projected: (id, version) => this.#projected.set(id, version),
      announced,
    });
  }

  /** The Paylink, from memory or else by one D1 query; null when there is none. `recover` sees one that was just loaded. */
  async get(id: string, recover: (entry: CachedPaylink) => void): Promise<CachedPaylink | null> {
    const entry = this.#entry.get(id);
    if (entry) return entry;
    const loading = this.#loading.get(id) ?? this.#load(id, recover);
    this.#loading.set(id, loading);
    return loading;
  }

  async #load(id: string, recover: (entry: CachedPaylink) => void): Promise<CachedPaylink | null> {
    try {
      const stored = await loadPaylink(this.#db, id);
      if (!stored) return null;
      // Whoever held it when it was let go of has changed it since.
      const current = this.#entry.get(id);
      if (current) return current;
      const changes = this.#journal.changesOf(id);
      const paylink = changes ? mergeChanges(stored.paylink, changes) : stored.paylink;
      const entry: CachedPaylink = {
        paylink,
        parentId: stored.parentId,
        projectedVersion: stored.paylink.version,
        itemsVersion: changes?.lineItems ? paylink.version : 0,
        detailsVersion: changes && !changes.progressOnly ? paylink.version : 0,
        neverSent: false,
      };
      this.#entry.keep(entry);
      recover(entry);
      return entry;
    } finally {
      this.#loading.delete(id);
    }
  }

  /** Makes a Paylink known that D1 has just taken, unless somebody was quicker: theirs may have changed since. */
  introduce(entry: CachedPaylink): void {
    const { id } = entry.paylink;
    if (!this.#entry.has(id) && !this.#loading.has(id)) this.#entry.keep(entry);
  }

  /** Marks a Paylink as one with an operation under way (+1) or ended (−1). */
  busy(id: string, by: 1 | -1): void {
    const count = (this.#busy.get(id) ?? 0) + by;
    if (count > 0) this.#busy.set(id, count);
    else this.#busy.delete(id);
  }

  /** Takes `next` as the truth, not durably: to be committed, as it is or further on, in this very turn. */
  draft(entry: CachedPaylink, next: Paylink): void {
    if (!sameDetails(entry.paylink, next)) entry.detailsVersion = next.version;
    entry.paylink = next;
  }

  /** Takes `next` (one version further) as the truth, durably. Everything up to the next `await` commits with it. */
  commit(entry: CachedPaylink, next: Paylink, now: number, changed?: { lineItems: boolean }): void {
    this.draft(entry, next);
    if (changed?.lineItems) entry.itemsVersion = next.version;
    // It may have been let go of since it was found: now it is the truth, and must be what the next one finds.
    if (!this.#entry.has(next.id)) this.#entry.keep(entry);
    else if (entry.detailsVersion === next.version || changed?.lineItems) this.#entry.weighAgain(entry);
    if (this.#projected.size >= mostTaken) this.#forgetTaken();
    this.#journal.saveChanges(toJournal(entry), now + projectionDueMs);
    this.#alarm.ringBy(now + projectionDueMs);
  }

  /** Brings a Paylink to D1; waits for it, but not longer than a second. What is late, the alarm brings. */
  async project(entry: CachedPaylink): Promise<void> {
    await this.#projector.project(entry, projectionWaitMs);
  }

  /** Everything whose projection is due; for the alarm. */
  async projectDue(now: number, recover: (entry: CachedPaylink) => void): Promise<void> {
    this.#forgetTaken();
    const ids = this.#journal.takeDueChanges(now, now + projectionRetryMs, 500);
    const loaded = await Promise.allSettled(ids.map((id) => this.get(id, recover)));
    const entry = loaded.map((end) => (end.status === 'fulfilled' ? end.value : null));
    await Promise.all(entry.map((one) => (one ? this.#projector.project(one) : false)));
    this.#forgetTaken();
    // One that could not be loaded is due again, and the others did not have to wait for it.
    const failed = loaded.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
  }

  #forgetTaken(): void {
    if (this.#projected.size > 0) this.#journal.dropChanges(this.#projected);
    this.#projected.clear();
  }
}
