import type { Context } from 'hono';
import { admissionFor, usedUpQuota } from '../../admission/admit.ts';
import { noteOverQuota } from '../../admission/over-quota.ts';
import { quotaOf } from '../../admission/quota.ts';
import { hasScope } from '../../auth/scopes.ts';
import { type Refusal, refusal } from '../../errors.ts';
import type { Actor, Caller, Scope } from '../../model/caller.ts';
import { findBearerById } from '../../store/credentials.ts';
import type { AppEnv } from '../app-env.ts';
import type { Session } from './session.ts';

type Common = {
  c: Context<AppEnv>;
  /** Parameters of the page's path, as they stand there. */
  params: Readonly<Record<string, string>>;
};

/** A request of somebody who is signed in: a merchant's person, by an API key, or the operator. */
export type MerchantVisit = Common & {
  kind: 'merchant';
  session: Extract<Session, { kind: 'merchant' }>;
  caller: Caller;
};
export type OperatorVisit = Common & {
  kind: 'operator';
  session: Extract<Session, { kind: 'operator' }>;
  /** Who the audit log names. */
  actor: Actor;
};
export type Visit = MerchantVisit | OperatorVisit;

/** Whether the visitor's key has a scope: what it lacks is not offered. */
export const may = ({ caller }: MerchantVisit, scope: Scope): boolean => hasScope(caller.scopes, scope);

/**
 * The caller that a session stands for, if its key is still good: not revoked, not expired. Read anew for each request, so that a session
 * ends with its key. One D1 query.
 */
export async function callerOfSession(
  c: Context<AppEnv>,
  { merchantId, credentialId }: Extract<Session, { kind: 'merchant' }>,
): Promise<Caller | null> {
  const read = findBearerById(c.env.DB, merchantId, credentialId);
  const credential = await c.get('timings').during('read', read);
  if (!credential) return null;
  const { expiresAt, merchant, id, label, scopes } = credential;
  return expiresAt !== null && expiresAt <= c.get('now') ? null : { merchant, credentialId: id, label, scopes };
}

/** Charges a page to the merchant's quota, like any request with its key. null: admitted. */
export async function refusalForQuota(c: Context<AppEnv>, { merchant }: Caller): Promise<Refusal | null> {
  const quota = quotaOf(merchant, c.get('config'));
  const refused = refusal('rate_limited', 'The quota of this merchant is used up. Wait a moment and try again.', {
    retryAfterSeconds: 10,
  });
  const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work);
  const overQuota = () => {
    noteOverQuota(merchant.id, { db: c.env.DB, now: c.get('now'), waitUntil });
    return refused;
  };
  if (usedUpQuota(merchant.id, quota, Date.now())) return overQuota();
  const admission = admissionFor(c.env, c.get('config'), waitUntil);
  const admitted = await c
    .get('timings')
    .during('admission', admission.admit({ merchantId: merchant.id, quota, cost: 1 }));
  return admitted.kind === 'limited' ? overQuota() : null;
}
