import type { Context, MiddlewareHandler } from 'hono';
import type { Caller } from '../model.ts';
import type { AppEnv } from './app-env.ts';
import { authenticated } from './authenticated.ts';

/**
 * A read that begins as soon as it is known who asks and goes on while the request is being admitted, so that it costs no wait.
 * `begin` is the route's authentication; `of` gives what was read to its handler.
 */
export function readBeside<T>(read: (c: Context<AppEnv>, caller: Caller) => Promise<T>): {
  begin: MiddlewareHandler<AppEnv>;
  of: (c: Context<AppEnv>) => Promise<T>;
} {
  const begun = new WeakMap<Request, Promise<T>>();
  return {
    begin: authenticated((c, caller) => {
      const reading = read(c, caller);
      // When the request is not admitted nobody asks how it ended.
      reading.catch(() => {});
      begun.set(c.req.raw, reading);
    }),
    of: async (c) => {
      const reading = begun.get(c.req.raw);
      if (!reading) throw new Error('this route does not begin with its read');
      return reading;
    },
  };
}
