import type { Context } from 'hono';
import type { Caller } from '../model.ts';
import type { AppEnv, Handle } from './app-env.ts';
import { enter } from './enter.ts';
import { problem } from './problem.ts';

/** A route for authenticated, admitted requests only. */
export const authenticated =
  (handle: Handle): Handle =>
  async (c) => {
    const out = await enter(c, () => 1);
    return out ? problem(c, out.refusal, out.headers) : handle(c);
  };

/**
 * The same, for a route that begins with a read: that begins as soon as it is known who asks and goes on while the request is being
 * admitted, so that it costs no wait.
 */
export const beside =
  <T>(
    read: (c: Context<AppEnv>, caller: Caller) => Promise<T>,
    handle: (c: Context<AppEnv>, reading: Promise<T>) => Response | Promise<Response>,
  ): Handle =>
  async (c) => {
    let reading: Promise<T> | undefined;
    const out = await enter(c, (caller) => {
      reading = read(c, caller);
      // When the request is not admitted nobody asks how it ended.
      reading.catch(() => {});
      return 1;
    });
    return out ? problem(c, out.refusal, out.headers) : handle(c, reading ?? read(c, callerOf(c)));
  };

/** The caller of a request that was let in. @throws where none is asked for */
export function callerOf(c: Context<AppEnv>): Caller {
  const caller = c.get('caller');
  if (!caller) throw new Error('this route is not behind authenticated()');
  return caller;
}
