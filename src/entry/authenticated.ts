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
    c.header('server-timing', c.get('waits').header());
    for (const [name, value] of Object.entries(entrance.headers)) c.header(name, value);
  };

/** The caller of a route behind `authenticated`. @throws when the route is not */
export function callerOf(c: Context<AppEnv>): Caller {
  const caller = c.get('caller');
  if (!caller) throw new Error('this route is not behind authenticated()');
  return caller;
}
