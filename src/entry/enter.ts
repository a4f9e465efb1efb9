import type { Context } from 'hono';
import { admissionFor } from '../admission/admit.ts';
import { failedAuthentication } from '../admission/flood-guard.ts';
import { rateLimitHeaders, retryAfter } from '../admission/headers.ts';
import type { AdmissionResult } from '../admission/port.ts';
import { quotaOf } from '../admission/quota.ts';
import { authenticate } from '../auth/authenticate.ts';
import { credentialCache } from '../auth/credential-cache.ts';
import { type Refusal, refusal } from '../errors.ts';
import type { Caller } from '../model.ts';
import type { AppEnv } from './app-env.ts';

/** Let in, or why not, with the headers that tell of the quota. */
export type Entrance =
  | { kind: 'in'; caller: Caller; headers: Record<string, string> }
  | { kind: 'out'; refusal: Refusal; headers: Record<string, string> };

const unauthenticated = refusal('unauthenticated', 'The request is not authenticated.');
const tooManyFailures = refusal('rate_limited', 'Too many failed authentications from this address.', {
  retryAfterSeconds: 60,
});

async function turnedAway(c: Context<AppEnv>, reason: string): Promise<Entrance> {
  c.set('turnedAway', reason);
  const verdict = await failedAuthentication(c.env, c.req.header('cf-connecting-ip') ?? 'unknown');
  return { kind: 'out', refusal: verdict === 'rate_limited' ? tooManyFailures : unauthenticated, headers: {} };
}

function entrance(admitted: AdmissionResult, caller: Caller): Entrance {
  switch (admitted.kind) {
    case 'admitted':
      return { kind: 'in', caller, headers: rateLimitHeaders(admitted.quota) };
    case 'limited': {
      const retryAfterSeconds = retryAfter(admitted.quota);
      const refused = refusal('rate_limited', 'The quota of this merchant is used up.', { retryAfterSeconds });
      return { kind: 'out', refusal: refused, headers: rateLimitHeaders(admitted.quota) };
    }
    // Not for the flood guard: whoever replays has signed well.
    case 'replayed':
      return { kind: 'out', refusal: unauthenticated, headers: {} };
    case 'unavailable':
      return {
        kind: 'out',
        refusal: refusal('unavailable', 'Signed requests cannot be checked right now. Try again.', {
          retryAfterSeconds: 1,
        }),
        headers: {},
      };
  }
}

/**
 * Authenticates a request and admits it: one wait, quota and nonce together. `begin` runs as soon as it is known who asks: it says what
 * the request costs (units) and may start work, which then goes on while admission is awaited.
 */
export async function enter(
  c: Context<AppEnv>,
  begin: (caller: Caller) => number | Promise<number>,
): Promise<Entrance> {
  const config = c.get('config');
  const { method, url, headers } = c.req.raw;
  const request = { method, url, headers, body: c.get('body') };
  const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work);
  const deps = { config, db: c.env.DB, cache: credentialCache, now: c.get('now'), waitUntil };
  const identity = await authenticate(request, deps);
  if (identity.kind === 'unauthenticated') return turnedAway(c, identity.reason);
  const { caller, nonce } = identity;
  const admission = admissionFor(c.env, config, waitUntil);
  const quota = quotaOf(caller.merchant, config);
  // Before anything is begun: a merchant that is known to be over its quota costs no I/O.
  const known = admission.refused(caller.merchant.id, quota, Date.now());
  if (known) return entrance({ kind: 'limited', quota: known }, caller);
  const cost = await begin(caller);
  const asked = { merchantId: caller.merchant.id, quota, cost, ...(nonce ? { nonce } : {}) };
  const admitted = await c.get('waits').during('admission', admission.admit(asked));
  return entrance(admitted, caller);
}
