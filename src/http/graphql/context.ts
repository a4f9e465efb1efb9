import type { Paylink } from '../../model.ts';
import type { Context } from '../../paylinks/context.ts';
import type { SendOutcome } from '../../paylinks/domain/outcome.ts';
import type { Idempotency, SendInput } from '../../paylinks/send.ts';

/** The verbs that GraphQL calls. */
export type Verbs = {
  send: (ctx: Context, input: SendInput) => Promise<SendOutcome>;
  /** `paylinkId` is parsed. null: unknown, or another merchant's. */
  find: (ctx: Context, paylinkId: string) => Promise<Paylink | null>;
};

/** One authenticated and admitted request. */
export type GraphqlRun = {
  ctx: Context;
  verbs: Verbs;
  /** From the HTTP headers `Idempotency-Key` and `Prefer`. */
  idempotency: Idempotency;
};

/** What the answer's HTTP status and headers need of one document's results. `unavailable`: the whole of it failed for passing faults. */
export type Tally = { sends: number; replays: number; retryAfterSeconds: number | null; unavailable: boolean };

/** What resolvers get. `rootFields` is how many fields the operation runs. */
export type GraphqlContext = { run: GraphqlRun; rootFields: number; tally: Tally };
