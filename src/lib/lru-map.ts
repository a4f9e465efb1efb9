export type LruBounds<K, V> = {
  /** The most entries. */
  max?: number;
  /** The most that all entries together may weigh. */
  maxWeight?: number;
  weigh?: (value: V, key: K) => number;
  /** Entries that say no stay, whatever they weigh. */
  mayEvict?: (value: V) => boolean;
};

/** A bounded map: the longest unused entries go first. */
export class LruMap<K, V> {
  readonly #entries = new Map<K, { value: V; weight: number }>();
  readonly #bounds: Required<LruBounds<K, V>>;
  #weight = 0;

  constructor(bounds: LruBounds<K, V>) {
    const unbounded = { max: Number.POSITIVE_INFINITY, maxWeight: Number.POSITIVE_INFINITY };
    this.#bounds = { ...unbounded, weigh: () => 1, mayEvict: () => true, ...bounds };
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What all entries together weigh. */
  get weight(): number {
    return this.#weight;
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  /** The value, which was just used then. */
  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Keeps a value, weighed as it is now; others go when that is too much. */
  set(key: K, value: V): void {
    this.delete(key);
    const weight = this.#bounds.weigh(value, key);
    this.#entries.set(key, { value, weight });
    this.#weight += weight;
    const { max, maxWeight, mayEvict } = this.#bounds;
    if (this.#entries.size <= max && this.#weight <= maxWeight) return;
    for (const [other, entry] of this.#entries) {
      if (this.#entries.size <= max && this.#weight <= maxWeight) return;
      if (other !== key && mayEvict(entry.value)) this.delete(other);
    }
  }

  delete(key: K): void {
    this.#weight -= this.#entries.get(key)?.weight ?? 0;
    this.#entries.delete(key);
  }

  deleteWhere(isMeant: (value: V) => boolean): void {
    for (const [key, { value }] of this.#entries) if (isMeant(value)) this.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#weight = 0;
  }
}
