import type { DeliveryEvent, ReportingProvider } from '../model.ts';
import { parsePaylinkId } from '../paylink-id.ts';
import { scrubbed } from './provider-response.ts';

/** What carriers and CTIA's guidelines take for an opt-out; the whole message, whatever its case and punctuation. */
const stops = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT']);
const starts = new Set(['START', 'UNSTOP']);

/** What a customer's text message says about further messages; null: nothing. */
export function optOutOf(text: string): 'stop' | 'start' | null {
  const word = text.toUpperCase().replace(/[^A-Z]+/g, '');
  if (stops.has(word)) return 'stop';
  return starts.has(word) ? 'start' : null;
}

/** A provider's request, read: what it reports of our messages, and the types of whatever else was in it. */
export type Report = { events: DeliveryEvent[]; ignored: string[] };

/** What an event type means for the message it is about. */
export type Meaning = Pick<DeliveryEvent, 'status' | 'suppression'>;

/** The same for a type that suppresses nobody. */
export const means = (status: DeliveryEvent['status'], suppression: DeliveryEvent['suppression'] = null): Meaning => ({
  status,
  suppression,
});

/**
 * An event as it is kept. Ids that are not of our making name nothing; a reason is scrubbed of addresses and numbers; `key` is what
 * the provider calls the event.
 */
export const deliveryEvent = (
  provider: ReportingProvider,
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

/** A type as it may stand in a log line. */
export const typeForLog = (type: string): string => (/^[\w.-]{1,40}$/.test(type) ? type : 'other');
