import * as z from 'zod/mini';
import type { Config } from '../../../env.ts';
import { utf8 } from '../../../lib/encoding.ts';
import { strictBase64 } from '../../../lib/signatures.ts';
import {
  type CallbackHandler,
  deliveryEvent,
  ignoring,
  type Meaning,
  means,
  optOutOf,
  type Report,
  typeForLog,
} from '../../callback.ts';

/** A parameter of a form, in the order of the body. */
export type Parameter = [name: string, value: string];

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a form as Twilio writes it; null: it is none. The signature covers the form's values, not its bytes, so an escape is accepted
 * only in its normal spelling (RFC 3986 §2.1, upper case).
 */
export function readForm(body: Uint8Array): Parameter[] | null {
  try {
    const text = decoder.decode(body);
    if (/%(?![0-9A-F]{2})/.test(text)) return null;
    // Throws unless the escapes are UTF-8.
    decodeURIComponent(text);
    return [...new URLSearchParams(text)];
  } catch {
    return null;
  }
}

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** The bytes of a signature header if it looks like one: the Base64 of 20 bytes. */
export function signatureOf(header: string | null): Uint8Array | null {
  const bytes = header === null ? null : strictBase64(header);
  return bytes?.length === 20 ? bytes : null;
}

/**
 * Whether `header` (X-Twilio-Signature) is base64(HMAC-SHA1(auth token, url + sorted name and value of each parameter)).
 * https://www.twilio.com/docs/usage/security. Of a repeated parameter each different value counts once. No time is signed.
 */
export async function verifyTwilio(
  token: string,
  url: string,
  parameters: readonly Parameter[],
  header: string,
): Promise<boolean> {
  const signature = signatureOf(header);
  if (!signature) return false;
  const values = new Map<string, Set<string>>();
  for (const [name, value] of parameters) values.set(name, (values.get(name) ?? new Set()).add(value));
  const pairs = [...values]
    .sort(([a], [b]) => byText(a, b))
    .flatMap(([name, all]) => [...all].sort(byText).map((value) => name + value));
  const algorithm = { name: 'HMAC', hash: 'SHA-1' };
  const key = await crypto.subtle.importKey('raw', utf8(token), algorithm, false, ['verify']);
  return crypto.subtle.verify(algorithm.name, key, signature, utf8(url + pairs.join('')));
}

const Status = z.object({
  MessageSid: z.string().check(z.minLength(1)),
  MessageStatus: z.string(),
  ErrorCode: z.optional(z.string()),
});

const Inbound = z.object({
  AccountSid: z.optional(z.string()),
  MessageSid: z.string().check(z.minLength(1)),
  To: z.optional(z.string()),
  MessagingServiceSid: z.optional(z.string()),
  From: z.string().check(z.regex(/^\+[1-9]\d{6,14}$/)),
  Body: z.optional(z.string()),
  OptOutType: z.optional(z.string()),
});

/** https://www.twilio.com/docs/messaging/api/message-resource#message-status-values */
const meanings: Record<string, Meaning> = {
  accepted: means('SENT'),
  scheduled: means('SENT'),
  queued: means('SENT'),
  sending: means('SENT'),
  sent: means('SENT'),
  delivered: means('DELIVERED'),
  read: means('DELIVERED'),
  undelivered: means('FAILED'),
  failed: means('FAILED'),
  canceled: means('FAILED'),
};

/** https://www.twilio.com/docs/api/errors/21610: the recipient has opted out of messages from this sender. */
const OPTED_OUT_CODE = '21610';

type Ours = Pick<Config, 'TWILIO_ACCOUNT_SID' | 'SMS_FROM'>;

/** Reads a status callback (`query` is its URL's, ours and signed) or an inbound message. */
export function twilioReport(parameters: readonly Parameter[], query: URLSearchParams, ours: Ours): Report {
  const form = Object.fromEntries(parameters);
  const status = Status.safeParse(form).data;
  if (!status || status.MessageStatus.startsWith('receiv')) return inbound(form, ours);
  const { MessageSid: sid, MessageStatus: state, ErrorCode: code } = status;
  const meaning = Object.hasOwn(meanings, state) ? meanings[state] : undefined;
  if (!meaning) return ignoring(typeForLog(state));
  const about = { attemptId: query.get('attempt'), paylinkId: query.get('paylink'), messageId: sid };
  const meant = code === OPTED_OUT_CODE ? means(meaning.status, 'stop') : meaning;
  const reason = code ? `error ${code}` : null;
  return { events: [deliveryEvent('twilio', `${sid}:${state}`, about, meant, reason)], ignored: [], optOut: null };
}

/** The auth token signs for the whole account, which may have other numbers, for other purposes. */
const isToUs = (message: z.infer<typeof Inbound>, ours: Ours): boolean =>
  message.AccountSid === ours.TWILIO_ACCOUNT_SID &&
  (message.To === ours.SMS_FROM || message.MessagingServiceSid === ours.SMS_FROM);

function inbound(form: unknown, ours: Ours): Report {
  const message = Inbound.safeParse(form).data;
  const kind = message ? optOutOf(message.OptOutType || message.Body || '') : null;
  if (!message || !kind) return ignoring(message ? 'inbound' : 'malformed');
  if (!isToUs(message, ours)) return ignoring('opt_out_to_another_sender');
  return { events: [], ignored: [], optOut: { kind, from: message.From, key: message.MessageSid } };
}

/** Status callbacks, and what customers send to our number. */
export const twilioCallback: CallbackHandler = {
  async read(config, request) {
    const { TWILIO_AUTH_TOKEN: token, PUBLIC_BASE_URL } = config;
    const { url, headers } = request;
    const signature = headers.get('x-twilio-signature');
    // A form is work to read, and to sort for its signature: not for whoever cannot have signed it.
    if (!token || !signatureOf(signature)) return { kind: 'not_signed' };
    const form = readForm(request.body);
    // The URL that Twilio was given is signed, whatever host a proxy in front of us made of it.
    const signedUrl = `${PUBLIC_BASE_URL}${url.pathname}${url.search}`;
    if (!form || !(await verifyTwilio(token, signedUrl, form, signature ?? ''))) return { kind: 'not_signed' };
    return { kind: 'report', report: twilioReport(form, url.searchParams, config) };
  },
  // TwiML without a reply: Twilio itself answers a STOP.
  answer: { contentType: 'text/xml', body: '<?xml version="1.0" encoding="UTF-8"?><Response/>' },
};
