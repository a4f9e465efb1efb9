import type { Context } from 'hono';
import type { Bindings, Config } from '../env.ts';
import type { ErrorCode } from '../errors.ts';
import type { Timings } from '../lib/timings.ts';
import type { Actor, Caller } from '../model/caller.ts';

/** What a handler knows about its request (set by pipeline.ts). */
export type AppEnv = {
  Bindings: Bindings;
  Variables: {
    requestId: string;
    /** When the request came in, ms. */
    now: number;
    config: Config;
    /** The body's bytes, within the limit. */
    body: Uint8Array;
    /** Set where GraphQL answers, so that every refusal has its form. */
    surface?: 'graphql';
    /** How long the request has waited for what. */
    timings: Timings;
    /** Why authentication failed, for the log alone. */
    rejection?: string;
    /** Why it was refused. */
    code?: ErrorCode;
    /** Set on routes that authenticate. */
    caller?: Caller;
    /** Which Paylink it is about, for the log, where the path does not say it. */
    paylinkId?: string;
    /** Set on the operator's routes. */
    operator?: Actor;
    /** Fields of the body that were ignored, for a caller that is told so. */
    ignored?: string[];
    /** RateLimit headers for the answer. */
    quotaHeaders?: Record<string, string>;
  };
};

/** Answers a request. */
export type Handle = (c: Context<AppEnv>) => Response | Promise<Response>;
