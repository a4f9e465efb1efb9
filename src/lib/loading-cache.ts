/** `maxAgeMs` bounds how long a change elsewhere goes unseen, `max` the memory. */
export type Bounds = { max: number; maxAgeMs: number };

/** A load that takes longer may have died with the request that began it, and is begun anew, ms. */
const sharedLoadMs = 5_000;

type Entry<T> = { value: T; loadedAt: number };
type Load<T> = { promise: Promise<T | null>; startedAt: number };

/**
 * A bounded cache of things that are loaded by a key. What does not exist is remembered too, in a place of its own, so that made-up keys
 * cannot push real ones out. Concurrent loads of one key are one load. A failed load is not remembered. Times are ms; `now` is passed in.
 */
export class LoadingCache<T> {
  readonly #known = new Map<string, Entry<T>>();
  readonly #absent = new Map<string, Entry<null>>();
  readonly #loading = new Map<string, Load<T>>();
  readonly #bounds: { known: Bounds; absent: Bounds };

  constructor(bounds: { known: Bounds; absent: Bounds }) {
    this.#bounds = bounds;
  }

  get size(): { known: number; absent: number } {
    return { known: this.#known.size, absent: this.#absent.size };
  }

  /** The value of `key`, or null: there is none. Not a promise when it is at hand. Nothing older than `maxAgeMs` is given. */
  get(
    key: string,
    now: number,
    load: () => Promise<T | null>,
    maxAgeMs = Number.POSITIVE_INFINITY,
  ): T | null | Promise<T | null> {
    const isFresh = (since: number, bounds: Bounds) => now - since < Math.min(bounds.maxAgeMs, maxAgeMs);
    const entry = this.#known.get(key);
    if (entry && isFresh(entry.loadedAt, this.#bounds.known)) {
      // Least recently used goes first: a Map keeps the order of insertion.
      this.#known.delete(key);
      this.#known.set(key, entry);
      return entry.value;
    }
    const absent = this.#absent.get(key);
    if (absent && isFresh(absent.loadedAt, this.#bounds.absent)) return null;
    const underWay = this.#loading.get(key);
    if (underWay && now - underWay.startedAt < sharedLoadMs) return underWay.promise;
    return this.#start(key, now, load);
  }

  /** Drops everything; what is being loaded is not kept either, as it may have read what was before. */
  clear(): void {
    this.#known.clear();
    this.#absent.clear();
    this.#loading.clear();
  }

  #start(key: string, now: number, load: () => Promise<T | null>): Promise<T | null> {
    const promise = load();
    const started = { promise, startedAt: now };
    this.#loading.set(key, started);
    // Returns whether the load is still wanted: not forgotten, not overtaken.
    const finish = () => this.#loading.get(key) === started && this.#loading.delete(key);
    promise.then((value) => {
      if (finish()) this.#keep(key, value, now);
    }, finish);
    return promise;
  }

  #keep(key: string, value: T | null, loadedAt: number): void {
    this.#known.delete(key);
    this.#absent.delete(key);
    if (value === null) insert(this.#absent, key, { value, loadedAt }, this.#bounds.absent.max);
    else insert(this.#known, key, { value, loadedAt }, this.#bounds.known.max);
  }
}

function insert<E>(map: Map<string, E>, key: string, entry: E, max: number): void {
  map.set(key, entry);
  for (const oldest of map.keys()) {
    if (map.size <= max) break;
    map.delete(oldest);
  }
}
