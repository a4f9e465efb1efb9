import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { LoadRequest } from './load.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');

/** The fake provider's signing key: SPKI, Base64. */
export const callbackKey = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
/** The account in the events. */
export const customerHandle = 'bench';

/** A message that a provider accepted: the id of the attempt, and the provider's id of the message. */
export type AcceptedMessage = { id: string; messageId: string };

/** MailChannels reports that a message was delivered. Signed as MailChannels does: RFC 9421, over the body's RFC 9530 digest. */
export function callbackRequest({ id, messageId }: AcceptedMessage): LoadRequest {
  const now = Math.floor(Date.now() / 1000);
  const event = {
    email: 'pay@example.com',
    customer_handle: customerHandle,
    timestamp: now,
    event: 'delivered',
    request_id: messageId,
    smtp_id: messageId,
    campaign_id: id,
    recipients: ['customer@example.com'],
  };
  const body = JSON.stringify([event]);
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
  const params = `("content-digest");created=${now};alg="ed25519";keyid="bench"`;
  const signature = sign(null, Buffer.from(`"content-digest": ${digest}\n"@signature-params": ${params}`), privateKey);
  const headers = {
    'content-type': 'application/json',
    'content-digest': digest,
    'signature-input': `sig_1=${params}`,
    signature: `sig_1=:${signature.toString('base64')}:`,
  };
  return { method: 'POST', path: '/webhooks/mailchannels', headers, body };
}
