import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { generateKeyPairSync, hash, sign } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import app from '../../../src/app.ts';
import type { Bindings } from '../../../src/env.ts';

/** A request as a provider sends it. `body` is what goes over the wire. */
export type Callback = { path: string; body: Uint8Array; headers: Record<string, string> };

const bytes = (text: string) => new TextEncoder().encode(text);
const seconds = (now: number) => Math.floor(now / 1000);

const telnyxKeys = generateKeyPairSync('ed25519');
const mailchannelsKeys = generateKeyPairSync('ed25519');

export const twilioToken = 'twilio-token-of-the-tests';
export const twilioAccount = 'AC0123456789abcdef0123456789abcdef';
export const resendSecret = `whsec_${btoa('a secret of twenty-four!')}`;
export const handle = 'acme';
export const mailchannelsKeyId = 'mckey-1';
export const mailchannelsPublicKey = mailchannelsKeys.publicKey
  .export({ format: 'der', type: 'spki' })
  .toString('base64');
/** The raw 32 bytes are the end of the SPKI form (RFC 8410). */
const telnyxPublicKey = telnyxKeys.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');

/** The bindings of a gateway to which every provider reports. */
export const reporting: Bindings = {
  ...env,
  TWILIO_ACCOUNT_SID: twilioAccount,
  TWILIO_AUTH_TOKEN: twilioToken,
  RESEND_WEBHOOK_SECRET: resendSecret,
  TELNYX_PUBLIC_KEY: telnyxPublicKey,
  MAILCHANNELS_CUSTOMER_HANDLE: handle,
  MAILCHANNELS_BASE_URL: 'http://mailchannels.test',
};

/** As MailChannels signs: RFC 9421 over the RFC 9530 digest, by Node's ed25519. */
export function fromMailchannels(events: unknown, now = Date.now(), keyId = mailchannelsKeyId): Callback {
  const body = bytes(JSON.stringify(events));
  const digest = `sha-256=:${hash('sha256', body, 'base64')}:`;
  const params = `("content-digest");created=${seconds(now)};alg="ed25519";keyid="${keyId}"`;
  const base = bytes(`"content-digest": ${digest}\n"@signature-params": ${params}`);
  const signature = sign(null, base, mailchannelsKeys.privateKey).toString('base64');
  const headers = {
    'content-type': 'application/json',
    'content-digest': digest,
    'signature-input': `sig_1=${params}`,
    signature: `sig_1=:${signature}:`,
  };
  return { path: '/webhooks/mailchannels', body, headers };
}

/** As Telnyx signs, by Node's ed25519. */
export function fromTelnyx(event: unknown, now = Date.now(), query = ''): Callback {
  const body = bytes(JSON.stringify(event));
  const timestamp = `${seconds(now)}`;
  const signature = sign(null, bytes(`${timestamp}|${JSON.stringify(event)}`), telnyxKeys.privateKey);
  const headers = {
    'content-type': 'application/json',
    'telnyx-timestamp': timestamp,
    'telnyx-signature-ed25519': signature.toString('base64'),
  };
  return { path: `/webhooks/telnyx${query}`, body, headers };
}

/** As Resend (Svix) signs, by `standardwebhooks`. */
export function fromResend(event: unknown, now = Date.now(), id = `msg_${crypto.randomUUID()}`): Callback {
  const body = JSON.stringify(event);
  const signature = new Webhook(resendSecret).sign(id, new Date(now), body);
  const headers = {
    'content-type': 'application/json',
    'svix-id': id,
    'svix-timestamp': `${seconds(now)}`,
    'svix-signature': signature,
  };
  return { path: '/webhooks/resend', body: bytes(body), headers };
}

/** As Twilio signs, by its own package. */
export function fromTwilio(given: Record<string, string>, query = ''): Callback {
  const parameters = { AccountSid: twilioAccount, ...given };
  const path = `/webhooks/twilio${query}`;
  const url = `${env.PUBLIC_BASE_URL}${path}`;
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-twilio-signature': getExpectedTwilioSignature(twilioToken, url, parameters),
  };
  return { path, body: bytes(new URLSearchParams(parameters).toString()), headers };
}

/** Delivers a callback and waits until what it set in motion is done. */
export async function deliver({ path, body, headers }: Callback, bindings = reporting): Promise<Response> {
  const context = createExecutionContext();
  const request = new Request(`${env.PUBLIC_BASE_URL}${path}`, { method: 'POST', body, headers });
  const response = await app.fetch(request, bindings, context);
  await waitOnExecutionContext(context);
  return response;
}

/** Answers for MailChannels' public keys; everything else is refused. @returns what was asked for */
export function publicKeys(keys: Record<string, string> = { [mailchannelsKeyId]: mailchannelsPublicKey }) {
  const asked: string[] = [];
  const answer = async (input: RequestInfo | URL): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : input);
    const id = url.searchParams.get('id') ?? '';
    asked.push(id);
    const known = url.origin === 'http://mailchannels.test' && url.pathname === '/tx/v1/webhook/public-key';
    return known && Object.hasOwn(keys, id)
      ? Response.json({ id, key: keys[id] })
      : Response.json({ message: 'not found' }, { status: 404 });
  };
  return { asked, answer };
}
