import { getIntrospectionQuery, getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../src/http/graphql/limits.ts';
import { schema } from '../../../src/http/graphql/schema.ts';
import { sizeOf } from '../../../src/http/graphql/size.ts';
import { fakeRun, paylink, post, sessionId } from './fake-run.ts';

function size(source: string, variables: Record<string, unknown> = {}): number {
  const document = parse(source);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  return sizeOf(schema, document, operation, variables);
}

const aliased = (count: number, selection: string) =>
  Array.from({ length: count }, (_, n) => `a${n}: ${selection}`).join(' ');

const ask = async (query: string, found = paylink, accept = 'application/json') => {
  const { run } = fakeRun({ find: async () => found });
  const answer = await post(run, { query }, { accept });
  const text = await answer.text();
  return { status: answer.status, bytes: text.length, text };
};

const refused = /^\{"errors":\[\{"message":"The operation asks for more than 2000 fields, .*"BAD_USER_INPUT"\}\}\]\}$/;

/** 2.3 KB, 25 MB of answer where nothing stands in the way. */
const throughSchema = `{ __schema { types { ...A } } }
  fragment A on __Type { fields { ${aliased(8, 'type { ...B }')} } }
  fragment B on __Type { ${aliased(8, 'ofType { ...C }')} name }
  fragment C on __Type { ${aliased(8, 'ofType { ...D }')} name }
  fragment D on __Type { ${aliased(20, 'description')} }`;

describe('the expanded size of an operation', () => {
  it('counts every alias of a field, and a fragment once for each place it is spread in', () => {
    const source = '{ x: paymentSession(id: "1") { ...F } y: paymentSession(id: "1") { ...F ...F id } }';
    expect(size(`${source} fragment F on PaymentSession { id a: id b: memo }`)).toBe(2 + 3 + 4);
  });

  it('counts what is below a list ten times', () => {
    expect(size('{ paymentSession(id: "1") { lineItems { sku price } } }')).toBe(2 + 2 * 10);
  });

  it('counts nothing that @skip and @include leave out', () => {
    const source =
      'query ($y: Boolean!) { paymentSession(id: "1") { ...F @skip(if: $y) ... @include(if: $y) { id } } }';
    expect(size(`${source} fragment F on PaymentSession { id memo }`, { y: true })).toBe(2);
    expect(size(`${source} fragment F on PaymentSession { id memo }`, { y: false })).toBe(3);
  });

  it('counts a long response name as several fields, as each entry of a list carries it', () => {
    expect(size(`{ paymentSession(id: "1") { lineItems { ${'a'.repeat(320)}: sku } } }`)).toBe(2 + 11 * 10);
  });

  it('is known without expanding: sixty fragments that double each other are measured at once', () => {
    const chain = Array.from(
      { length: 60 },
      (_, n) => `fragment F${n} on __Type { a: ofType { ...F${n + 1} } fields { type { ...F${n + 1} } } }`,
    );
    const source = `{ __type(name: "Query") { ...F0 } } ${chain.join(' ')} fragment F60 on __Type { name }`;
    expect(size(source)).toBeGreaterThan(2 ** 60);
  });
});

describe('a document that would explode', () => {
  it.each([
    ['aliased fragments over __schema', throughSchema],
    [
      'aliased fragments over __type',
      `{ ${aliased(10, '__type(name: "__Type") { ...A }')} } fragment A on __Type { fields { ${aliased(12, 'type { ...B }')} } }
       fragment B on __Type { ${aliased(12, 'ofType { name }')} }`,
    ],
    [
      'line items under aliases and fragments',
      `{ ${aliased(10, `paymentSession(id: "${sessionId}") { ...A }`)} } fragment A on PaymentSession { ${aliased(8, 'lineItems { ...B }')} }
       fragment B on PaymentSessionLineItem { ${aliased(9, 'description')} }`,
    ],
    [
      "the directives' arguments",
      `{ __schema { directives { ${aliased(9, 'args { type { ...B } }')} } } } fragment B on __Type { fields { ${aliased(9, 'type { name description }')} } }`,
    ],
    [
      'fields under a directive that leaves nothing out',
      `query ($yes: Boolean = true) { __schema { types { ...A @include(if: $yes) } } } fragment A on __Type { fields @skip(if: false) { ${aliased(70, 'name')} } }`,
    ],
    ['one name of 30,000 characters', `{ paymentSession(id: "1") { lineItems { ${'a'.repeat(30_000)}: sku } } }`],
  ])('is refused before anything of it is executed: %s', async (_, query) => {
    const { text, bytes } = await ask(query);
    expect(text).toMatch(refused);
    expect(bytes).toBeLessThan(400);
  });
});

describe('what ordinary callers ask', () => {
  it.each([
    ['graphql-js and GraphiQL', { schemaDescription: true, specifiedByUrl: true, inputValueDeprecation: true }],
    [
      'everything there is',
      { directiveIsRepeatable: true, oneOf: true, schemaDescription: true, inputValueDeprecation: true },
    ],
    ['older tools', { descriptions: false }],
  ])('is answered: the introspection of %s', async (_, options) => {
    const query = getIntrospectionQuery(options);
    expect(size(query)).toBeLessThanOrEqual(limits.size);
    const { status, text } = await ask(query);
    expect(status).toBe(200);
    expect(text).toContain('"name":"PaymentSession"');
  });

  it('is answered: ten payment sessions with everything they have', async () => {
    const all = `id merchantId status active link shortLink merchantInvoiceId description memo currencyCode subTotal shipping tax total
      customerConsent expiration lastSentAt createdAt updatedAt contact { email phone firstName lastName }
      lineItems { sku description category price quantity tax }
      deliveryLogs { id channel status provider messageId recipient reason createdAt updatedAt }`;
    const { text } = await ask(
      `{ ${aliased(10, `paymentSession(id: "${sessionId}") { ...All }`)} } fragment All on PaymentSession { ${all} }`,
    );
    expect(text).not.toContain('errors');
  });
});

describe('an answer', () => {
  const logs = paylink.deliveryLogs.flatMap((log) =>
    Array.from({ length: 500 }, (_, n) => ({ ...log, id: `log-${n}`, reason: 'é'.repeat(300) })),
  );
  const large = { ...paylink, deliveryLogs: logs };
  const query = `{ ${aliased(5, `paymentSession(id: "${sessionId}") { deliveryLogs { reason } }`)} }`;

  it('of more than 1 MiB is refused in its place, counted in bytes', async () => {
    const { text, status } = await ask(query, large);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      errors: [
        {
          message: 'The answer is larger than 1 MiB. Ask for less in one request.',
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ],
    });
    const { status: strict } = await ask(query, large, 'application/graphql-response+json');
    expect(strict).toBe(400);
  });

  it('of more than 1 MiB is given up as soon as it is known to be, and its other lists are not even made', async () => {
    let made = 0;
    const reason = (log: (typeof logs)[number]) => () => {
      made += 1;
      return log.reason;
    };
    const counted = logs.map((log) =>
      Object.defineProperty({ ...log }, 'reason', { enumerable: true, get: reason(log) }),
    );
    const page = Array.from({ length: 100 }, () => ({ ...paylink, deliveryLogs: counted }));
    const search = async () => ({ kind: 'done' as const, page, next: null });
    const lists = '{ paymentSessions(first: 100) { nodes { deliveryLogs { reason id } } } }';
    const answer = await post(fakeRun({ search }).run, { query: lists }, { accept: 'application/json' });
    expect(await answer.text()).toMatch(/^\{"errors":\[\{"message":"The answer is larger than 1 MiB/);
    expect(made).toBeLessThan(9 * 500);
  });

  it('of more than 1 MiB leaves out no mutation that was asked for', async () => {
    let updates = 0;
    const update = async () => {
      updates += 1;
      return { kind: 'done' as const, paylink: large, replayed: false };
    };
    const field = `updatePaymentSession(input: {id: "${sessionId}", description: "x"}) { deliveryLogs { reason } }`;
    const answer = await post(fakeRun({ update }).run, { query: `mutation { ${aliased(10, field)} }` });
    expect([updates, (await answer.text()).length]).toEqual([10, expect.closeTo(130, -2)]);
  });

  it('of less goes out whole', async () => {
    const { text } = await ask(query, { ...large, deliveryLogs: large.deliveryLogs.slice(0, 300) });
    expect(text).not.toContain('errors');
    expect(text.length).toBeGreaterThan(450_000);
  });
});
