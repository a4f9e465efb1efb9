import type { NonceClaim } from '../admission/port.ts';
import type { Config } from '../env.ts';
import type { FieldError } from '../errors.ts';
import { sha256Hex } from '../lib/encoding.ts';
import type { Caller } from '../model/caller.ts';
import type { Merchant } from '../model/merchant.ts';
import { findBearerCredential, type KnownCredential } from '../store/credentials.ts';
import { hashApiKey } from './api-key.ts';
import { type CredentialCache, loadSigning, type SigningCredential } from './credential-cache.ts';
import { type Claim, parseClaim } from './headers.ts';
import { canonicalRequest, requestTarget, signedHeaders, verifyHmac } from './hmac.ts';
import { noteUse } from './last-used.ts';
import { skipifyRequestUri, verifySkipify } from './skipify.ts';

/** The request to authenticate, unchanged. */
export type RequestToAuthenticate = Pick<Request, 'method' | 'url' | 'headers'>;

export type AuthenticationDeps = {
  config: Config;
  db: D1Database;
  cache: CredentialCache;
  /** When the request came in, ms. */
  now: number;
  /** The address has failed too often: D1 is not asked whether what this isolate does not know exists. */
  onlyKnown?: boolean;
  /** Keeps a load alive that other requests share when this client disconnects. */
  waitUntil?: (work: Promise<unknown>) => void;
};

/**
 * `reason` is for the log only. What is wrong with the request's form is said in `advice`; what depends on a secret, or on who exists, is
 * one uniform 401. `hint` (locally only) is what the gateway computed. `nonce`, of a signed request, must still be claimed by admission.
 */
export type Authentication =
  | { kind: 'authenticated'; caller: Caller; nonce: NonceClaim | null }
  | { kind: 'unauthenticated'; reason: string; advice?: FieldError; hint?: string };

type Signed = Extract<Claim, { kind: 'signed' }>;
type Bearer = Extract<Claim, { kind: 'bearer' }>;

/** How far a timestamp may be from now, ms. A nonce is remembered a minute longer. */
const TOLERANCE_MS = 300_000;
const NONCE_RETENTION_MS = 360_000;
/** When no credential fits, those read longer ago are read again: a new one works within a second, and guessing costs one query a second. */
const REREAD_AFTER_MS = 1_000;

const unauthenticated = (reason: string): Authentication => ({ kind: 'unauthenticated', reason });

/** Finds out which merchant a request is from; `body` is the raw bytes. No I/O if its credential was used in the last 30 s. */
export async function authenticate(
  request: RequestToAuthenticate,
  body: Uint8Array,
  deps: AuthenticationDeps,
): Promise<Authentication> {
  const claim = parseClaim(request.headers);
  switch (claim.kind) {
    case 'malformed':
      return { kind: 'unauthenticated', reason: claim.reason, advice: claim.advice };
    case 'bearer':
      return authenticateBearer(claim, deps);
    case 'signed':
      return authenticateSigned(claim, request, body, deps);
  }
}

const callerBy = (merchant: Merchant, { id, label, scopes }: KnownCredential): Caller => ({
  merchant,
  credentialId: id,
  label,
  scopes,
});

const isLive = (credential: { expiresAt: number | null }, now: number) =>
  credential.expiresAt === null || credential.expiresAt > now;

/** Passes a load to `waitUntil` too. */
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
  if (deps.onlyKnown && !cache.bearer.isKnown(hash)) return unauthenticated('not looked up: too many failures');
  const load = keepAlive(deps, () => findBearerCredential(db, hash));
  const credential = await cache.bearer.get(hash, now, load);
  if (!credential) return unauthenticated('unknown key');
  if (!isLive(credential, now)) return unauthenticated('key expired');
  const { merchant } = credential;
  if (claim.merchantId !== null && claim.merchantId.toLowerCase() !== merchant.id)
    return unauthenticated('key of another merchant');
  noteUse(merchant.id, credential, deps);
  return { kind: 'authenticated', caller: callerBy(merchant, credential), nonce: null };
}

