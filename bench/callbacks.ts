import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { Shot } from './load.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');

/** What the fake provider gives as its signing key: SPKI, Base64. */
export const callbackKey = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
/** The account that the events are of. */
export const customerHandle = 'bench';

/** A message that a provider took: our id of the attempt, and the provider's of the message. */
export type Taken = { id: string; messageId: string };

/** MailChannels' news that a message was delivered, signed as it signs (RFC 9421, over the body's RFC 9530 digest). */
export function callbackShot({ id, messageId }: Taken): Shot {
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
