import * as z from 'zod/mini';
import { sha256Hex, utf8 } from '../../encoding.ts';
import { deliveryEvent, type Meaning, means, type Report, typeForLog } from './report.ts';

const text = z.nullish(z.string());

/** `email` in an event is the sender; whom it was sent to is in `recipients`, which is not needed: the attempt says so. */
const Event = z.object({
  event: z.string(),
  campaign_id: text,
  smtp_id: text,
  status: z.nullish(z.union([z.string(), z.number()])),
  reason: text,
});

/** All events are of one account, and it says so. */
const Owned = z.object({ customer_handle: z.string() });

/** https://docs.mailchannels.net/email-api/: what opens, clicks, complains or unsubscribes was delivered. A soft bounce is tried again. */
const meanings: Record<string, Meaning> = {
  processed: means('SENT'),
  'soft-bounced': means('SENT'),
  delivered: means('DELIVERED'),
  open: means('DELIVERED'),
  click: means('DELIVERED'),
  dropped: means('FAILED'),
  'hard-bounced': means('BOUNCED', 'hard_bounce'),
  complained: means('DELIVERED', 'complaint'),
  unsubscribed: means('DELIVERED', 'unsubscribe'),
};

/** Whether every event is of the account `handle`: any other account's events are as validly signed. */
export const isOwn = (events: readonly unknown[], handle: string): boolean =>
  events.every((event) => Owned.safeParse(event).data?.customer_handle === handle);

/** Reads a batch. The events have no ids of their own: equal ones are the same. */
export async function mailchannelsReport(batch: readonly unknown[]): Promise<Report> {
  const report: Report = { events: [], ignored: [] };
  for (const item of batch) {
    const event = Event.safeParse(item).data;
    const meaning = event && Object.hasOwn(meanings, event.event) ? meanings[event.event] : undefined;
    if (!event || !meaning) {
      report.ignored.push(event ? typeForLog(event.event) : 'malformed');
      continue;
    }
    const key = await sha256Hex(utf8(JSON.stringify(item)));
    const about = { attemptId: event.campaign_id, messageId: event.smtp_id };
    const reason = [event.status, event.reason].filter((part) => part !== null && part !== undefined).join(' ');
    report.events.push(deliveryEvent('mailchannels', key, about, meaning, reason));
  }
  return report;
}
