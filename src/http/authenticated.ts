import type { Context } from 'hono';
import { admissionFor, usedUpQuota } from '../admission/admit.ts';
import { isRefused, isTooMany } from '../admission/flood-guard.ts';
import { noteOverQuota } from '../admission/over-quota.ts';
import type { QuotaState } from '../admission/port.ts';
import { quotaOf, rateLimitHeaders, retryAfter } from '../admission/quota.ts';
import { type Authentication, authenticate } from '../auth/authenticate.ts';
import { credentialCache } from '../auth/credential-cache.ts';
import { type Refusal, refusal, unauthenticated } from '../errors.ts';
import type { Caller } from '../model/caller.ts';
import { refusalOfRoute, routeOf } from './access.ts';
import type { AppEnv, Handle } from './app-env.ts';
import { clientAddressOf } from './client-address.ts';
import { problem } from './problem.ts';

/** Why a request is not admitted, with its RateLimit headers. */
export type Rejection = { refusal: Refusal; headers: Record<string, string> };

const tooManyFailures = refusal('rate_limited', 'Too many failed authentications from this address.', {
  retryAfterSeconds: 60,
});

const nonceUnavailable = refusal('unavailable', 'Signed requests cannot be checked right now. Try again.', {
  retryAfterSeconds: 1,
});

type Unauthenticated = Extract<Authentication, { kind: 'unauthenticated' }>;

/** The 401, with what is wrong with the request's form if something is. */
function refusalOf({ advice, hint }: Unauthenticated): Refusal {
  return {
    ...unauthenticated,
    ...(advice ? { detail: `${unauthenticated.detail} ${advice.path}: ${advice.message}`, errors: [advice] } : {}),
    ...(hint === undefined ? {} : { facts: { hint } }),
  };
}

const GUARD = 'FAILED_AUTHENTICATIONS';

/** Counts a failed authentication. @returns the refusal: `otherwise`, unless the address has failed too often */
export async function failedAuthentication(c: Context<AppEnv>, otherwise: Refusal): Promise<Refusal> {
  const [address, now] = [clientAddressOf(c), c.get('now')];
  const tooMany = isRefused(GUARD, address, now) || (await isTooMany(c.env, GUARD, address, now));
  return tooMany ? tooManyFailures : otherwise;
}

async function rejectUnauthenticated(c: Context<AppEnv>, identity: Unauthenticated): Promise<Rejection> {
  c.set('rejection', identity.reason);
  return { refusal: await failedAuthentication(c, refusalOf(identity)), headers: {} };
}

function overQuota(c: Context<AppEnv>, merchantId: string, quota: QuotaState): Rejection {
  const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work);
  noteOverQuota(merchantId, { db: c.env.DB, now: c.get('now'), waitUntil });
  const retryAfterSeconds = retryAfter(quota);
  const refused = refusal('rate_limited', 'The quota of this merchant is used up.', { retryAfterSeconds });
  return { refusal: refused, headers: rateLimitHeaders(quota) };
}

/**
 * Authenticates a request and admits it, quota and nonce in one wait. What the caller may not do is refused after it was counted.
 * @param begin runs once the caller is known and returns the request's cost in units; reads it starts run while admission is awaited
 * @param refuses why this caller may not ask this: by the route's scope, unless the route is GraphQL's
 * @returns null: admitted, and `callerOf` has the caller
 */
export async function authenticateAndAdmit(
  c: Context<AppEnv>,
  begin: (caller: Caller) => number | Promise<number>,
  refuses = (caller: Caller) => refusalOfRoute(caller, c.req.method, routeOf(c)),
): Promise<Rejection | null> {
  const config = c.get('config');
  const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work);
  const now = c.get('now');
  // Who is known already is let in, whoever else shares its address.
  const onlyKnown = isRefused(GUARD, clientAddressOf(c), now);
  const deps = { config, db: c.env.DB, cache: credentialCache, now, waitUntil, onlyKnown };
  const identity = await authenticate(c.req.raw, c.get('body'), deps);
  if (identity.kind === 'unauthenticated') return rejectUnauthenticated(c, identity);
  const { caller, nonce } = identity;
  c.set('caller', caller);
  const quota = quotaOf(caller.merchant, config);
  // First, so that a merchant known to be over its quota costs no I/O.
  const usedUp = usedUpQuota(caller.merchant.id, quota, Date.now());
  if (usedUp) return overQuota(c, caller.merchant.id, usedUp);
  const forbidden = refuses(caller);
  const cost = forbidden ? 1 : await begin(caller);
  const asked = { merchantId: caller.merchant.id, quota, cost, ...(nonce ? { nonce } : {}) };
  const admission = admissionFor(c.env, config, waitUntil);
  const admitted = await c.get('timings').during('admission', admission.admit(asked));
  switch (admitted.kind) {
    case 'admitted':
      c.set('quotaHeaders', rateLimitHeaders(admitted.quota));
      if (!forbidden) return null;
      c.set('rejection', forbidden.detail);
      return { refusal: forbidden, headers: {} };
    case 'limited':
      return overQuota(c, caller.merchant.id, admitted.quota);
    // Not counted by the flood guard: the signature of a replay is valid.
    case 'replayed':
      c.set('rejection', 'nonce was used before');
      return { refusal: unauthenticated, headers: {} };
    case 'unavailable':
      return { refusal: nonceUnavailable, headers: {} };
  }
}

/** A route for authenticated and admitted requests only. */
export const authenticated =
  (handle: Handle): Handle =>
  async (c) => {
    const rejection = await authenticateAndAdmit(c, () => 1);
    return rejection ? problem(c, rejection.refusal, rejection.headers) : handle(c);
  };

/**
 * The same, for a route that starts with a read. The read runs while the request is being admitted, so it adds no wait.
 */
export const authenticatedWithPrefetch =
  <T>(
    read: (c: Context<AppEnv>, caller: Caller) => Promise<T>,
    handle: (c: Context<AppEnv>, reading: Promise<T>) => Response | Promise<Response>,
  ): Handle =>
  async (c) => {
    let reading: Promise<T> | undefined;
    const rejection = await authenticateAndAdmit(c, (caller) => {
      reading = read(c, caller);
      // Nobody awaits it when the request is not admitted.
      reading.catch(() => {});
      return 1;
    });
    return rejection ? problem(c, rejection.refusal, rejection.headers) : handle(c, reading ?? read(c, callerOf(c)));
  };

/** The caller of an admitted request. @throws Error on a route without authentication */
export function callerOf(c: Context<AppEnv>): Caller {
  const caller = c.get('caller');
  if (!caller) throw new Error('this route does not authenticate');
  return caller;
}
