import { toBase64, utf8 } from '../../encoding.ts';
import { verifyEd25519 } from './ed25519.ts';
import { isFresh } from './freshness.ts';
import { strictBase64 } from './strict-base64.ts';

/** What MailChannels signs with: one signature, over the body's digest alone. Any other component list proves something else. */
const input = /^(sig_\d{1,10})=(\("content-digest"\);created=(\d{1,12});alg="ed25519";keyid="([A-Za-z0-9._-]{1,64})")$/;
const signature = /^(sig_\d{1,10})=:([A-Za-z0-9+/]{86}==):$/;
const digest = /^sha-256=:([A-Za-z0-9+/]{43}=):$/;

/** A signature whose form, time and digest are right; only the key is still to be asked for. */
export type Claim = { keyId: string; base: Uint8Array; signature: Uint8Array };

/** Reads an RFC 9421 signature as MailChannels makes it, with the body's RFC 9530 digest checked. null: not one, or not of now (ms). */
export async function readClaim(headers: Headers, body: Uint8Array, now: number): Promise<Claim | null> {
  const contentDigest = headers.get('content-digest') ?? '';
  const [, label, params, created, keyId] = input.exec(headers.get('signature-input') ?? '') ?? [];
  const [, signedLabel, encoded] = signature.exec(headers.get('signature') ?? '') ?? [];
  const bytes = strictBase64(encoded ?? '');
  if (!label || label !== signedLabel || !params || !created || !keyId || !bytes || !isFresh(created, now)) return null;
  const [, claimed] = digest.exec(contentDigest) ?? [];
  // Both are public: the digest is what the signature vouches for, not a secret.
  if (claimed !== toBase64(new Uint8Array(await crypto.subtle.digest('SHA-256', body)))) return null;
  const base = utf8(`"content-digest": ${contentDigest}\n"@signature-params": ${params}`);
  return { keyId, base, signature: bytes };
}

/** Whether the claim holds under its key. */
export const holds = (claim: Claim, key: CryptoKey): Promise<boolean> =>
  verifyEd25519(key, claim.signature, claim.base);
