import type { Config } from '../env.ts';
import type { DeliveryEvent } from '../model/delivery.ts';
import { parsePaylinkId } from '../paylink-id.ts';
import type { ProviderName } from './port.ts';
import { scrubbed } from './provider-response.ts';

/** A customer's message to our number that says STOP or START; `from` is E.164, `key` the provider's id of the message. */
export type OptOut = { kind: 'stop' | 'start'; from: string; key: string };

/** A provider's request, read: what it reports of our messages, an opt-out, and the types of whatever else was in it. */
export type Report = { events: DeliveryEvent[]; optOut: OptOut | null; ignored: string[] };

/** A report of nothing but one thing that is ignored. */
export const ignoring = (type: string): Report => ({ events: [], optOut: null, ignored: [type] });

/**
 * A provider's HTTP request as it came. `now` in ms. `mayAsk`: a signing key that is not known yet may be looked up, as the sender's
 * address has not posted many callbacks that nobody signed.
 */
export type CallbackRequest = { url: URL; headers: Headers; body: Uint8Array; now: number; mayAsk: boolean };

/**
 * What a provider's request is worth. `not_signed` is one answer for every cause: no secret configured, no signature, a wrong or an old
 * one. `key_unavailable`: the key that it is signed with could not be asked for.
 */
export type CallbackResult =
  | { kind: 'report'; report: Report }
  | { kind: 'not_signed' }
  | { kind: 'unreadable' }
  | { kind: 'key_unavailable' };

/** How one provider's callbacks are read. */
export type CallbackHandler = {
  read(config: Config, request: CallbackRequest): Promise<CallbackResult>;
  /** What the provider wants to hear once the report is stored; without it, any JSON will do. */
  answer?: { contentType: string; body: string };
};

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** A body as JSON; undefined when it is none. */
export function parsedBody(body: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(body));
  } catch {
    return undefined;
  }
}

/** Opt-out words of carriers and of CTIA's guidelines: the whole message, in any case and with any punctuation. */
const STOP_WORDS = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT']);
const START_WORDS = new Set(['START', 'UNSTOP']);

/** Whether a customer's text message asks for no more messages, or for messages again. null: neither. */
export function optOutOf(text: string): 'stop' | 'start' | null {
  const word = text.toUpperCase().replace(/[^A-Z]+/g, '');
  if (STOP_WORDS.has(word)) return 'stop';
  return START_WORDS.has(word) ? 'start' : null;
}

/** What an event type means for the message it is about. */
export type Meaning = Pick<DeliveryEvent, 'status' | 'suppression'>;

/** A meaning; without `suppression` it suppresses nobody. */
export const means = (status: DeliveryEvent['status'], suppression: DeliveryEvent['suppression'] = null): Meaning => ({
  status,
  suppression,
});

/**
 * An event as it is stored. An id that we did not make becomes null; addresses and numbers are removed from the reason. `key` is the
 * provider's own id of the event.
 */
export const deliveryEvent = (
  provider: ProviderName,
  key: string,
  about: { attemptId?: string | null | undefined; paylinkId?: string | null; messageId?: string | null | undefined },
  meaning: Meaning,
  reason: string | null | undefined,
): DeliveryEvent => ({
  id: `${provider}:${key.slice(0, 200)}`,
  provider,
  attemptId: parsePaylinkId(about.attemptId ?? ''),
  paylinkId: parsePaylinkId(about.paylinkId ?? ''),
  messageId: about.messageId ? about.messageId.slice(0, 255) : null,
  ...meaning,
  reason: reason ? scrubbed(reason) || null : null,
});

/** A type if it is fit for a log line, else `other`. */
export const typeForLog = (type: string): string => (/^[\w.-]{1,40}$/.test(type) ? type : 'other');
