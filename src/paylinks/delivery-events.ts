import { GATEWAY, providerActor, suppressionsBy } from '../audit/record.ts';
import type { Bindings, Config } from '../env.ts';
import { errorMessage } from '../lib/error-message.ts';
import { log } from '../lib/log.ts';
import { Slots } from '../lib/slots.ts';
import { type Turn, type TurnEnd, wholeTurn } from '../lib/turn.ts';
import type { DeliveryEvent } from '../model/delivery.ts';
import { coordinatorOf } from '../paylink-id.ts';
import type { TellOfSuppressions } from '../store/audit.ts';
import {
  dueDeliveryEvents,
  forgetProviderEvents,
  settleDeliveryEvents,
  storeDeliveryEvents,
} from '../store/provider-events.ts';
import { PROVIDER_EVENT_MS } from '../store/retention.ts';
import { insertSuppressions } from '../store/suppressions.ts';
import { enqueue } from '../webhooks/enqueue.ts';
import { MAX_CALLS } from './context.ts';
import { callCoordinator } from './coordinator/client.ts';
import type { DeliveryEventReply } from './coordinator/rpc.ts';
import { suppressionOf } from './recipients/suppressions.ts';

/** What could not be placed the sweep tries again after this, ms. */
const GRACE_MS = 30_000;
/** Events that one sweep takes up, and that one call to a coordinator carries. */
const MAX_SWEPT = 500;
const MAX_CALL = 250;

/** What became of events: their ids, and those that nobody could place yet. */
type Placed = { applied: DeliveryEvent[]; later: DeliveryEvent[] };

/**
 * Takes what a provider reports: the coordinator that an event's ids name applies it at once, durably. What cannot be placed yet, or what
 * suppresses a recipient, is stored in D1 too; once this returns, nothing can be lost.
 * @returns how many events were taken, repeats of such that suppress left out
 */
export async function receiveDeliveryEvents(
  env: Bindings,
  config: Config,
  events: readonly DeliveryEvent[],
  now: number,
): Promise<{ fresh: number }> {
  // A repeat of what suppressed must not undo what a merchant lifted since: those are remembered.
  const suppressing = events.filter(({ suppression }) => suppression !== null);
  const stored = await storeDeliveryEvents(env.DB, suppressing, now, now + GRACE_MS, audited(env, suppressing, now));
  const fresh = events.filter((event) => event.suppression === null || stored.delete(event.id));
  const { applied, later } = await place(env, config, fresh, now);
  const done = applied.filter(({ suppression }) => suppression !== null).map(({ id }) => id);
  await settleDeliveryEvents(env.DB, done, [], now);
  await storeDeliveryEvents(
    env.DB,
    later.filter(({ suppression }) => suppression === null),
    now,
    now + GRACE_MS,
    audited(env, [], now),
  );
  return { fresh: fresh.length };
}

/**
 * Stores events that are to be applied in a moment: should this invocation end before, the sweep applies them.
 * @returns the work of applying them
 */
export async function putOffDeliveryEvents(
  env: Bindings,
  config: Config,
  events: readonly DeliveryEvent[],
  now: number,
): Promise<() => Promise<void>> {
  await storeDeliveryEvents(env.DB, events, now, now + GRACE_MS, audited(env, events, now));
  return async () => {
    const { applied, later } = await place(env, config, events, now);
    const ids = (of: DeliveryEvent[]) => of.map(({ id }) => id);
    await settleDeliveryEvents(env.DB, ids(applied), ids(later), now);
  };
}

/**
 * Applies what is due: events that failed, or came before our own record of their attempt. For the cron. What was tried is due again
 * later, so a turn begins where the last one ended.
 */
