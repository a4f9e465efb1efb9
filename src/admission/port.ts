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
