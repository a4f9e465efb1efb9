import type { NonceClaim } from '../admission/port.ts';
import type { Config } from '../env.ts';
import { sha256Hex } from '../lib/encoding.ts';
import type { Caller } from '../model.ts';
import { hashApiKey } from './api-key.ts';
import { type CredentialCache, loadBearer, loadSigning, type SigningCredential } from './credential-cache.ts';
import { type Claim, parseClaim } from './headers.ts';
import { canonicalRequest, requestTarget, verifyHmac } from './hmac.ts';
import { skipifyRequestUri, verifySkipify } from './skipify.ts';

/** A request as it came. */
export type AuthenticatedRequest = Pick<Request, 'method' | 'url' | 'headers'>;

export type AuthenticationDeps = {
  config: Config;
  db: D1Database;
  cache: CredentialCache;
  /** When the request came in, ms. */
  now: number;
  /** Keeps a load alive that other requests wait for, when this one's client is gone. */
  waitUntil?: (work: Promise<unknown>) => void;
};

/** `reason` is for the log only: every cause is the same 401 outside. `nonce`, of a signed request, is still to be claimed (admission). */
export type Authentication =
  | { kind: 'authenticated'; caller: Caller; nonce: NonceClaim | null }
  | { kind: 'unauthenticated'; reason: string };

type Signed = Extract<Claim, { kind: 'signed' }>;
type Bearer = Extract<Claim, { kind: 'bearer' }>;

/** A signature is good this long before and after its timestamp; its nonce is remembered a minute longer. */
const toleranceMs = 300_000;
const nonceMemoryMs = 360_000;
/** When no credential fits, those that were read longer ago are read again: a new one works at once, guessing costs one query a second. */
const rereadAfterMs = 1_000;

const unauthenticated = (reason: string): Authentication => ({ kind: 'unauthenticated', reason });

/** Establishes which merchant a request is from; `body` as raw bytes. No I/O when its credential was used in the last 30 s. */
export async function authenticate(
  request: AuthenticatedRequest,
  body: Uint8Array,
  deps: AuthenticationDeps,
): Promise<Authentication> {
  const claim = parseClaim(request.headers);
  switch (claim.kind) {
    case 'malformed':
      return unauthenticated(claim.reason);
    case 'bearer':
      return authenticateBearer(claim, deps);
    case 'signed':
      return authenticateSigned(claim, request, body, deps);
  }
}

const isLive = (credential: { expiresAt: number | null }, now: number) =>
  credential.expiresAt === null || credential.expiresAt > now;

/** Passes a load on to `waitUntil`. */
function keepAlive<T>(deps: AuthenticationDeps, load: () => Promise<T>): () => Promise<T> {
  return () => {
    const loading = load();
    deps.waitUntil?.(loading.catch(() => undefined));
    return loading;
  };
}

async function authenticateBearer(claim: Bearer, deps: AuthenticationDeps): Promise<Authentication> {
  const { db, cache, now } = deps;
  const hash = await hashApiKey(claim.key);
  const load = keepAlive(deps, () => loadBearer(db, hash));
  const credential = await cache.bearer.get(hash, now, load);
  if (!credential) return unauthenticated('unknown key');
  if (!isLive(credential, now)) return unauthenticated('key expired');
  const { merchant } = credential;
  if (claim.merchantId !== null && claim.merchantId.toLowerCase() !== merchant.id)
    return unauthenticated('key of another merchant');
  return { kind: 'authenticated', caller: { merchant, credentialId: credential.id }, nonce: null };
}

async function authenticateSigned(
  claim: Signed,
  request: AuthenticatedRequest,
  body: Uint8Array,
  deps: AuthenticationDeps,
): Promise<Authentication> {
  const { config, db, cache, now } = deps;
  if (Math.abs(now - claim.time) > toleranceMs) return unauthenticated('timestamp out of range');
  const id = claim.merchantId.toLowerCase();
  const load = keepAlive(deps, () => loadSigning(db, config, id, now));
  const signer = await cache.signing.get(id, now, load);
  if (!signer) return unauthenticated('unknown merchant');
  const verify = verifierOf(claim, request, body);
  const tried = signer.credentials;
  let credential = await firstFit(tried, claim, now, verify);
  let merchant = signer.merchant;
  if (!credential) {
    const reread = await cache.signing.get(id, now, load, rereadAfterMs);
    if (!reread || reread === signer) return unauthenticated('no credential of the merchant verifies the signature');
    merchant = reread.merchant;
    const added = reread.credentials.filter(({ id }) => !tried.some((old) => old.id === id && isLive(old, now)));
    credential = await firstFit(added, claim, now, verify);
    if (!credential) return unauthenticated('no credential of the merchant verifies the signature');
  }
  // What a skipify signature covers has no case, so neither has its nonce.
  const nonce = credential.scheme === 'skipify' ? claim.nonce.toUpperCase() : claim.nonce;
  return {
    kind: 'authenticated',
    caller: { merchant, credentialId: credential.id },
    nonce: { nonce, expiresAt: claim.time + nonceMemoryMs },
  };
}

type Verify = (credential: SigningCredential) => Promise<boolean>;

async function firstFit(
  credentials: readonly SigningCredential[],
  claim: Signed,
  now: number,
  verify: Verify,
): Promise<SigningCredential | null> {
  for (const credential of credentials) {
    if (claim.keyId !== null && credential.id !== claim.keyId) continue;
    if (isLive(credential, now) && (await verify(credential))) return credential;
  }
  return null;
}

/** Verifies this request under one credential after another; what they share is made once. */
function verifierOf(claim: Signed, request: AuthenticatedRequest, body: Uint8Array): Verify {
  const target = requestTarget(request.url);
  const { merchantId, timestamp, nonce, signature } = claim;
  const { method } = request;
  let canonical: Promise<string> | undefined;
  const canonicalOnce = () => {
    canonical ??= sha256Hex(body).then((bodySha256) =>
      canonicalRequest({ merchantId, timestamp, nonce, method, target, bodySha256 }),
    );
    return canonical;
  };
  return async (credential) => {
    if (credential.scheme === 'hmac') {
      return claim.unit === 's' && verifyHmac(credential.key, await canonicalOnce(), signature);
    }
    const text = textOf(body);
    if (text === null) return false;
    const { apiKey } = credential;
    const requestUri = skipifyRequestUri(target);
    return verifySkipify({ merchantId, apiKey, timestamp, nonce, requestUri, method, body: text }, signature);
  };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** null for bytes that are no UTF-8: replaced characters would let different bodies share a signature. */
function textOf(body: Uint8Array): string | null {
  try {
    return decoder.decode(body);
  } catch {
    return null;
  }
}
