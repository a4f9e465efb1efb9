import type { Context } from 'hono';
import type { Bindings, Config } from '../env.ts';
import type { Timings } from '../lib/timings.ts';
import type { Caller } from '../model.ts';

/** What is known of a request by the time its handler runs (exchange.ts). */
export type AppEnv = {
  Bindings: Bindings;
  Variables: {
    requestId: string;
    /** When the request came in, ms. */
    now: number;
    config: Config;
    /** The body as it came, read once, within its limit. */
    body: Uint8Array;
    /** What it has waited for so far. */
    timings: Timings;
    /** Why authentication failed, for the log alone. */
    rejection?: string;
    /** Set where authentication was asked for and passed. */
    caller?: Caller;
    /** What its answer tells of the quota. */
    quotaHeaders?: Record<string, string>;
  };
};

/** Answers a request. */
export type Handle = (c: Context<AppEnv>) => Response | Promise<Response>;
