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
 * - `limited`: the quota cannot carry the cost; the nonce, if any, is burnt all the same.
 * - `replayed`: the nonce was seen before; nothing is counted.
 * - `unavailable`: the gate could not be reached; only a request with a nonce is refused for it.
 */
export type AdmissionResult =
  | { kind: 'admitted'; quota: QuotaState }
  | { kind: 'limited'; quota: QuotaState }
  | { kind: 'replayed' }
  | { kind: 'unavailable' };

/** Exactly one wait: quota and nonce are asked for together. */
export interface Admission {
  admit(request: AdmissionRequest): Promise<AdmissionResult>;
}

/**
 * What a limiter says, whichever it is.
 * - `remaining`: units left after this answer.
 * - `resetMs`: how long until more is free; if refused, until `cost` fits (a whole window when it never can).
 * - `blockedMs`: if refused, how long a single unit is sure to be refused too; else 0.
 */
export type QuotaAnswer = { admitted: boolean; remaining: number; resetMs: number; blockedMs: number };

/** A nonce to claim; `claim` names the asker, so that asking again after a lost answer is not a replay. `expiresAt` ms. */
export type GateNonce = { nonce: string; claim: string; expiresAt: number };

/** What is asked of a gate: quota, nonce or both, in one call. `cost` in units, ≥ 1, all or nothing. */
export type GateRequest = { quota: Quota | null; cost: number; nonce: GateNonce | null };

/** `quota` is null when none was asked for. Its times count from the answer, so that the asker's clock does not matter. */
export type GateAnswer = { replayed: true } | { replayed: false; quota: QuotaAnswer | null };

/** What the Worker asks of a merchant's gate. */
export interface GateRpc {
  /** Claims the nonce, if any, then counts the cost. */
  admit(request: GateRequest): Promise<GateAnswer>;
}
