import type { Bindings, Config } from '../env.ts';
import { log } from '../lib/log.ts';
import type { DeliveryEvent } from '../model.ts';
import {
  dueDeliveryEvents,
  forgetProviderEvents,
  locateAttempts,
  settleDeliveryEvents,
  storeDeliveryEvents,
} from '../store/provider-events.ts';
import { insertSuppressions } from '../store/suppressions.ts';
import { enqueue } from '../webhooks/enqueue.ts';
import { callCoordinator } from './coordinator/client.ts';
import { suppressionOf } from './recipients/suppressions.ts';

/** What is not applied by then, the sweep applies, ms. */
const graceMs = 30_000;
/** How long an event may wait for its attempt, and what suppressed is remembered, ms. */
const RETENTION_MS = 7 * 24 * 60 * 60 * 1000;
/** Events that one invocation applies, and how many of them at a time; keeps clear of the runtime's limit on subrequests. */
const MAX_BATCH = 500;
const atOnce = 25;

/** `applied` also when there is nothing to apply it to; `later`: its attempt is not known yet, or something failed. */
type Application = 'applied' | 'later';

/**
 * Keeps what a provider reports; once this returns, nothing of it can be lost.
 * @returns how many events are new, and the work of applying them, for after the answer
 */
export async function receiveDeliveryEvents(
  env: Bindings,
  config: Config,
  events: readonly DeliveryEvent[],
  now: number,
): Promise<{ fresh: number; apply: () => Promise<void> }> {
  const stored = await storeDeliveryEvents(env.DB, events, now, now + graceMs);
  const fresh = events.filter((event) => stored.delete(event.id));
  const apply = () =>
    applyAll(env, config, fresh.slice(0, MAX_BATCH), now).catch((error: unknown) => {
      // Nothing is lost: they are stored, and fall due.
      log('error', 'provider_events_put_off', { error: error instanceof Error ? error.message : 'unknown' });
    });
  return { fresh: fresh.length, apply };
}

/** Applies what is due: events that failed, came before our own record of their attempt, or were too many at once. For the cron. */
export async function sweepProviderEvents(env: Bindings, config: Config, now: number): Promise<void> {
  await applyAll(env, config, await dueDeliveryEvents(env.DB, now, MAX_BATCH), now);
  const lost = await forgetProviderEvents(env.DB, now - RETENTION_MS);
  if (lost > 0) log('warn', 'provider_events_expired', { events: lost });
}

async function applyAll(env: Bindings, config: Config, events: readonly DeliveryEvent[], now: number): Promise<void> {
  if (events.length === 0) return;
  const located = await locateAttempts(env.DB, events);
  const ids: Record<Application, string[]> = { applied: [], later: [] };
  for (let at = 0; at < events.length; at += atOnce) {
    const group = events.slice(at, at + atOnce);
    const results = await Promise.all(group.map((event) => apply(env, config, event, located.get(event.id), now)));
    for (const [index, event] of group.entries()) ids[results[index] ?? 'later'].push(event.id);
  }
  await settleDeliveryEvents(env.DB, ids.applied, ids.later, now);
  log('info', 'provider_events_applied', { applied: ids.applied.length, later: ids.later.length });
}

async function apply(
  env: Bindings,
  config: Config,
  event: DeliveryEvent,
  located: { attemptId: string; paylinkId: string } | undefined,
  now: number,
): Promise<Application> {
  const attemptId = located?.attemptId ?? event.attemptId;
  // A Paylink's id that the provider gave back under its signature is as good: the coordinator knows attempts before D1 does.
  const paylinkId = located?.paylinkId ?? event.paylinkId;
  if (!attemptId || !paylinkId) return 'later';
  const { status, messageId, reason } = event;
  try {
    const reply = await callCoordinator(env, config, paylinkId, (stub) =>
      stub.change(paylinkId, null, { kind: 'delivery', attemptId, news: { status, messageId, reason } }),
    );
    const attempt = reply.kind === 'done' ? reply.paylink.deliveryLogs.find((one) => one.id === attemptId) : undefined;
    if (reply.kind === 'refused' || !attempt) {
      log('warn', 'provider_event_of_nothing', { provider: event.provider, paylinkId, attemptId });
      return 'applied';
    }
    if (event.suppression) {
      const suppression = suppressionOf(reply.paylink.merchantId, attempt, event.suppression, now);
      await enqueue(env.EVENTS, await insertSuppressions(env.DB, [suppression]));
    }
    return 'applied';
  } catch (error) {
    const message = error instanceof Error ? error.message : 'unknown';
    log('error', 'provider_event_failed', { provider: event.provider, paylinkId, error: message });
    return 'later';
  }
}
