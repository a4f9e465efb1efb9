import * as fc from 'fast-check';
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { DocumentCache } from '../../../src/http/graphql/document-cache.ts';
import { readDocument } from '../../../src/http/graphql/prepare.ts';

const document = parse('{ __typename }');

describe('the document cache', () => {
  it('evicts the least recently used document first', () => {
    const cache = new DocumentCache({ entries: 2, characters: 1000 });
    cache.set('a', document);
    cache.set('b', document);
    cache.get('a');
    cache.set('c', document);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([document, undefined, document]);
  });

  it('does not cache a document larger than a quarter of it', () => {
    const cache = new DocumentCache({ entries: 10, characters: 100 });
    cache.set('x'.repeat(26), document);
    expect(cache.size).toEqual({ entries: 0, characters: 0 });
  });

  it('stays within its bounds and knows its size, whatever is put in', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ maxLength: 12 }), fc.boolean())), (steps) => {
        const cache = new DocumentCache({ entries: 5, characters: 40 });
        const seen = new Set<string>();
        for (const [source, write] of steps) {
          seen.add(source);
          if (write) cache.set(source, document);
          else cache.get(source);
          const { entries, characters } = cache.size;
          expect(entries).toBeLessThanOrEqual(5);
          expect(characters).toBeLessThanOrEqual(40);
        }
        const held = [...seen].filter((source) => cache.get(source));
        expect(cache.size).toEqual({ entries: held.length, characters: held.join('').length });
      }),
    );
  });

  it('returns a known document without parsing or validating it again', () => {
    const cache = new DocumentCache({ entries: 5, characters: 1000 });
    const first = readDocument('{ __typename }', cache);
    expect(readDocument('{ __typename }', cache)).toBe(first);
    const planted = parse('{ thisFieldDoesNotExist }');
    cache.set('planted', planted);
    expect(readDocument('planted', cache)).toBe(planted);
  });

  it('caches nothing that was refused', () => {
    const cache = new DocumentCache({ entries: 5, characters: 1000 });
    expect(readDocument('{ nope }', cache)).toMatchObject([{ message: 'Cannot query field "nope" on type "Query".' }]);
    readDocument('{', cache);
    expect(cache.size.entries).toBe(0);
  });
});
