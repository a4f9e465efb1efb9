import type { Context as HonoContext } from 'hono';
import { Slots } from '../lib/slots.ts';
import type { Caller } from '../model/caller.ts';
import { type Context, configuredProviders, MAX_CALLS } from '../paylinks/context.ts';
import type { AppEnv } from './app-env.ts';

/** W3C Trace Context §3.2, version 00. */
const traceparent = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The context that verbs get from a request. */
export function verbContext(c: HonoContext<AppEnv>, caller: Caller): Context {
  const trace = c.req.header('traceparent');
  return {
    env: c.env,
    config: c.get('config'),
    caller,
    requestId: c.get('requestId'),
    now: c.get('now'),
    timings: c.get('timings'),
    waitUntil: (work) => c.executionCtx.waitUntil(work),
    slots: new Slots(MAX_CALLS),
    providersFor: configuredProviders(c.env, c.get('config')),
    ...(trace && traceparent.test(trace) ? { traceparent: trace } : {}),
  };
}
