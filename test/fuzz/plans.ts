import fc from 'fast-check';
import { formSamples } from './form-samples.ts';
import { type Cut, cut, type Mutation, mutation, oddText, oddValue } from './mutations.ts';
import { callbackSamples, samples } from './samples.ts';

/** Who asks: programs, and a person of a merchant and one who operates, signed in to the console. */
export const callers = ['own', 'child', 'other', 'hmac', 'operator', 'nobody', 'wrong', 'person', 'operating'] as const;
export type CallerName = (typeof callers)[number];

/** A request before it is made: what it names by `:paylinkId` and the like is chosen when it is, among what is known then. */
export type Plan = {
  caller: CallerName;
  /** Which of the known things; and whether something odd stands in its place. */
  pick: number;
  oddParameter: string | null;
  method: string;
  path: string;
  query: [name: string, value: string][];
  /** JSON, before its mutations; absent: no body. */
  body?: unknown;
  mutations: readonly Mutation[];
  cuts: readonly Cut[];
  headers: readonly (readonly [name: string, value: string])[];
  /** The number of a callback's sample, whose payload is `body`. */
  callback: number | null;
  /** `body` has the fields and files of a form. */
  isForm?: true;
};

const methods = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'];
const someOf = <T>(one: fc.Arbitrary<T>, max: number) => fc.array(one, { maxLength: max });
const headerText = fc.oneof(
  fc.constantFrom(
    '',
    '"key-1"',
    'key-1',
    '"',
    '"a',
    'a,b',
    '\t',
    'é',
    'wait=5',
    'wait=-1',
    'wait=99999',
    '0',
    '-1',
    '1e999',
  ),
  fc.string({ maxLength: 30 }),
  fc.string({ maxLength: 300 }),
);
const headerNames = [
  ...['accept', 'accept-language', 'authorization', 'content-encoding', 'content-type', 'content-length', 'cookie'],
  ...['idempotency-key', 'x-idempotency-key', 'prefer', 'if-none-match', 'origin', 'sec-fetch-site', 'sec-fetch-mode'],
  ...['traceparent', 'x-request-id', 'x-merchant-id', 'timestamp', 'nonce', 'signature', 'x-key-id', 'user-agent'],
  ...['x-signature-version', 'x-http-method-override', 'range', 'expect', 'cf-connecting-ip', 'purpose'],
];
const header = fc.tuple(
  fc.constantFrom(...headerNames),
  fc.oneof(headerText, fc.constantFrom('text/html', 'text/csv', 'application/json', 'multipart/form-data; boundary=x')),
);
/** A key that others have too, so that requests meet. */
const key = fc.nat(400).map((number): [string, string] => ['idempotency-key', `key-${number}`]);

const caller = fc.oneof(
  { weight: 10, arbitrary: fc.constant<CallerName>('own') },
  { weight: 3, arbitrary: fc.constantFrom<CallerName[]>('child', 'other', 'hmac') },
  { weight: 1, arbitrary: fc.constantFrom(...callers) },
);
const common = {
  pick: fc.nat(1_000),
  oddParameter: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, oddText),
  cuts: fc.oneof({ weight: 9, arbitrary: fc.constant<Cut[]>([]) }, someOf(cut, 2)),
  headers: fc.oneof(
    { weight: 5, arbitrary: fc.constant<[string, string][]>([]) },
    { weight: 3, arbitrary: key.map((one) => [one]) },
    { weight: 2, arbitrary: someOf(header, 3) },
  ),
};

/** The caller that a route expects. */
const callerOf = (path: string, some: CallerName): CallerName =>
  path.startsWith('/admin') && some !== 'nobody' && some !== 'wrong' ? 'operator' : some;

const ofSample = (
  mutations: fc.Arbitrary<Mutation[]>,
  oddQuery: fc.Arbitrary<[string, string][]>,
): fc.Arbitrary<Plan> =>
  fc
    .record({ ...common, sample: fc.constantFrom(...samples), caller, mutations, oddQuery })
    .map(({ sample, oddQuery: odd, ...plan }) => ({
      ...plan,
      ...sample,
      caller: callerOf(sample.path, plan.caller),
      query: [...Object.entries(sample.query ?? {}), ...odd],
      callback: null,
    }));

const queryNames = [
  'limit',
  'cursor',
  'status',
  'to',
  'q',
  'view',
  'id',
  'mark',
  'since',
  'createdAfter',
  'query',
  'preview',
];
const someQuery = someOf(fc.tuple(fc.constantFrom(...queryNames), oddText), 3);

/** Every path of the gateway with every method and anything as its body. */
const anything = (paths: readonly string[]): fc.Arbitrary<Plan> =>
  fc
    .record({
      ...common,
      caller,
      method: fc.constantFrom(...methods),
      path: fc.oneof(
        fc.constantFrom(...paths),
        fc.webPath(),
        fc.string({ maxLength: 30 }).map((text) => `/${text}`),
      ),
      query: someQuery,
      body: fc.option(oddValue, { nil: undefined }),
    })
    .map((plan) => ({ ...plan, caller: callerOf(plan.path, plan.caller), mutations: [], callback: null }));

const callback: fc.Arbitrary<Plan> = fc
  .record({ ...common, number: fc.nat(callbackSamples.length - 1), mutations: someOf(mutation, 2) })
  .map(({ number, ...plan }) => ({
    ...plan,
    caller: 'nobody',
    method: 'POST',
    path: '/webhooks',
    query: [],
    body: callbackSamples[number]?.payload,
    callback: number,
  }));

const form: fc.Arbitrary<Plan> = fc
  .record({ ...common, sample: fc.constantFrom(...formSamples), mutations: someOf(mutation, 2) })
  .map(({ sample: { fields, files, isApi, path }, ...plan }) => ({
    ...plan,
    caller: isApi ? 'own' : path.startsWith('/console/operator') ? 'operating' : 'person',
    method: 'POST',
    path,
    query: [],
    body: { fields, files },
    callback: null,
    isForm: true,
  }));

/** A request to a route that is nothing special. */
export const plainly = (path: string, pick: number): Plan => ({
  caller: callerOf(path, 'own'),
  pick,
  oddParameter: null,
  method: 'POST',
  path,
  query: [],
  body: {},
  mutations: [],
  cuts: [],
  headers: [],
  callback: null,
});

/** A request: right, mutated, or anything at all. */
export const planOf = (paths: readonly string[]): fc.Arbitrary<Plan> =>
  fc.oneof(
    { weight: 3, arbitrary: ofSample(fc.constant([]), fc.constant([])) },
    { weight: 10, arbitrary: ofSample(fc.array(mutation, { minLength: 1, maxLength: 3 }), someQuery) },
    { weight: 4, arbitrary: anything(paths) },
    { weight: 2, arbitrary: callback },
    { weight: 3, arbitrary: form },
  );
