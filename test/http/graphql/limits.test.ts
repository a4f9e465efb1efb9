import * as fc from 'fast-check';
import { getIntrospectionQuery, getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { costOf, depthOf, limits, rootFieldsOf } from '../../../src/http/graphql/limits.ts';
import { prepareGraphql, readDocument } from '../../../src/http/graphql/prepare.ts';
import { fakeRun, post } from './fake-run.ts';

const send = (alias: string, directives = '') =>
  `${alias}: sendPaymentSessionLink(input: { id: "a", channel: Email }) ${directives} { success }`;

const cost = (source: string, variables: Record<string, unknown> = {}, operationName?: string) =>
  costOf(parse(source), operationName, variables);

const prepare = (query: string, variables?: Record<string, unknown>) =>
  prepareGraphql({
    method: 'POST',
    url: 'http://gateway.test/graphql',
    headers: new Headers({ 'content-type': 'application/json' }),
    body: JSON.stringify({ query, variables }),
  });

describe('the cost of a document', () => {
  it('is one for each root field of a query, introspection too', () => {
    expect(cost('{ a: paymentSession(id: "1") { id memo } b: paymentSession(id: "2") { id } }')).toBe(2);
    expect(cost('{ __typename __schema { description } __type(name: "Query") { name } }')).toBe(2);
  });

  it('of a query is the same by GET, and a mutation by GET, which is refused, costs one', async () => {
    const byGet = (query: string) =>
      prepareGraphql({
        method: 'GET',
        url: `http://gateway.test/graphql?${new URLSearchParams({ query })}`,
        headers: new Headers(),
        body: null,
      });
    expect((await byGet('{ a: paymentSession(id: "1") { id } b: paymentSession(id: "2") { id } }')).cost).toBe(2);
    expect((await byGet(`mutation { ${send('a')} ${send('b')} }`)).cost).toBe(1);
  });

  it('is one for each mutation field', () => {
    expect(cost(`mutation { ${send('a')} ${send('b')} ${send('c')} }`)).toBe(3);
  });

  it('counts fields that share a response name once, as they are executed once', () => {
    expect(cost(`mutation { ${send('a')} ${send('a')} }`)).toBe(1);
  });

  it('is never less than one', () => {
    expect(cost('mutation { __typename }')).toBe(1);
    expect(cost(`mutation { ${send('a', '@skip(if: true)')} }`)).toBe(1);
  });

  it('counts through fragments and inline fragments, each once', () => {
    const source = `mutation { ...Two ...Two ... on Mutation { ${send('c')} } }
      fragment Two on Mutation { ${send('a')} ...One } fragment One on Mutation { ${send('b')} }`;
    expect(cost(source)).toBe(3);
  });

  it('leaves out what @skip and @include leave out, on fields, spreads and inline fragments', () => {
    const source = `mutation ($yes: Boolean!, $no: Boolean!) {
      ${send('a', '@include(if: $yes)')} ${send('b', '@include(if: $no)')} ${send('c', '@skip(if: $yes)')} ${send('d', '@skip(if: $no)')}
      ...Two @include(if: $no) ... @skip(if: $no) { ${send('e')} }
    } fragment Two on Mutation { ${send('f')} ${send('g')} }`;
    expect(cost(source, { yes: true, no: false })).toBe(3);
  });

  it('takes a spread that is included later after one that was skipped', () => {
    const source = `mutation { ...Two @skip(if: true) ...Two } fragment Two on Mutation { ${send('a')} ${send('b')} }`;
    expect(cost(source)).toBe(2);
  });

  it('is that of the chosen operation', () => {
    const source = `query Look { __typename } mutation Send { ${send('a')} ${send('b')} }`;
    expect(cost(source, {}, 'Look')).toBe(1);
    expect(cost(source, {}, 'Send')).toBe(2);
  });

  it("uses the variables' defaults when a request is prepared", async () => {
    const source = `mutation ($more: Boolean = true) { ${send('a')} ${send('b', '@include(if: $more)')} }`;
    expect((await prepare(source)).cost).toBe(2);
    expect((await prepare(source, { more: false })).cost).toBe(1);
  });

  it('is one for whatever will not be executed', async () => {
    const eleven = Array.from({ length: 11 }, (_, i) => send(`f${i}`)).join(' ');
    expect((await prepare(`mutation { ${eleven} }`)).cost).toBe(1);
    expect((await prepare('mutation {')).cost).toBe(1);
    expect((await prepare('mutation ($a: Int!) { __typename }')).cost).toBe(1);
  });

  it('equals the number of sends that execution makes, for any mix of fragments and directives', async () => {
    const directive = fc.constantFrom('', '@skip(if: $t)', '@skip(if: $f)', '@include(if: $t)', '@include(if: $f)');
    const part = fc.oneof(
      fc.tuple(fc.nat(4), directive).map(([name, d]) => send(`r${name}`, d)),
      fc.tuple(fc.nat(1), directive).map(([name, d]) => `...F${name} ${d}`),
      fc.tuple(fc.nat(4), directive).map(([name, d]) => `... ${d} { ${send(`r${name}`)} }`),
    );
    const fields = fc.array(
      fc.tuple(fc.nat(6), directive).map(([name, d]) => send(`r${name}`, d)),
      { minLength: 1, maxLength: 2 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 6 }), fields, fields, async (parts, f0, f1) => {
        const query = `mutation ($t: Boolean = true, $f: Boolean = false) { __typename @include(if: $t) @skip(if: $f) ${parts.join(' ')} ...F0 @skip(if: true) ...F1 @skip(if: true) }
          fragment F0 on Mutation { ${f0.join(' ')} } fragment F1 on Mutation { ${f1.join(' ')} }`;
        const prepared = await prepare(query, { t: true });
        expect(prepared.plan.kind).toBe('execute');
        const { run } = fakeRun();
        const answer = await post(run, { query, variables: { t: true } });
        const { data } = await answer.json<{ data: Record<string, unknown> }>();
        expect(prepared.cost).toBe(Math.max(1, Object.keys(data).length - 1));
      }),
      { numRuns: 150 },
    );
  });
});

