import * as crypto from 'node:crypto';

/** `crypto` for @node-idempotency/core: workerd has no blake2s256, which it names; SHA-256 is as good for a fingerprint. */
export const createHash = (algorithm: string) => crypto.createHash(algorithm === 'blake2s256' ? 'sha256' : algorithm);
