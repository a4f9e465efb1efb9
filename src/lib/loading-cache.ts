import { LruMap } from './lru-map.ts';

/** `maxAgeMs` bounds how long a change elsewhere goes unseen, `max` the memory. */
export type Bounds = { max: number; maxAgeMs: number };

/** After this time a load is started again, ms: the request that began it may have ended, and the load with it. */
const SHARED_LOAD_MS = 5_000;

type Entry<T> = { value: T; loadedAt: number };
type Load<T> = { promise: Promise<T | null>; startedAt: number };

/**
 * A bounded cache of what is loaded by a key. Absent keys are cached too, apart from the others, so that made-up keys cannot evict
 * real ones. Concurrent loads of one key are one load. A failed load is not cached. Times are ms; `now` is passed in.
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
    if (underWay && now - underWay.startedAt < SHARED_LOAD_MS) return underWay.promise;
    return this.#start(key, now, load);
  }

  /** Drops everything. Loads under way are not cached either: they may have read the state before the change. */
  clear(): void {
    this.#known.clear();
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
