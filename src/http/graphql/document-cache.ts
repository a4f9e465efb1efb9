import type { DocumentNode } from 'graphql';

/**
 * Documents that were parsed and found valid, by their text: a client sends the same few again and again, and both steps cost more
 * than executing them. Bounded in number and in characters of source, the least recently used go first.
 */
export class DocumentCache {
  readonly #documents = new Map<string, DocumentNode>();
  readonly #bounds: { entries: number; characters: number };
  #characters = 0;

  constructor(bounds: { entries: number; characters: number }) {
    this.#bounds = bounds;
  }

  get size(): { entries: number; characters: number } {
    return { entries: this.#documents.size, characters: this.#characters };
  }

  get(source: string): DocumentNode | undefined {
    const document = this.#documents.get(source);
    if (document) {
      this.#documents.delete(source);
      this.#documents.set(source, document);
    }
    return document;
  }

  /** Keeps a document, unless it alone would fill a quarter of the cache. */
  set(source: string, document: DocumentNode): void {
    if (source.length > this.#bounds.characters / 4) return;
    if (!this.#documents.delete(source)) this.#characters += source.length;
    this.#documents.set(source, document);
    for (const oldest of this.#documents.keys()) {
      if (this.#documents.size <= this.#bounds.entries && this.#characters <= this.#bounds.characters) break;
      this.#documents.delete(oldest);
      this.#characters -= oldest.length;
    }
  }
}
