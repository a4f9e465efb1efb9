/** Per merchant: `limit` units in any `windowSeconds`. */
export type Quota = { limit: number; windowSeconds: number };

/** What the RateLimit headers say. `resetSeconds` is ≥ 1. */
export type QuotaState = Quota & { remaining: number; resetSeconds: number };

/** A signed request's nonce, to be remembered until `expiresAt` (ms). */
export type NonceClaim = { nonce: string; expiresAt: number };

export type AdmissionRequest = {
  merchantId: string;
  quota: Quota;
  /** Units this request costs, ≥ 1; all or nothing. */
  cost: number;
  /** Signed requests only, and only after the signature was verified. */
  nonce?: NonceClaim;
};

/**
 * - `limited`: the cost does not fit the quota; the nonce, if any, is used up all the same.
 * - `replayed`: the nonce was seen before; nothing is counted.
 * - `unavailable`: the merchant limiter could not be reached; only a request with a nonce is refused for it.
 */
export type AdmissionResult =
  | { kind: 'admitted'; quota: QuotaState }
  | { kind: 'limited'; quota: QuotaState }
  | { kind: 'replayed' }
  | { kind: 'unavailable' };

/** Asks for quota and nonce together: one wait. */
export interface Admission {
  admit(request: AdmissionRequest): Promise<AdmissionResult>;
}

/**
 * The answer of any limiter.
 * - `remaining`: units left after this answer.
 * - `resetMs`: how long until more is free; if refused, until `cost` fits (a whole window if it never does).
 * - `blockedMs`: if refused, how long a single unit is sure to be refused too; else 0.
 */
export type QuotaAnswer = { admitted: boolean; remaining: number; resetMs: number; blockedMs: number };

/** A nonce to claim. `claim` names the request, so that asking again after a lost answer is not a replay. `expiresAt` in ms. */
export type LimiterNonce = { nonce: string; claim: string; expiresAt: number };

/** What a merchant limiter is asked: quota, nonce or both, in one call. `cost` in units, ≥ 1, all or nothing. */
export type LimiterRequest = { quota: Quota | null; cost: number; nonce: LimiterNonce | null };

/** `quota` is null when none was asked for. Its times count from the answer, so the caller's clock does not matter. */
export type LimiterAnswer = { replayed: true } | { replayed: false; quota: QuotaAnswer | null };

/** What the Worker calls on a merchant's limiter. */
export interface LimiterRpc {
  /** Claims the nonce, if any, then counts the cost. */
  admit(request: LimiterRequest): Promise<LimiterAnswer>;
  /** Answers when the object works. It stores nothing. */
  ping(): Promise<'ok'>;
}
