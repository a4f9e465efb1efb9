import { log } from '../../lib/log.ts';
import type { DeliveryEvent } from '../../model/delivery.ts';
import { locateAttempts } from '../../store/provider-events.ts';
import { applyChange } from '../domain/apply-change.ts';
import type { Journal } from './journal.ts';
import type { Operations } from './operations.ts';
import type { PaylinkCache } from './paylink-cache.ts';
import type { CachedPaylink } from './pending-changes.ts';
import type { DeliveryEventReply } from './rpc.ts';

export type CallbacksDeps = {
  db: D1Database;
  cache: PaylinkCache;
  journal: Journal;
  operations: Operations;
  now: () => number;
};

const later: DeliveryEventReply = { kind: 'later' };
const nothing: DeliveryEventReply = { kind: 'nothing' };

/** What providers report of attempts: many at a time, one journal row a Paylink, one batch to D1 for all. */
export class Callbacks {
  readonly #deps: CallbacksDeps;

  constructor(deps: CallbacksDeps) {
    this.#deps = deps;
  }

  /** The replies in the events' order, once what they changed is durable. An event whose Paylink could not be read is `later`. */
  async apply(events: readonly DeliveryEvent[]): Promise<DeliveryEventReply[]> {
    const { cache } = this.#deps;
    const paylinkOf = await this.#locate(events);
    const replies = new Map<DeliveryEvent, DeliveryEventReply>();
    const byPaylink = Map.groupBy(events, (event) => paylinkOf.get(event) ?? '');
    byPaylink.delete('');
    await cache.load([...byPaylink.keys()]);
    const changed: CachedPaylink[] = [];
    for (const [id, ofPaylink] of byPaylink) {
      const entry = await cache.get(id).catch((error: unknown) => {
        log('error', 'callback_not_loaded', { paylinkId: id, error: String(error) });
        return 'unread' as const;
      });
      if (entry === 'unread') continue;
      if (!entry) for (const event of ofPaylink) replies.set(event, nothing);
      else if (this.#applyTo(entry, ofPaylink, replies)) changed.push(entry);
    }
    await Promise.all(changed.map((entry) => cache.project(entry)));
    return events.map((event) => replies.get(event) ?? later);
  }

  /** The Paylink that each event is about: named by the provider, known here, or by one query. Unknown ones are left out. */
  async #locate(events: readonly DeliveryEvent[]): Promise<Map<DeliveryEvent, string>> {
    const { db, cache } = this.#deps;
    const known = new Map<DeliveryEvent, string>();
    const unknown: { event: DeliveryEvent; attemptId: string }[] = [];
    for (const event of events) {
      const { attemptId } = event;
      const paylinkId = event.paylinkId ?? (attemptId === null ? null : cache.paylinkOf(attemptId));
      if (paylinkId) known.set(event, paylinkId);
      else if (attemptId !== null) unknown.push({ event, attemptId });
    }
    const located = await locateAttempts(db, [...new Set(unknown.map(({ attemptId }) => attemptId))]);
    for (const { event, attemptId } of unknown) {
      const paylinkId = located.get(attemptId);
      if (paylinkId) known.set(event, paylinkId);
    }
    return known;
  }

  /** Runs without an `await`. @returns whether the Paylink changed */
  #applyTo(
    entry: CachedPaylink,
    events: readonly DeliveryEvent[],
    replies: Map<DeliveryEvent, DeliveryEventReply>,
  ): boolean {
    const { cache, journal, operations, now: clock } = this.#deps;
    const before = entry.paylink;
    journal.together(() => {
      for (const event of events) {
        const { attemptId, status, messageId, reason } = event;
        const attempt = entry.paylink.deliveryLogs.find(
          ({ id, provider }) => id === attemptId && provider === event.provider,
        );
        if (!attempt) {
          replies.set(event, nothing);
          continue;
        }
        const now = clock();
        const news = { status, messageId, reason };
        const applied = applyChange(entry.paylink, { kind: 'delivery', attemptId: attempt.id, news }, now);
        if (applied.kind === 'changed') cache.commit(entry, applied.paylink, now);
        const { channel, recipient, recipientHash } = attempt;
        const recipientOf = { merchantId: entry.paylink.merchantId, channel, recipient, recipientHash };
        replies.set(event, { kind: 'applied', recipient: event.suppression ? recipientOf : null });
      }
      if (entry.paylink !== before) operations.afterDeliveryEvent(entry);
    });
    return entry.paylink !== before;
  }
}
