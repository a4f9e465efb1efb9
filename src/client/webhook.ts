import type { WebhookEvent } from './types.ts';

/** A message that is what it says, or why it is not. */
export type Verified = { kind: 'verified'; id: string; event: WebhookEvent } | { kind: 'rejected'; reason: string };

const PREFIX = 'whsec_';
const TOLERANCE_S = 300;
const HMAC = { name: 'HMAC', hash: 'SHA-256' };

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));

const rejected = (reason: string): Verified => ({ kind: 'rejected', reason });

/** Base64 of a signature, or null for what is none. */
function signatureBytes(text: string): Uint8Array | null {
  try {
    return bytesOf(text);
  } catch {
    return null;
  }
}

/**
 * Whether a message to your endpoint comes from the gateway (Standard Webhooks 1.0). Remember `id`: a repeat has the same.
 * @param secret `whsec_…`; several while you change it
 * @param body as it came, before it is parsed
 * @param now ms
 */
export async function verifyWebhook(
  secret: string | readonly string[],
  headers: Headers,
  body: string,
  now = Date.now(),
): Promise<Verified> {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    headers.get(name),
  );
  if (!id || !timestamp || !signatures) return rejected('A header of Standard Webhooks is missing.');
  const seconds = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN;
  if (!(Math.abs(now / 1000 - seconds) <= TOLERANCE_S)) return rejected('webhook-timestamp is too far from now.');
  const content = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const given = signatures.split(' ').flatMap((one) => (one.startsWith('v1,') ? [one.slice(3)] : []));
  for (const one of typeof secret === 'string' ? [secret] : secret) {
    const key = await crypto.subtle.importKey('raw', bytesOf(one.replace(PREFIX, '')), HMAC, false, ['verify']);
    for (const text of given) {
      const signature = signatureBytes(text);
      if (signature && (await crypto.subtle.verify('HMAC', key, signature, content)))
        return { kind: 'verified', id, event: JSON.parse(body) };
    }
  }
  return rejected('No signature is right.');
}
