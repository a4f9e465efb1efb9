import { scrubbed } from '../../delivery/providers/verdict.ts';
import { parsePaylinkId } from '../../paylinks/id.ts';
import type { DeliveryEvent, ReportingProvider } from '../../store/provider-events.ts';

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
