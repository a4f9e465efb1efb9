import { type Refusal, refusal } from '../../errors.ts';
import type { Paylink } from '../../model/paylink.ts';

/** Events, attempts and orders of one Paylink. A row and an answer stay far below the platform's 2 MB. */
export const MAX_PARTS = 500;
/** Metadata of a Paylink or of one line, characters of JSON. */
export const MAX_METADATA = 16 * 1024;
/** A provider's id of a message, characters. */
const MAX_MESSAGE_ID = 255;

/** Why a caller may not add an event, or an attempt, to a Paylink; null: there is room. */
export function fullRefusal(paylink: Pick<Paylink, 'events' | 'deliveryLogs'>, attempts = 0): Refusal | null {
  if (paylink.events.length < MAX_PARTS && paylink.deliveryLogs.length + attempts <= MAX_PARTS) return null;
  return refusal(
    'paylink_full',
    `This Paylink holds ${MAX_PARTS} events or deliveries, the most there can be. Create a new one.`,
  );
}

/** With one more, where there is room: what money and providers bring is taken without an event of its own. */
export const withinBounds = <T>(parts: readonly T[], one: T): T[] =>
  parts.length < MAX_PARTS ? [...parts, one] : [...parts];

/** A provider's id of a message as it is kept; null: it is none that could be one. */
export const messageIdOf = (id: string | null): string | null =>
  id !== null && id.length <= MAX_MESSAGE_ID && !/\p{Cc}/u.test(id) ? id : null;
