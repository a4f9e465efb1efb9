import { log } from '../../lib/log.ts';
import { LruMap } from '../../lib/lru-map.ts';
import type { Paylink } from '../../model/paylink.ts';
import type { StoredPaylink } from '../../store/paylink-row.ts';
import { loadPaylink, loadPaylinks } from '../../store/paylinks.ts';
import type { Alarm } from './alarm.ts';
import type { SerialQueue } from './batcher.ts';
import type { Journal } from './journal.ts';
import { type CachedPaylink, mergeChanges, sameDetails, toJournal } from './pending-changes.ts';
import { Projector, type ProjectorListener } from './projector.ts';

/** Cache budget in JSON characters: about 2,500 typical Paylinks, at most a third of an isolate's memory. */
const MAX_CHARACTERS = 12_000_000;
/** Room for what sends add to a Paylink after it was weighed, characters. */
const GROWTH = 2_000;
/** How long after a change the alarm looks whether D1 has it, ms. */
const PROJECTION_DUE_MS = 5_000;
/** When a projection that failed is tried again, ms. */
const PROJECTION_RETRY_MS = 15_000;
/** How long an answer waits for D1, ms. */
const PROJECTION_WAIT_MS = 1_000;
/** Changes that the alarm projects at a time. */
const MAX_DUE = 500;
/** Paylinks that one query reads ahead. */
const MAX_LOADED = 50;
/** Attempts whose Paylinks are remembered. */
const MAX_ATTEMPTS = 5_000;
/** The journal may hold so many changes that D1 has already taken. */
const MAX_PROJECTED = 50;

const weigh = ({ paylink }: CachedPaylink): number => JSON.stringify(paylink).length + GROWTH;

/**
 * The Paylinks of this coordinator. It is their only writer, so its copy is current: memory, else D1 with the journal's changes merged
 * in. Whoever waits for anything else gets the entry again afterwards, as it may have been evicted.
 */
export class PaylinkCache {
  readonly #db: D1Database;
  readonly #journal: Journal;
  readonly #alarm: Alarm;
  readonly #projector: Projector;
  readonly #entries = new LruMap<string, CachedPaylink>({
    maxWeight: MAX_CHARACTERS,
    weigh,
    mayEvict: ({ paylink, projectedVersion }) => projectedVersion >= paylink.version,
  });
  /** Attempts of late, as their callbacks name them alone. */
  readonly #attempts = new LruMap<string, string>({ max: MAX_ATTEMPTS });
  readonly #loading = new Map<string, Promise<CachedPaylink | null>>();
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
    const projected = (id: string, version: number) => this.#projected.set(id, version);
    this.#projector = new Projector(db, queue, { projected, announced });
  }

  /** The Paylink, from memory or else by one D1 query; null when there is none. */
  async get(id: string): Promise<CachedPaylink | null> {
    const entry = this.#entries.get(id);
    if (entry) return entry;
    const loading = this.#loading.get(id) ?? this.#load(id, loadPaylink(this.#db, id));
    this.#loading.set(id, loading);
    return loading;
  }

  /** Reads many ahead, 50 a query: who gets them next finds them. What cannot be read, `get` reads again. */
  async load(ids: readonly string[]): Promise<void> {
    const missing = ids.filter((id) => !this.#entries.has(id) && !this.#loading.has(id));
    for (let at = 0; at < missing.length; at += MAX_LOADED) {
      const some = missing.slice(at, at + MAX_LOADED);
      const stored = loadPaylinks(this.#db, some);
      const loading = some.map((id) => {
        const one = this.#load(
          id,
          stored.then((found) => found.get(id) ?? null),
        );
        this.#loading.set(id, one);
        return one;
      });
      await Promise.allSettled(loading);
    }
  }

  /** The Paylink of an attempt of late; null when it is not remembered. */
  paylinkOf(attemptId: string): string | null {
    return this.#attempts.get(attemptId) ?? null;
  }

  async #load(id: string, reading: Promise<StoredPaylink | null>): Promise<CachedPaylink | null> {
    try {
      const stored = await reading;
      if (!stored) return null;
      // Whoever held it when it was evicted has changed it since.
      const current = this.#entries.get(id);
      if (current) return current;
      const changes = this.#journal.changesOf(id);
      const paylink = changes ? mergeChanges(stored.paylink, changes) : stored.paylink;
      const entry: CachedPaylink = {
        paylink,
        parentId: stored.parentId,
        projectedVersion: stored.paylink.version,
        itemsVersion: changes?.lineItems ? paylink.version : 0,
        detailsVersion: changes && !changes.progressOnly ? paylink.version : 0,
      };
      this.#entries.set(id, entry);
      return entry;
    } finally {
      this.#loading.delete(id);
    }
  }

  /** Keeps a Paylink that D1 has just taken, unless somebody was quicker: theirs may have changed since. */
  introduce(entry: CachedPaylink): void {
    const { id } = entry.paylink;
    if (!this.#entries.has(id) && !this.#loading.has(id)) this.#entries.set(id, entry);
  }

  /** Takes `next` as the truth, not durably: to be committed, as it is or further on, in this very turn. */
  stage(entry: CachedPaylink, next: Paylink): void {
    if (!sameDetails(entry.paylink, next)) entry.detailsVersion = next.version;
    entry.paylink = next;
  }

  /** Takes `next` (a version further) as the truth, durably. Everything up to the next `await` commits with it. */
  commit(entry: CachedPaylink, next: Paylink, now: number, changed?: { lineItems: boolean }): void {
    this.stage(entry, next);
    for (const { id, status, version } of next.deliveryLogs)
      if (version === next.version && status === 'PENDING') this.#attempts.set(id, next.id);
    if (changed?.lineItems) entry.itemsVersion = next.version;
    // It may have been evicted since it was found: now it is the truth, and must be what the next one finds.
    const grew = entry.detailsVersion === next.version || changed?.lineItems;
    if (grew || !this.#entries.has(next.id)) this.#entries.set(next.id, entry);
    if (this.#projected.size >= MAX_PROJECTED) this.#forgetProjected();
    this.#journal.saveChanges(toJournal(entry), now + PROJECTION_DUE_MS);
    this.#alarm.ringBy(now + PROJECTION_DUE_MS);
  }

  /** Brings a Paylink to D1; waits for it, but not longer than a second. What is late, the alarm brings. */
  async project(entry: CachedPaylink): Promise<void> {
    await this.#projector.project(entry, PROJECTION_WAIT_MS);
  }

  /** Everything whose projection is due; for the alarm. What D1 has, by this life of the object or an earlier one, leaves the journal. */
  async projectDue(now: number): Promise<void> {
    this.#forgetProjected();
    const ids = this.#journal.takeDueChanges(now, now + PROJECTION_RETRY_MS, MAX_DUE);
    const ended = await Promise.allSettled(ids.map((id) => this.#projectDue(id)));
    this.#forgetProjected();
    // One that could not be loaded is due again, and the others did not have to wait for it.
    const failed = ended.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #projectDue(id: string): Promise<void> {
    const entry = await this.get(id);
    if (!entry) return log('error', 'journal_without_paylink', { paylinkId: id });
    await this.#projector.project(entry);
    if (entry.projectedVersion >= entry.paylink.version) this.#projected.set(id, entry.projectedVersion);
  }

  #forgetProjected(): void {
    if (this.#projected.size > 0) this.#journal.dropChanges(this.#projected);
    this.#projected.clear();
  }
}
