import * as z from 'zod/mini';
import type { Config } from '../../../env.ts';
import { importEd25519, isFresh, strictBase64, textAndBody, verifyEd25519 } from '../../../lib/signatures.ts';
import {
  type CallbackHandler,
  deliveryEvent,
  ignoring,
  type Meaning,
  means,
  optOutOf,
  parsedBody,
  type Report,
  typeForLog,
} from '../../callback.ts';

/** Whether a request is signed as Telnyx does: Ed25519 over `timestamp|body`. `publicKey` is Base64 of 32 bytes. @param now ms */
export async function verifyTelnyx(
  publicKey: string,
  headers: Headers,
  body: Uint8Array,
  now: number,
): Promise<boolean> {
  const timestamp = headers.get('telnyx-timestamp') ?? '';
  const signature = strictBase64(headers.get('telnyx-signature-ed25519') ?? '');
  const raw = strictBase64(publicKey);
  if (!isFresh(timestamp, now) || signature?.length !== 64 || !raw) return false;
  const key = await importEd25519('raw', raw);
  if (!key) return false;
  return verifyEd25519(key, signature, textAndBody(`${timestamp}|`, body));
}

const Envelope = z.object({
  data: z.object({ id: z.string().check(z.minLength(1)), event_type: z.string(), payload: z.unknown() }),
});

const Outbound = z.object({
  id: z.string().check(z.minLength(1)),
  to: z.array(z.object({ status: z.string() })).check(z.length(1)),
  tags: z.nullish(z.array(z.string())),
  errors: z.nullish(z.array(z.object({ code: z.coerce.string(), title: z.nullish(z.string()) }))),
});

const Inbound = z.object({
  from: z.object({ phone_number: z.string().check(z.regex(/^\+[1-9]\d{6,14}$/)) }),
  to: z.nullish(z.array(z.object({ phone_number: z.string() }))),
  text: z.nullish(z.string()),
});

/** https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks. The status of the one recipient. */
const meanings: Record<string, Meaning> = {
  queued: means('SENT'),
  sending: means('SENT'),
  sent: means('SENT'),
  delivery_unconfirmed: means('SENT'),
  delivered: means('DELIVERED'),
  sending_failed: means('FAILED'),
  delivery_failed: means('FAILED'),
  expired: means('FAILED'),
};

/** Blocked, because the recipient has sent STOP. */
const OPTED_OUT_CODE = '40300';

type Ours = Pick<Config, 'SMS_FROM'>;

/** Reads one event: a status of our message, or an inbound message. The URL is not signed, so the attempt's id is taken from the tag. */
export function telnyxReport(body: unknown, ours: Ours): Report {
  const event = Envelope.safeParse(body).data?.data;
  if (!event) return ignoring('malformed');
  switch (event.event_type) {
    case 'message.sent':
    case 'message.finalized':
      return outbound(event.id, event.payload);
    case 'message.received':
      return inbound(event.id, event.payload, ours);
    default:
      return ignoring(typeForLog(event.event_type));
  }
}

function outbound(key: string, payload: unknown): Report {
  const message = Outbound.safeParse(payload).data;
  const state = message?.to[0]?.status ?? '';
  const meaning = Object.hasOwn(meanings, state) ? meanings[state] : undefined;
  if (!message || !meaning) return ignoring(message ? typeForLog(state) : 'malformed');
  const [error] = message.errors ?? [];
  const about = { attemptId: message.tags?.[0], messageId: message.id };
  const meant = error?.code === OPTED_OUT_CODE ? means(meaning.status, 'stop') : meaning;
  const reason = error ? [error.code, error.title].filter(Boolean).join(' ') : null;
  return { events: [deliveryEvent('telnyx', key, about, meant, reason)], ignored: [], optOut: null };
}

function inbound(key: string, payload: unknown, { SMS_FROM }: Ours): Report {
  const message = Inbound.safeParse(payload).data;
  const kind = message ? optOutOf(message.text ?? '') : null;
  if (!message || !kind) return ignoring(message ? 'inbound' : 'malformed');
  // The key signs for the whole account, which may have other numbers, for other purposes. A message that does not say to whom is heard.
  if (message.to?.length && message.to.every((to) => to.phone_number !== SMS_FROM))
    return ignoring('opt_out_to_another_sender');
  return { events: [], ignored: [], optOut: { kind, from: message.from.phone_number, key } };
}

/** Delivery events, and what customers send to our number. */
export const telnyxCallback: CallbackHandler = {
  async read(config, { headers, body, now }) {
    const { TELNYX_PUBLIC_KEY: key } = config;
    if (!key || !(await verifyTelnyx(key, headers, body, now))) return { kind: 'not_signed' };
    const event = parsedBody(body);
    return event === undefined ? { kind: 'unreadable' } : { kind: 'report', report: telnyxReport(event, config) };
  },
};
