/** Room for what sends add to a Paylink after it was weighed, characters. */
const growth = 2_000;

/** What a Paylink takes of the memory: its length as JSON. Some 2,500 characters as a rule, a hundred times that at worst. */
const weigh = ({ paylink }: { paylink: object }): number => JSON.stringify(paylink).length + growth;

/**
 * Paylinks in memory, the longest unused first. Bounded by their weight and not by their number, as merchants decide how large a
 * Paylink is. `mayGo` says which may be let go of.
 */
export class KnownPaylinks<Known extends { paylink: { id: string } }> {
  readonly #known = new Map<string, Known>();
  readonly #weights = new Map<string, number>();
  readonly #most: number;
  readonly #mayGo: (known: Known) => boolean;
  #weight = 0;

  /** @param most characters of JSON */
  constructor(most: number, mayGo: (known: Known) => boolean) {
    this.#most = most;
    this.#mayGo = mayGo;
  }

  /** How many, and what they weigh. */
  get size(): { count: number; characters: number } {
    return { count: this.#known.size, characters: this.#weight };
  }

  has(id: string): boolean {
    return this.#known.has(id);
  }

  /** The Paylink, which was just used then. */
  get(id: string): Known | undefined {
    const known = this.#known.get(id);
    if (!known) return undefined;
    this.#known.delete(id);
    this.#known.set(id, known);
    return known;
  }

  /** Keeps a Paylink; others go when that is too much. */
  keep(known: Known): void {
    this.#known.set(known.paylink.id, known);
    this.weighAgain(known);
  }

  /** Of one that became larger or smaller. It stays itself, whatever it weighs. */
  weighAgain(known: Known): void {
    const { id } = known.paylink;
    if (this.#known.get(id) !== known) return;
    const weight = weigh(known);
    this.#weight += weight - (this.#weights.get(id) ?? 0);
    this.#weights.set(id, weight);
    for (const [other, candidate] of this.#known) {
      if (this.#weight <= this.#most) return;
      if (other !== id && this.#mayGo(candidate)) this.#letGo(other);
    }
  }

  #letGo(id: string): void {
    this.#known.delete(id);
    this.#weight -= this.#weights.get(id) ?? 0;
    this.#weights.delete(id);
  }
}