export async function sweepProviderEvents(
  env: Bindings,
  config: Config,
  now: number,
  turn: Turn = wholeTurn,
): Promise<TurnEnd> {
  let done = 0;
  let isMore = true;
  do {
    const due = await dueDeliveryEvents(env.DB, now, MAX_SWEPT);
    const { applied, later } = await place(env, config, due, now);
    const ids = (of: DeliveryEvent[]) => of.map(({ id }) => id);
    await settleDeliveryEvents(env.DB, ids(applied), ids(later), now);
    done += due.length;
    isMore = due.length === MAX_SWEPT;
  } while (isMore && turn.mayGoOn());
  const lost = await forgetProviderEvents(env.DB, now - PROVIDER_EVENT_MS);
  if (lost > 0) log('warn', 'provider_events_expired', { events: lost });
  return { done, position: isMore ? 'more' : null };
}

/** Has each coordinator apply the events that name it. One whose ids name none can never be placed: its message is not ours. */
async function place(env: Bindings, config: Config, events: readonly DeliveryEvent[], now: number): Promise<Placed> {
  const placed: Placed = { applied: [], later: [] };
  const named = Map.groupBy(events, ({ paylinkId, attemptId }) => {
    const id = attemptId === null ? null : (paylinkId ?? attemptId);
    return id === null ? null : coordinatorOf(id);
  });
  for (const event of named.get(null) ?? []) {
    log('warn', 'provider_event_of_nothing', { provider: event.provider });
    placed.applied.push(event);
  }
  named.delete(null);
  const slots = new Slots(MAX_CALLS);
  const calls = [...named.values()].flatMap((ofOne) =>
    chunks(ofOne).map((some) => slots.run(() => call(env, config, some, now))),
  );
  for (const { applied, later } of await Promise.all(calls)) {
    placed.applied.push(...applied);
    placed.later.push(...later);
  }
  if (events.length > 0) {
    log('info', 'provider_events_applied', { applied: placed.applied.length, later: placed.later.length });
  }
  return placed;
}

async function call(env: Bindings, config: Config, events: DeliveryEvent[], now: number): Promise<Placed> {
  const [first] = events;
  const id = first?.paylinkId ?? first?.attemptId;
  if (!id) return { applied: [], later: events };
  try {
    const replies = await callCoordinator(env, config, id, (stub) => stub.deliveryEvents(events));
    await suppress(env, events, replies, now);
    const isApplied = (_: DeliveryEvent, n: number) => replies[n]?.kind === 'applied' || replies[n]?.kind === 'nothing';
    return { applied: events.filter(isApplied), later: events.filter((event, n) => !isApplied(event, n)) };
  } catch (error) {
    log('error', 'provider_events_failed', { events: events.length, error: errorMessage(error) });
    return { applied: [], later: events };
  }
}

/** Suppresses recipients whose attempts D1 did not know when the events were stored. */
async function suppress(
  env: Bindings,
  events: readonly DeliveryEvent[],
  replies: readonly DeliveryEventReply[],
  now: number,
): Promise<void> {
  const found = events.flatMap((event, n) => {
    const reply = replies[n];
    if (reply?.kind === 'nothing') log('warn', 'provider_event_of_nothing', { provider: event.provider });
    if (reply?.kind !== 'applied' || !reply.recipient || !event.suppression) return [];
    const { merchantId, ...attempt } = reply.recipient;
    return [{ provider: event.provider, suppression: suppressionOf(merchantId, attempt, event.suppression, now) }];
  });
  for (const [provider, ofOne] of Map.groupBy(found, (one) => one.provider)) {
    const tell = suppressionsBy(env.DB, providerActor(provider), now);
    const suppressions = ofOne.map(({ suppression }) => suppression);
    await enqueue(env.EVENTS, await insertSuppressions(env.DB, suppressions, tell));
  }
}

/** The suppressions of what came in one request, audited as its provider's. */
const audited = (env: Bindings, [first]: readonly DeliveryEvent[], now: number): TellOfSuppressions =>
  suppressionsBy(env.DB, first ? providerActor(first.provider) : GATEWAY, now);

function chunks(events: DeliveryEvent[]): DeliveryEvent[][] {
  const found: DeliveryEvent[][] = [];
  for (let at = 0; at < events.length; at += MAX_CALL) found.push(events.slice(at, at + MAX_CALL));
  return found;
}
