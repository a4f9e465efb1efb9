import type { Context } from 'hono';
import type { Caller } from '../model.ts';
import type { AppEnv } from './app-env.ts';
import { enter } from './enter.ts';
import { problem } from './problem.ts';
import type { Handle } from './routes.ts';

/** A route for authenticated, admitted requests only. */
export const authenticated = (handle: Handle): Handle => beside(async () => {}, handle);

/**
 * The same, for a route that begins with a read: that begins as soon as it is known who asks and goes on while the request is being
 * admitted, so that it costs no wait.
 */
export function beside<T>(
  read: (c: Context<AppEnv>, caller: Caller) => Promise<T>,
  handle: (c: Context<AppEnv>, reading: Promise<T>) => Response | Promise<Response>,
): Handle {
  return async (c) => {
    let reading: Promise<T> | undefined;
    const entrance = await enter(c, (caller) => {
      reading = read(c, caller);
      // When the request is not admitted nobody asks how it ended.
      reading.catch(() => {});
      return 1;
    });
    if (entrance.kind === 'out') return problem(c, entrance.refusal, entrance.headers);
    c.set('caller', entrance.caller);
    c.set('quotaHeaders', entrance.headers);
    return handle(c, reading ?? read(c, entrance.caller));
  };
}

/** The caller of a route behind `authenticated`. @throws when the route is not */
export function callerOf(c: Context<AppEnv>): Caller {
  const caller = c.get('caller');
  if (!caller) throw new Error('this route is not behind authenticated()');
  return caller;
}
