import { utf8 } from '../../encoding.ts';
import { isFresh } from './freshness.ts';
import { strictBase64 } from './strict-base64.ts';

/** More signatures than any rotation needs. */
const mostSignatures = 8;

/**
 * Whether a request is signed the Standard Webhooks 1.0 way under Svix's header names: HMAC-SHA256 of `id.timestamp.body`, any one of
 * the `v1` signatures. `secret` is `whsec_` and Base64. @param now ms
 */
export async function verifyResend(secret: string, headers: Headers, body: Uint8Array, now: number): Promise<boolean> {
  const id = headers.get('svix-id') ?? '';
  const timestamp = headers.get('svix-timestamp') ?? '';
  const signatures = (headers.get('svix-signature') ?? '').split(' ');
  const bytes = strictBase64(secret.replace(/^whsec_/, ''));
  if (id === '' || !isFresh(timestamp, now) || signatures.length > mostSignatures || !bytes?.length) return false;
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  const head = utf8(`${id}.${timestamp}.`);
  const message = new Uint8Array(head.length + body.length);
  message.set(head);
  message.set(body, head.length);
  for (const signature of signatures) {
    const claimed = signature.startsWith('v1,') ? strictBase64(signature.slice(3)) : null;
    if (claimed?.length === 32 && (await crypto.subtle.verify('HMAC', key, claimed, message))) return true;
  }
  return false;
}
