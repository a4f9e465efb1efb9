import { type Claimed, claimDeliveries, closeDeliveries, releaseDeliveries } from '../store/webhook-deliveries.ts';
import type { WebhookEndpoint } from '../store/webhook-endpoints.ts';
import { callbackSigner } from './callback-secret.ts';
import { type DeliverDeps, deliver, destinationOf } from './deliver.ts';
import { enqueue } from './enqueue.ts';

/** How long a claimed delivery is nobody else's, ms: longer than an endpoint's time in its slot and the last answer that it waits for. */
export const LEASE_MS = 90_000;
/** How long one endpoint keeps its slot, ms. A request that was begun by then is waited for. */
const SLOT_MS = 30_000;
/** Deliveries claimed at a time, unless more were named: so many that 20 endpoints that refuse all stay within the 1,000 queries of an invocation (D1, "Limits"). */
const CLAIM_LIMIT = 8;
/** An endpoint that does not answer gets what was claimed and not tried after this at the latest, ms. */
const UNTRIED_MS = 60_000;

/**
 * Delivers to one endpoint, one request after the other: the deliveries named by `ids`, and then the longest due of the others. While the
 * endpoint takes what it is given, its backlog goes on with another message of the Queue, behind everybody else's.
 */
export async function deliverToEndpoint(deps: DeliverDeps, endpointId: string, ids: readonly string[]): Promise<void> {
  const { env, config, clock } = deps;
  const request = { endpointId, ids, limit: CLAIM_LIMIT, now: clock(), leaseMs: LEASE_MS };
  const { endpoint: found, deliveries, next } = await claimDeliveries(env.DB, request);
  const isOfCallbacks = deliveries.some(({ url }) => url !== null);
  const endpoint = found ?? (isOfCallbacks ? await callbackSigner(env.DB, config, endpointId, clock()) : null);
  if (!endpoint || endpoint.disabledAt !== null) {
    await closeDeliveries(env.DB, deliveries);
    if (next) await enqueue(env.EVENTS, [next]);
    return;
  }
  const { delivered, released } = await deliverInTurn(deps, endpoint, deliveries);
  const following = released ?? next;
  if (delivered && following) await enqueue(env.EVENTS, [following]);
}

const hostOf = (endpoint: WebhookEndpoint, delivery: Claimed) => URL.parse(destinationOf(endpoint, delivery))?.host;

/** Whether the endpoint took anything, and the first delivery that was released when the time was over. */
type Turn = { delivered: boolean; released?: string };

/**
 * When a host does not answer at all, what else is for it is not tried but put off. An endpoint that is gone gets nothing more; the callback
 * URLs of a merchant's sessions, which are one queue, may be many hosts'.
 */
async function deliverInTurn(
  deps: DeliverDeps,
  endpoint: WebhookEndpoint,
  deliveries: readonly Claimed[],
): Promise<Turn> {
  const { env, clock } = deps;
  const until = clock() + SLOT_MS;
  let delivered = false;
  const putOff = new Set<string>();
  for (const [index, delivery] of deliveries.entries()) {
    if (putOff.has(delivery.id)) continue;
    if (clock() > until) {
      const left = deliveries.slice(index).filter(({ id }) => !putOff.has(id));
      await releaseDeliveries(env.DB, left, clock());
      return { delivered, released: delivery.id };
    }
    const { outcome, decision, nextAttemptAt } = await deliver(deps, endpoint, delivery);
    delivered ||= decision.kind === 'delivered';
    const rest = deliveries.slice(index + 1);
    if (decision.kind === 'failed' && decision.gone && delivery.url === null) {
      await closeDeliveries(env.DB, rest);
      return { delivered: false };
    }
    if (outcome.kind !== 'answered') {
      const silent = hostOf(endpoint, delivery);
      const isFor = (one: Claimed) => hostOf(endpoint, one) === silent;
      const latest = clock() + UNTRIED_MS;
      await releaseDeliveries(env.DB, rest.filter(isFor), Math.min(nextAttemptAt ?? latest, latest));
      if (delivery.url === null) return { delivered: false };
      for (const one of rest.filter(isFor)) putOff.add(one.id);
    }
  }
  return { delivered };
}
