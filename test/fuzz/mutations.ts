import fc from 'fast-check';

/** Values that break code which expects better ones. */
const odd: unknown[] = [
  ...[null, true, false, 0, -1, 1.5, -0, 1e308, 2 ** 53, 2 ** 63, '', ' ', '\u0000', '\ud800', '\u202e', '__proto__'],
  ...[
    'x'.repeat(256),
    'é'.repeat(5_000),
    '2020-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '0000-00-00',
    'javascript:alert(1)',
  ],
  ...['https://', 'https://a.example/{code}', 'http://127.0.0.1/', "'; DROP TABLE paylinks; --", '%', '+12025550123'],
  ...[
    [],
    [null],
    {},
    { a: { b: [] } },
    [[[[[]]]]],
    { length: -1 },
    { toString: null },
    { constructor: { prototype: 1 } },
  ],
];
export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...odd) },
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.integer(),
  fc.double(),
  fc.jsonValue({ maxDepth: 3 }),
);
export const oddText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...odd.filter((one) => typeof one === 'string')),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ maxLength: 300 }),
);

/** A change of one place of a JSON value; which one, `at` says, whatever the value is. */
export type Mutation = {
  at: number;
  how: 'replace' | 'drop' | 'add' | 'wrap' | 'repeat';
  name: string;
  value: unknown;
};
export const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(1_000),
  how: fc.constantFrom('replace', 'replace', 'replace', 'drop', 'add', 'wrap', 'repeat'),
  name: fc.oneof(fc.constantFrom('__proto__', 'constructor', 'id', 'to', 'status', 'sendSMS', 'amount'), fc.string()),
  value: oddValue,
});

type Path = (string | number)[];
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function placesOf(value: unknown, path: Path = []): Path[] {
  if (Array.isArray(value)) return [path, ...value.flatMap((inner, index) => placesOf(inner, [...path, index]))];
  if (!isObject(value)) return [path];
  return [path, ...Object.entries(value).flatMap(([name, inner]) => placesOf(inner, [...path, name]))];
}

function changed(value: unknown, [first, ...rest]: Path, change: (inner: unknown) => unknown): unknown {
  if (first === undefined) return change(value);
  if (Array.isArray(value))
    return value.flatMap((inner, index) => {
      if (index !== first) return [inner];
      const next = changed(inner, rest, change);
      return next === undefined ? [] : [next];
    });
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => {
      if (name !== first) return [[name, inner]];
      const next = changed(inner, rest, change);
      return next === undefined ? [] : [[name, next]];
    }),
  );
}

function mutateOnce(value: unknown, { at, how, name, value: other }: Mutation): unknown {
  const places = placesOf(value);
  return changed(value, places[at % places.length] ?? [], (inner) => {
    switch (how) {
      case 'replace':
        return other;
      case 'drop':
        return undefined;
      case 'wrap':
        return [inner];
      case 'repeat':
        return Array.isArray(inner) ? Array.from({ length: 40 }, () => inner[0] ?? null) : inner;
      case 'add':
        return isObject(inner) && !Array.isArray(inner) ? { ...inner, [name]: other } : inner;
    }
  });
}

/** The value after all mutations, in their order. */
export const mutated = (value: unknown, mutations: readonly Mutation[]): unknown => mutations.reduce(mutateOnce, value);

/** A change of a text: what the wire, a shell or a careless client makes of it. */
export type Cut = { at: number; how: 'cut' | 'insert' | 'double'; text: string };
export const cut: fc.Arbitrary<Cut> = fc.record({
  at: fc.nat(5_000),
  how: fc.constantFrom('cut', 'insert', 'double'),
  text: fc.oneof(
    fc.constantFrom('{', '}', '"', '\\', ',', '\u0000', '\ud800', '...', '@skip(if: true)', '#'),
    fc.string(),
  ),
});

export function cutUp(text: string, cuts: readonly Cut[]): string {
  return cuts.reduce((before, { at, how, text: more }) => {
    const place = before.length === 0 ? 0 : at % before.length;
    if (how === 'cut') return before.slice(0, place);
    return how === 'insert' ? before.slice(0, place) + more + before.slice(place) : before + before.slice(place);
  }, text);
}
