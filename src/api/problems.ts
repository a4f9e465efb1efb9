import { type ErrorCode, statusOf } from '../errors.ts';
import { titles } from '../http/problem.ts';
import { errorCodes } from './answers/others.ts';
import type { JsonObject } from './json-schema.ts';
import type { AnswerHeader, Operation } from './operation.ts';

/** What every route may answer. */
const always: ErrorCode[] = ['internal', 'misconfigured', 'unavailable', 'payload_too_large'];
/** What every route of a merchant's callers may answer, of the codes that there are. */
const ofMerchants = errorCodes.filter((code) =>
  ['unauthenticated', 'rate_limited', 'forbidden', 'suspended'].includes(code),
);

/** Every problem that an operation may answer. GraphQL's faults have its own form. */
export function problemsOf({ who, path, problems = [], body }: Operation): ErrorCode[] {
  if (path === '/graphql') return [];
  const json = body && 'application/json' in body.content && who !== 'provider';
  return [
    ...problems,
    ...always,
    ...(who === 'merchant' ? ofMerchants : []),
    ...(who === 'operator' ? (['unauthenticated'] as const) : []),
    ...(json ? (['invalid_request', 'unsupported_media_type'] as const) : []),
  ];
}

const headersOf = (status: number): AnswerHeader[] => {
  if (status === 401) return ['WWW-Authenticate'];
  return status === 429 || status === 409 || status === 503 ? ['Retry-After'] : [];
};

const schemaFor = (codes: ErrorCode[]): JsonObject => ({
  allOf: [
    { $ref: '#/components/schemas/Problem' },
    { type: 'object', properties: { code: { type: 'string', enum: codes } } },
  ],
});

/** One problem answer: its codes, what they say, and its headers. */
export type ProblemAnswer = { codes: ErrorCode[]; description: string; schema: JsonObject; headers: AnswerHeader[] };

/** The problem answers of an operation by status. */
export function problemAnswers(operation: Operation): Map<number, ProblemAnswer> {
  const codes = [...new Set(problemsOf(operation))];
  const statuses = [...new Set(codes.map((code) => statusOf[code]))].sort((a, b) => a - b);
  return new Map(
    statuses.map((status) => {
      const own = codes.filter((code) => statusOf[code] === status);
      const description = own.map((code) => `\`${code}\`: ${titles[code]}`).join('\n\n');
      return [status, { codes: own, description, schema: schemaFor(own), headers: headersOf(status) }];
    }),
  );
}
