import * as z from 'zod/mini';
import { optOf } from './opt-keyword.ts';
import { deliveryEvent, type Meaning, means, type Report, typeForLog } from './report.ts';
import type { Parameter } from './twilio-signature.ts';

const Status = z.object({
  MessageSid: z.string().check(z.minLength(1)),
  MessageStatus: z.string(),
  ErrorCode: z.optional(z.string()),
});

const Inbound = z.object({
  MessageSid: z.string().check(z.minLength(1)),
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
const optedOut = '21610';

/** A customer's message to our number that says STOP or START; `from` is E.164. */
export type Opt = { kind: 'stop' | 'start'; from: string; key: string };

/** Reads a status callback (`query` is its URL's, ours and signed) or an inbound message. */
export function twilioReport(parameters: readonly Parameter[], query: URLSearchParams): Report & { opt: Opt | null } {
  const form = Object.fromEntries(parameters);
  const status = Status.safeParse(form).data;
  if (!status || status.MessageStatus.startsWith('receiv')) return inbound(form);
  const { MessageSid: sid, MessageStatus: state, ErrorCode: code } = status;
  const meaning = Object.hasOwn(meanings, state) ? meanings[state] : undefined;
  if (!meaning) return { events: [], ignored: [typeForLog(state)], opt: null };
  const about = { attemptId: query.get('attempt'), paylinkId: query.get('paylink'), messageId: sid };
  const meant = code === optedOut ? means(meaning.status, 'stop') : meaning;
  const reason = code ? `error ${code}` : null;
  return { events: [deliveryEvent('twilio', `${sid}:${state}`, about, meant, reason)], ignored: [], opt: null };
}

function inbound(form: unknown): Report & { opt: Opt | null } {
  const message = Inbound.safeParse(form).data;
  const kind = message ? optOf(message.OptOutType || message.Body || '') : null;
  if (!message || !kind) return { events: [], ignored: [message ? 'inbound' : 'malformed'], opt: null };
  return { events: [], ignored: [], opt: { kind, from: message.From, key: message.MessageSid } };
}
