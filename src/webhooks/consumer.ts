import * as z from 'zod/mini';
import { type Bindings, configOf } from '../env.ts';
import { log } from '../lib/log.ts';
import { type Claimed, claimDeliveries, closeDeliveries, releaseDeliveries } from '../store/webhook-deliveries.ts';
import type { WebhookEndpoint } from '../store/webhook-endpoints.ts';
import { type DeliverDeps, deliver } from './deliver.ts';

/** How long a claimed delivery is nobody else's, ms: longer than a lane and the last answer it waits for. */
export const leaseMs = 90_000;
/** How long one endpoint's deliveries of a batch may take; what is left is queued again, ms. */
const ENDPOINT_BUDGET_MS = 30_000;

const Nudge = z.object({ deliveryId: z.string().check(z.maxLength(200)) });

/**
 * The deliveries of one endpoint, one after the other, so that a slow endpoint takes one of a Worker's six connections and no more. When
 * it does not answer at all, the rest is not tried but put off with it.
 */
async function deliverToEndpoint(
  deps: DeliverDeps,
  endpoint: WebhookEndpoint | undefined,
  queued: Claimed[],
): Promise<void> {
  const { env, clock } = deps;
  if (!endpoint || endpoint.disabledAt !== null) return closeDeliveries(env.DB, queued);
  const until = clock() + ENDPOINT_BUDGET_MS;
  for (const [index, delivery] of queued.entries()) {
    if (clock() > until) return releaseDeliveries(env.DB, queued.slice(index), clock());
    const { outcome, verdict, nextAttemptAt } = await deliver(deps, endpoint, delivery);
    const rest = queued.slice(index + 1);
    if (verdict.kind === 'failed' && verdict.gone) return closeDeliveries(env.DB, rest);
    if (outcome.kind !== 'answered') return releaseDeliveries(env.DB, rest, nextAttemptAt ?? clock() + retryUntriedMs);
  }
}

/** When deliveries are tried whose endpoint just failed another for the last time, ms. */
const retryUntriedMs = 60_000;

/**
 * Delivers what a batch of the Queue names: endpoints in parallel, each row claimed first, so that two nudges are one delivery. Whatever
 * dies in between is due again when its lease ends, under the same `webhook-id`; a batch that could not be claimed the Queue repeats.
 */
export async function consumeEvents(batch: MessageBatch<unknown>, env: Bindings, now: number): Promise<void> {
  const began = Date.now();
  const deps: DeliverDeps = { env, config: configOf(env), clock: () => now + Date.now() - began };
  const ids = new Set<string>();
  for (const { body } of batch.messages) {
    const enqueue = Nudge.safeParse(body);
    if (enqueue.success) ids.add(enqueue.data.deliveryId);
    else log('error', 'nudge_malformed', { queue: batch.queue });
  }
  if (ids.size === 0) return;
  const { deliveries, endpoints } = await claimDeliveries(env.DB, [...ids], now, leaseMs);
  const queues = Map.groupBy(deliveries, ({ endpointId }) => endpointId);
  await Promise.all(
    [...queues].map(async ([endpointId, queued]) => {
      const endpoint = endpoints.find(({ id }) => id === endpointId);
      try {
        await deliverToEndpoint(deps, endpoint, queued);
      } catch (error) {
        // One endpoint's trouble is not the batch's: the others' attempts stand, this one's leases run out.
        log('error', 'webhook_lane_failed', {
          endpointId,
          deliveries: queued.length,
          error: error instanceof Error ? error.message : 'unknown',
        });
      }
    }),
  );
}
