import type { Context, MiddlewareHandler } from 'hono';
import type { Caller } from '../model.ts';
import type { AppEnv } from './app-env.ts';
import { enter } from './enter.ts';
import { problem } from './problem.ts';

/** Lets only authenticated, admitted requests through; every answer tells of the quota. `beside` runs while admission is awaited. */
export const authenticated =
  (beside?: (c: Context<AppEnv>, caller: Caller) => void): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const entrance = await enter(c, (caller) => {
      beside?.(c, caller);
      return 1;
    });
    if (entrance.kind === 'out') return problem(c, entrance.refusal, entrance.headers);
    c.set('caller', entrance.caller);
    await next();
    // Not by `c.header`: once there is an answer, that makes a new one of its body's stream for every header.
    const { headers } = c.res;
    headers.set('server-timing', c.get('waits').header());
    for (const [name, value] of Object.entries(entrance.headers)) headers.set(name, value);
  };

/** The caller of a route behind `authenticated`. @throws when the route is not */
export function callerOf(c: Context<AppEnv>): Caller {
  const caller = c.get('caller');
  if (!caller) throw new Error('this route is not behind authenticated()');
  return caller;
}