describe('the limits', () => {
  const refusalOf = async (query: string) => {
    const { run, asked } = fakeRun();
    const answer = await post(run, { query });
    const { errors } = await answer.json<{ errors?: { message: string; extensions: unknown }[] }>();
    expect(asked).toEqual([]);
    return errors?.[0];
  };

  it('refuse more than 10 fields in one mutation before anything is sent', async () => {
    const eleven = Array.from({ length: 11 }, (_, i) => send(`f${i}`)).join(' ');
    expect(await refusalOf(`mutation { ${eleven} }`)).toEqual({
      message: 'The operation has 11 root fields; 10 are allowed in one request.',
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  it('refuse more than 10 root fields in a query too', async () => {
    const eleven = Array.from({ length: 11 }, (_, i) => `f${i}: paymentSession(id: "a") { id }`).join(' ');
    expect(await refusalOf(`{ ${eleven} }`)).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  });

  it('let 10 fields through', async () => {
    const ten = Array.from({ length: 10 }, (_, i) => send(`f${i}`)).join(' ');
    const answer = await post(fakeRun().run, { query: `mutation { ${ten} }` });
    expect(Object.keys((await answer.json<{ data: object }>()).data)).toHaveLength(10);
  });

  it('refuse a document of more tokens than allowed', async () => {
    const query = `{ ${'__typename '.repeat(limits.tokens)} }`;
    expect((await refusalOf(query))?.message).toMatch(/more that 1000 tokens/);
  });

  it('refuse a document that nests too deep, also through fragments', async () => {
    const deep = `${'ofType { '.repeat(14)} name ${'}'.repeat(14)}`;
    const through = `{ __type(name: "A") { ...F } } fragment F on __Type { ${deep} }`;
    expect(await refusalOf(through)).toEqual({
      message: 'The document is 16 fields deep; 15 are allowed.',
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  it('let the introspection query of every tool through', async () => {
    const query = getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });
    expect(depthOf(parse(query))).toBeLessThanOrEqual(limits.depth);
    const answer = await post(fakeRun().run, { query });
    expect(await answer.json()).toMatchObject({ data: { __schema: { queryType: { name: 'Query' } } } });
  });

  it('measure a doubling chain of fragments in linear time', () => {
    const chain = Array.from({ length: 60 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`).join(
      ' ',
    );
    const document = parse(`{ ...F0 } ${chain} fragment F60 on Query { __typename }`);
    const operation = getOperationAST(document);
    expect(depthOf(document)).toBe(1);
    expect(operation && rootFieldsOf(document, operation, {}).size).toBe(0);
    expect(readDocument(`{ ...F0 } ${chain} fragment F60 on Query { __typename }`)).toHaveProperty('kind', 'Document');
  });
});
