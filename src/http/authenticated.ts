import type { Context } from 'hono';
import { admissionFor, usedUpQuota } from '../admission/admit.ts';
import { failedAuthentication } from '../admission/flood-guard.ts';
import type { QuotaState } from '../admission/port.ts';
import { quotaOf, rateLimitHeaders, retryAfter } from '../admission/quota.ts';
import { authenticate } from '../auth/authenticate.ts';
import { credentialCache } from '../auth/credential-cache.ts';
import { type Refusal, refusal } from '../errors.ts';
import type { Caller } from '../model.ts';
import type { AppEnv, Handle } from './app-env.ts';
import { problem } from './problem.ts';

/** Why a request is not let in, with the headers that tell of the quota. */
export type Rejection = { refusal: Refusal; headers: Record<string, string> };

const unauthenticated = refusal('unauthenticated', 'The request is not authenticated.');
const tooManyFailures = refusal('rate_limited', 'Too many failed authentications from this address.', {
  retryAfterSeconds: 60,
});

const cannotCheck = refusal('unavailable', 'Signed requests cannot be checked right now. Try again.', {
  retryAfterSeconds: 1,
});

async function unknownCaller(c: Context<AppEnv>, reason: string): Promise<Rejection> {
  c.set('rejection', reason);
  const verdict = await failedAuthentication(c.env, c.req.header('cf-connecting-ip') ?? 'unknown');
  return { refusal: verdict === 'rate_limited' ? tooManyFailures : unauthenticated, headers: {} };
}

function overQuota(quota: QuotaState): Rejection {
  const retryAfterSeconds = retryAfter(quota);
  const refused = refusal('rate_limited', 'The quota of this merchant is used up.', { retryAfterSeconds });
  return { refusal: refused, headers: rateLimitHeaders(quota) };
}

/**
 * Authenticates a request and admits it: one wait, quota and nonce together. `begin` runs as soon as it is known who asks: it says what
 * the request costs (units) and may start work, which then goes on while admission is awaited.
 * @returns null: it is let in, and who asks is known (`callerOf`)
 */
export async function authenticateAndAdmit(
  c: Context<AppEnv>,
  begin: (caller: Caller) => number | Promise<number>,
): Promise<Rejection | null> {
  const config = c.get('config');
  const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work);
  const deps = { config, db: c.env.DB, cache: credentialCache, now: c.get('now'), waitUntil };
  const identity = await authenticate(c.req.raw, c.get('body'), deps);
  if (identity.kind === 'unauthenticated') return unknownCaller(c, identity.reason);
  const { caller, nonce } = identity;
  const quota = quotaOf(caller.merchant, config);
  // Before anything is begun: a merchant that is known to be over its quota costs no I/O.
  const known = usedUpQuota(caller.merchant.id, quota, Date.now());
  if (known) return overQuota(known);
  const cost = await begin(caller);
  const asked = { merchantId: caller.merchant.id, quota, cost, ...(nonce ? { nonce } : {}) };
  const admission = admissionFor(c.env, config, waitUntil);
  const admitted = await c.get('timings').during('admission', admission.admit(asked));
  switch (admitted.kind) {
    case 'admitted':
      c.set('caller', caller);
      c.set('quotaHeaders', rateLimitHeaders(admitted.quota));
      return null;
    case 'limited':
      return overQuota(admitted.quota);
    // Not for the flood guard: whoever replays has signed well.
    case 'replayed':
      return { refusal: unauthenticated, headers: {} };
    case 'unavailable':
      return { refusal: cannotCheck, headers: {} };
  }
}

/** A route for authenticated, admitted requests only. */
export const authenticated =
  (handle: Handle): Handle =>
  async (c) => {
    const out = await authenticateAndAdmit(c, () => 1);
    return out ? problem(c, out.refusal, out.headers) : handle(c);
  };

/**
 * The same, for a route that begins with a read: that begins as soon as it is known who asks and goes on while the request is being
 * admitted, so that it costs no wait.
 */
export const authenticatedWithPrefetch =
  <T>(
    read: (c: Context<AppEnv>, caller: Caller) => Promise<T>,
    handle: (c: Context<AppEnv>, reading: Promise<T>) => Response | Promise<Response>,
  ): Handle =>
  async (c) => {
    let reading: Promise<T> | undefined;
    const out = await authenticateAndAdmit(c, (caller) => {
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