async function authenticateSigned(
  claim: Signed,
  request: RequestToAuthenticate,
  body: Uint8Array,
  deps: AuthenticationDeps,
): Promise<Authentication> {
  const { config, db, cache, now } = deps;
  if (Math.abs(now - claim.time) > TOLERANCE_MS) {
    return { kind: 'unauthenticated', reason: 'timestamp out of range', advice: clockAdvice(claim, now) };
  }
  const refused = async (reason: string): Promise<Authentication> => ({
    ...unauthenticated(reason),
    // Said whoever asks, so that it tells nothing of them: only the skipify scheme takes milliseconds.
    ...(claim.unit === 'ms'
      ? { advice: { path: 'timestamp', message: `Send seconds, not milliseconds. ${serverTime(now)}` } }
      : {}),
    ...(config.ENVIRONMENT === 'local' ? { hint: await hintFor(claim, request, body) } : {}),
  });
  const id = claim.merchantId.toLowerCase();
  if (deps.onlyKnown && !cache.signing.isKnown(id)) return unauthenticated('not looked up: too many failures');
  const load = keepAlive(deps, () => loadSigning(db, config, id, now));
  const signer = await cache.signing.get(id, now, load);
  if (!signer) return refused('unknown merchant');
  const verify = verifierOf(claim, request, body);
  const tried = signer.credentials;
  let credential = await firstFit(tried, claim, now, verify);
  let merchant = signer.merchant;
  if (!credential) {
    if (deps.onlyKnown) return refused('no credential of the merchant verifies the signature');
    const reread = await cache.signing.get(id, now, load, REREAD_AFTER_MS);
    if (!reread || reread === signer) return refused('no credential of the merchant verifies the signature');
    merchant = reread.merchant;
    const added = reread.credentials.filter(({ id }) => !tried.some((old) => old.id === id && isLive(old, now)));
    credential = await firstFit(added, claim, now, verify);
    if (!credential) return refused('no credential of the merchant verifies the signature');
  }
  noteUse(merchant.id, credential, deps);
  // A skipify signature ignores case, so its nonce must too.
  const nonce = credential.scheme === 'skipify' ? claim.nonce.toUpperCase() : claim.nonce;
  return {
    kind: 'authenticated',
    caller: {
      ...callerBy(merchant, credential),
      ...(credential.scheme === 'skipify' ? { manners: 'skipify' as const } : {}),
    },
    nonce: { nonce, expiresAt: claim.time + NONCE_RETENTION_MS },
  };
}

const serverTime = (now: number): string => `The server's time is ${Math.floor(now / 1000)}.`;

function clockAdvice({ time }: Signed, now: number): FieldError {
  const seconds = Math.round(Math.abs(now - time) / 1000);
  const side = time < now ? 'behind' : 'ahead of';
  const message = `The timestamp is ${seconds} s ${side} the server; 300 s are allowed. Send Unix seconds. ${serverTime(now)}`;
  return { path: 'timestamp', message };
}

const v2Of = ({ version }: Signed, { headers, url }: RequestToAuthenticate) =>
  version === 2 ? { v2: signedHeaders(headers, url) } : {};

/** What a caller compares its own computation with. Nothing of it is secret: the caller sent it all. */
async function hintFor(claim: Signed, request: RequestToAuthenticate, body: Uint8Array): Promise<string> {
  const { merchantId, timestamp, nonce } = claim;
  const { method } = request;
  const bodySha256 = await sha256Hex(body);
  const target = requestTarget(request.url);
  const canonical = canonicalRequest({
    merchantId,
    timestamp,
    nonce,
    method,
    target,
    bodySha256,
    ...v2Of(claim, request),
  });
  return `The body (${body.byteLength} bytes) has the SHA-256 ${bodySha256}. The canonical string is:\n${canonical}`;
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

/** Verifies this request with any credential; the canonical text is computed once. */
function verifierOf(claim: Signed, request: RequestToAuthenticate, body: Uint8Array): Verify {
  const target = requestTarget(request.url);
  const { merchantId, timestamp, nonce, signature } = claim;
  const { method } = request;
  let canonical: Promise<string> | undefined;
  const canonicalOnce = () => {
    canonical ??= sha256Hex(body).then((bodySha256) =>
      canonicalRequest({ merchantId, timestamp, nonce, method, target, bodySha256, ...v2Of(claim, request) }),
    );
    return canonical;
  };
  return async (credential) => {
    if (credential.scheme === 'hmac') {
      return claim.unit === 's' && verifyHmac(credential.key, await canonicalOnce(), signature);
    }
    const text = textOf(body);
    if (text === null || claim.version === 2) return false;
    const { apiKey } = credential;
    const parts = { merchantId, apiKey, timestamp, nonce, method, body: text };
    const requestUri = skipifyRequestUri(target);
    if (await verifySkipify({ ...parts, requestUri }, signature)) return true;
    return verifySkipify({ ...parts, requestUri: `/${requestUri}` }, signature);
  };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** null for bytes that are not UTF-8: with replacement characters, different bodies would share a signature. */
function textOf(body: Uint8Array): string | null {
  try {
    return decoder.decode(body);
  } catch {
    return null;
  }
}
