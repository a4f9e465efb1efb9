import type { Paylink } from '../model.ts';
import { loadPaylink } from '../store/paylinks.ts';
import type { AlarmClock } from './alarm-clock.ts';
import { type Known, overlay, sameDetails, toKeep } from './changes.ts';
import type { Journal } from './journal.ts';
import { KnownPaylinks } from './known-paylinks.ts';
import { Projector, type Told } from './projector.ts';
import type { Turns } from './turns.ts';

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
export class Book {
  readonly #db: D1Database;
  readonly #journal: Journal;
  readonly #alarm: AlarmClock;
  readonly #projector: Projector;
  /** Only clean, idle ones are let go. */
  readonly #known = new KnownPaylinks<Known>(
    mostKnown,
    ({ paylink, projectedVersion }) => !this.#busy.has(paylink.id) && projectedVersion >= paylink.version,
  );
  readonly #loading = new Map<string, Promise<Known | null>>();
  /** Operations that this life of the object is running, by Paylink. */
  readonly #busy = new Map<string, number>();
  /** What D1 has taken but the journal still holds; forgotten with the next write, as a write of its own would hold answers back. */
  readonly #taken = new Map<string, number>();

  constructor(db: D1Database, journal: Journal, alarm: AlarmClock, turns: Turns, announced: Told['announced']) {
    this.#db = db;
    this.#journal = journal;
    this.#alarm = alarm;
    this.#projector = new Projector(db, turns, { projected: (id, version) => this.#taken.set(id, version), announced });
  }

  /** The Paylink, from memory or else by one D1 query; null when there is none. `recover` sees one that was just loaded. */
  async get(id: string, recover: (known: Known) => void): Promise<Known | null> {
    const known = this.#known.get(id);
    if (known) return known;
    const loading = this.#loading.get(id) ?? this.#load(id, recover);
    this.#loading.set(id, loading);
    return loading;
  }

  async #load(id: string, recover: (known: Known) => void): Promise<Known | null> {
    try {
      const stored = await loadPaylink(this.#db, id);
      if (!stored) return null;
      // Whoever held it when it was let go of has changed it since.
      const current = this.#known.get(id);
      if (current) return current;
      const changes = this.#journal.changesOf(id);
      const paylink = changes ? overlay(stored.paylink, changes) : stored.paylink;
      const known: Known = {
        paylink,
        parentId: stored.parentId,
        projectedVersion: stored.paylink.version,
        itemsVersion: changes?.lineItems ? paylink.version : 0,
        detailsVersion: changes && !changes.progressOnly ? paylink.version : 0,
        neverSent: false,
      };
      this.#known.keep(known);
      recover(known);
      return known;
    } finally {
      this.#loading.delete(id);
    }
  }

  /** Makes a Paylink known that D1 has just taken, unless somebody was quicker: theirs may have changed since. */
  introduce(known: Known): void {
    const { id } = known.paylink;
    if (!this.#known.has(id) && !this.#loading.has(id)) this.#known.keep(known);
  }

  /** Marks a Paylink as one with an operation under way (+1) or ended (−1). */
  busy(id: string, by: 1 | -1): void {
    const count = (this.#busy.get(id) ?? 0) + by;
    if (count > 0) this.#busy.set(id, count);
    else this.#busy.delete(id);
  }

  /** Takes `next` as the truth, not durably: to be committed, as it is or further on, in this very turn. */
  draft(known: Known, next: Paylink): void {
    if (!sameDetails(known.paylink, next)) known.detailsVersion = next.version;
    known.paylink = next;
  }

  /** Takes `next` (one version further) as the truth, durably. Everything up to the next `await` commits with it. */
  commit(known: Known, next: Paylink, now: number, changed?: { lineItems: boolean }): void {
    this.draft(known, next);
    if (changed?.lineItems) known.itemsVersion = next.version;
    // It may have been let go of since it was found: now it is the truth, and must be what the next one finds.
    if (!this.#known.has(next.id)) this.#known.keep(known);
    else if (known.detailsVersion === next.version || changed?.lineItems) this.#known.weighAgain(known);
    if (this.#taken.size >= mostTaken) this.#forgetTaken();
    this.#journal.saveChanges(toKeep(known), now + projectionDueMs);
    this.#alarm.ringBy(now + projectionDueMs);
  }

  /** Brings a Paylink to D1; waits for it, but not longer than a second. What is late, the alarm brings. */
  async project(known: Known): Promise<void> {
    await this.#projector.project(known, projectionWaitMs);
  }

  /** Everything whose projection is due; for the alarm. */
  async projectDue(now: number, recover: (known: Known) => void): Promise<void> {
    this.#forgetTaken();
    const ids = this.#journal.takeDueChanges(now, now + projectionRetryMs, 500);
    const loaded = await Promise.allSettled(ids.map((id) => this.get(id, recover)));
    const known = loaded.map((end) => (end.status === 'fulfilled' ? end.value : null));
    await Promise.all(known.map((one) => (one ? this.#projector.project(one) : false)));
    this.#forgetTaken();
    // One that could not be loaded is due again, and the others did not have to wait for it.
    const failed = loaded.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
  }

  #forgetTaken(): void {
    if (this.#taken.size > 0) this.#journal.dropChanges(this.#taken);
    this.#taken.clear();
  }
}
