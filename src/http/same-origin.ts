import type { Context } from 'hono';
import { refusal } from '../errors.ts';
import type { AppEnv, Handle } from './app-env.ts';
import { problem } from './problem.ts';

/**
 * Whether a request that changes something may come from where it says. Every browser names the site that began it; other programs name
 * none, and hold nothing that a site could use. `Origin` is for browsers that reach us over http, where they send no `Sec-Fetch-Site`.
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin';
  const origin = request.headers.get('origin');
  return origin === null || origin === new URL(request.url).origin;
}

/** A route that a page of another site may not call in its visitor's name. */
export const sameOriginOnly =
  (handle: Handle): Handle =>
  (c: Context<AppEnv>) =>
    isSameOrigin(c.req.raw) ? handle(c) : problem(c, refusal('forbidden', 'Another site may not ask for this.'));
