import type { Paylink } from '../../model.ts';
import type { Context } from '../../paylinks/context.ts';
import type { SendOutcome } from '../../paylinks/domain/outcome.ts';
import type { Idempotency, SendInput } from '../../paylinks/send.ts';

/** The verbs this surface is an adapter of. */
export type Verbs = {
  send: (ctx: Context, input: SendInput) => Promise<SendOutcome>;
  /** null: malformed, unknown, or not the caller's to see. */
  find: (ctx: Context, id: string) => Promise<Paylink | null>;
};

/** One authenticated and admitted request. */
export type GraphqlRun = {
  ctx: Context;
  verbs: Verbs;
  /** From the HTTP headers `Idempotency-Key` and `Prefer`. */
  idempotency: Idempotency;
};

/** What the sends of one document came to, as far as the HTTP answer's headers tell of it. */
export type SendTally = { sends: number; replays: number; retryAfterSeconds: number | null };

/** What resolvers are given. `rootFields` is how many fields the operation runs. */
export type GraphqlContext = { run: GraphqlRun; rootFields: number; tally: SendTally };
