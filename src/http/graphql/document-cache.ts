import type { DocumentNode } from 'graphql';
import { LruMap } from '../../lib/lru-map.ts';

/**
 * Parsed and validated documents by their text: clients send the same few again and again, and both steps cost more than executing
 * them. Bounded in number and in characters of source.
 */
export class DocumentCache {
  readonly #documents: LruMap<string, DocumentNode>;
  readonly #maxSource: number;

  constructor({ entries, characters }: { entries: number; characters: number }) {
    this.#documents = new LruMap({ max: entries, maxWeight: characters, weigh: (_, source) => source.length });
    this.#maxSource = characters / 4;
  }

  get size(): { entries: number; characters: number } {
    return { entries: this.#documents.size, characters: this.#documents.weight };
  }

  get(source: string): DocumentNode | undefined {
    return this.#documents.get(source);
  }

  /** Caches a document, unless it alone would fill a quarter of the cache. */
  set(source: string, document: DocumentNode): void {
    if (source.length <= this.#maxSource) this.#documents.set(source, document);
  }
}
