import { env } from 'cloudflare:workers';
import { authenticate, type RequestToAuthenticate } from '../../src/auth/authenticate.ts';
import { newCredentialCache } from '../../src/auth/credential-cache.ts';
import { configOf } from '../../src/env.ts';

export type Asked = RequestToAuthenticate & { body: Uint8Array };

/** Authenticates requests, `now` unless told otherwise, with a cache that `forget` empties. */
export function asking(now: number) {
  let cache = newCredentialCache();
  const ask = (request: Asked, at = now, db = env.DB) =>
    authenticate(request, request.body, { config: configOf(env), db, cache, now: at });
  /** Why it is refused, else `authenticated`. */
  const reasonOf = async (request: Asked, at = now) => {
    const answer = await ask(request, at);
    return answer.kind === 'unauthenticated' ? answer.reason : answer.kind;
  };
  const forget = () => {
    cache = newCredentialCache();
  };
  return { ask, reasonOf, forget };
}

/** The same request with other headers than were signed. */
export const sending = (request: Asked, headers: Record<string, string>): Asked => {
  const changed = new Headers(request.headers);
  for (const [name, value] of Object.entries(headers)) changed.set(name, value);
  return { ...request, headers: changed };
};
