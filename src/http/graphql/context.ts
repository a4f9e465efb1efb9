import type { GraphQLResolveInfo } from 'graphql';
import type { Paylink } from '../../model/paylink.ts';
import type { Context } from '../../paylinks/context.ts';
import type { createPaylink } from '../../paylinks/create.ts';
import type { SendOutcome } from '../../paylinks/domain/outcome.ts';
import type { searchPaylinks } from '../../paylinks/search.ts';
import type { Idempotency, SendInput } from '../../paylinks/send.ts';
import type { cancelPaylink } from '../../paylinks/transitions.ts';
import type { updatePaylink } from '../../paylinks/update.ts';

/** The verbs that GraphQL calls. */
export type Verbs = {
  send: (ctx: Context, input: SendInput) => Promise<SendOutcome>;
  /** `paylinkId` is parsed. null: unknown, or another merchant's. */
  find: (ctx: Context, paylinkId: string) => Promise<Paylink | null>;
  create: typeof createPaylink;
  update: typeof updatePaylink;
  cancel: typeof cancelPaylink;
  search: typeof searchPaylinks;
};

/** One authenticated and admitted request. */
export type GraphqlRun = {
  ctx: Context;
  verbs: Verbs;
  /** From the HTTP headers `Idempotency-Key` and `Prefer`. */
  idempotency: Idempotency;
};

/**
 * What the answer's HTTP status and headers need of one document's results. `waitSeconds`: the `Prefer: wait` that a send heeded, 0 for none.
 * `unavailable`: the whole of it failed for passing faults. `answerBytes`: how large it is at least, so far.
 */
export type Tally = {
  mutations: number;
  replays: number;
  waitSeconds: number;
  retryAfterSeconds: number | null;
  unavailable: boolean;
  answerBytes: number;
};

/** What resolvers get. `rootFields` is how many fields the operation runs. */
export type GraphqlContext = { run: GraphqlRun; rootFields: number; tally: Tally };

/**
 * One HTTP request has one key. In a document with several mutations, each one's response name is added to the key: they are different
 * operations, and a repeated request replays each. A single one uses the key alone, as REST does.
 */
export function idempotencyOf({ run, rootFields }: GraphqlContext, info: GraphQLResolveInfo): Idempotency {
  const { key, waitSeconds } = run.idempotency;
  if (key === null || rootFields === 1) return { key, waitSeconds };
  // No key that a caller can send has a line break, so this cannot be another request's key.
  return { key: `${key}\n${info.path.key}`, waitSeconds };
}
