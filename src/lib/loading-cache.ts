import { LruMap } from './lru-map.ts';
import { withTimeout } from './timeout.ts';

/** `maxAgeMs` bounds how long a change elsewhere goes unseen, `max` the memory. */
export type Bounds = { max: number; maxAgeMs: number };

/**
 * A request waits this long for the load of another, ms; then it loads by itself. I/O ends with the request that began it: when its caller
 * has hung up, what waits for it waits for ever (Workers, "Cannot perform I/O on behalf of a different request").
 */
const SHARED_LOAD_MS = 1_000;

type Entry<T> = { value: T; loadedAt: number };
type Load<T> = { promise: Promise<T | null>; startedAt: number };

/**
 * A bounded cache of what is loaded by a key. Absent keys are cached too, apart from the others, so that made-up keys cannot evict
 * real ones. Concurrent loads of one key are one load, as long as it is quick. A failed load is not cached. Times are ms; `now` is passed in.
 */
export class LoadingCache<T> {
  readonly #known: LruMap<string, Entry<T>>;
  /** When each absent key was loaded. */
  readonly #absent: LruMap<string, number>;
  readonly #loading = new Map<string, Load<T>>();
  readonly #bounds: { known: Bounds; absent: Bounds };

  constructor(bounds: { known: Bounds; absent: Bounds }) {
    this.#bounds = bounds;
    this.#known = new LruMap({ max: bounds.known.max });
    this.#absent = new LruMap({ max: bounds.absent.max });
  }

  get size(): { known: number; absent: number } {
    return { known: this.#known.size, absent: this.#absent.size };
  }

  /** Whether there was a value when `key` was last loaded, however long ago. */
  isKnown(key: string): boolean {
    return this.#known.has(key);
  }

  /** The value of `key`, or null if there is none; without a promise when it is cached. It is never older than `maxAgeMs`. */
  get(
    key: string,
    now: number,
    load: () => Promise<T | null>,
    maxAgeMs = Number.POSITIVE_INFINITY,
  ): T | null | Promise<T | null> {
    const isFresh = (since: number, bounds: Bounds) => now - since < Math.min(bounds.maxAgeMs, maxAgeMs);
    const entry = this.#known.get(key);
    if (entry && isFresh(entry.loadedAt, this.#bounds.known)) return entry.value;
    const absentAt = this.#absent.get(key);
    if (absentAt !== undefined && isFresh(absentAt, this.#bounds.absent)) return null;
    const underWay = this.#loading.get(key);
    if (!underWay || now - underWay.startedAt >= SHARED_LOAD_MS) return this.#start(key, now, load);
    return this.#join(underWay, key, () => this.get(key, now + SHARED_LOAD_MS, load, maxAgeMs));
  }

  /** Waits for another request's load, on a timer of its own; `again` when it takes too long. Whoever is first starts the next load. */
  async #join(underWay: Load<T>, key: string, again: () => T | null | Promise<T | null>): Promise<T | null> {
    const joined = await withTimeout(
      underWay.promise.then((value) => ({ value })),
      SHARED_LOAD_MS,
    );
    if (joined !== 'late') return joined.value;
    if (this.#loading.get(key) === underWay) this.#loading.delete(key);
    return again();
  }

  /** Drops the values that say yes, and what was absent. Loads under way are not cached either: they may have read the state before the change. */
  forget(isMeant: (value: T) => boolean): void {
    this.#known.deleteWhere(({ value }) => isMeant(value));
    this.#absent.clear();
    this.#loading.clear();
  }

  #start(key: string, now: number, load: () => Promise<T | null>): Promise<T | null> {
    const promise = load();
    const started = { promise, startedAt: now };
    this.#loading.set(key, started);
    // Returns whether the load is still wanted: neither dropped nor replaced by a later one.
    const finish = () => this.#loading.get(key) === started && this.#loading.delete(key);
    promise.then((value) => {
      if (finish()) this.#store(key, value, now);
    }, finish);
    return promise;
  }

  #store(key: string, value: T | null, loadedAt: number): void {
    this.#known.delete(key);
    this.#absent.delete(key);
    if (value === null) this.#absent.set(key, loadedAt);
    else this.#known.set(key, { value, loadedAt });
  }
}
