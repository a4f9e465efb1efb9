import { refusal } from '../errors.ts';
import { enqueuePayloadTo } from '../store/outbox.ts';
import { listAttempts, requeueDelivery, requeueSince, type WebhookAttempt } from '../store/webhook-attempts.ts';
import { LEASE_MS } from './endpoint-queue.ts';
import { type EndpointContext, type Managed, noEndpoint, readEndpoint, refuse } from './endpoints.ts';
import { enqueue } from './enqueue.ts';
import { envelope } from './payload.ts';

/** Deliveries that one call queues again. */
const MAX_REPLAYED = 5_000;
/** Of those, how many get a message at once. The others follow with the endpoint's backlog. */
const MAX_ENQUEUED = 100;

const disabled = refusal('conflict', 'The webhook endpoint is disabled. Enable it first.');

/** What has deliveries: an endpoint, or under the merchant's own id the callback URLs of its sessions, which nothing disables. */
const readQueue = async (
  ctx: EndpointContext,
  id: string,
): Promise<Managed<{ endpoint: { disabledAt: number | null } }>> =>
  id === ctx.merchantId ? { kind: 'done', endpoint: { disabledAt: null } } : readEndpoint(ctx, id);

async function active(ctx: EndpointContext, endpointId: string) {
  const found = await readQueue(ctx, endpointId);
  return found.kind === 'done' && found.endpoint.disabledAt !== null ? refuse(disabled) : found;
}

/** Sends an `endpoint.test` event to this endpoint, like any other event. */
export async function testEndpoint(
  ctx: EndpointContext,
  endpointId: string,
): Promise<Managed<{ eventId: string; deliveryId: string }>> {
  const { merchantId, now } = ctx;
  if (endpointId === merchantId) return refuse(noEndpoint);
  const found = await active(ctx, endpointId);
  if (found.kind === 'refused') return found;
  const id = crypto.randomUUID();
  const type = 'endpoint.test';
  const payload = envelope(type, now, { endpointId, merchantId });
  const event = { id, merchantId, type, paylinkId: null, payload, createdAt: now, callbackUrl: null } as const;
  const deliveryId = await enqueuePayloadTo(ctx.db, endpointId, event);
  if (!deliveryId) return refuse(noEndpoint);
  await enqueue(ctx.env.EVENTS, [deliveryId]);
  return { kind: 'done', eventId: id, deliveryId };
}

export type ReplayOf = { deliveryId: string } | { since: number };

/**
 * Queues deliveries of the last 30 days again under their old `webhook-id`: one, or all of events since a time (ms), delivered ones too.
 * `nextSince`: where to go on when there were more than one call takes.
 */
export async function replayDeliveries(
  ctx: EndpointContext,
  endpointId: string,
  of: ReplayOf,
): Promise<Managed<{ queued: number; nextSince: number | null }>> {
  const { db, env, now } = ctx;
  const found = await active(ctx, endpointId);
  if (found.kind === 'refused') return found;
  if ('deliveryId' in of) {
    const requeued = await requeueDelivery(db, endpointId, of.deliveryId, now, LEASE_MS);
    if (requeued === 'unknown') return refuse({ ...noEndpoint, detail: 'Delivery was not found.' });
    if (requeued === 'queued') await enqueue(env.EVENTS, [of.deliveryId]);
    return { kind: 'done', queued: 1, nextSince: null };
  }
  const { ids, nextSince } = await requeueSince(db, endpointId, of.since, now, LEASE_MS, MAX_REPLAYED);
  await enqueue(env.EVENTS, ids.slice(0, MAX_ENQUEUED));
  return { kind: 'done', queued: ids.length, nextSince };
}

/** An endpoint's attempts of the last 30 days, those of its latest delivery first. */
export async function attemptsOf(
  ctx: EndpointContext,
  endpointId: string,
  page: { limit: number; after: string | undefined },
): Promise<Managed<{ page: WebhookAttempt[]; more: boolean }>> {
  const found = await readQueue(ctx, endpointId);
  if (found.kind === 'refused') return found;
  const attempts = await listAttempts(ctx.db, endpointId, { limit: page.limit + 1, after: page.after });
  return { kind: 'done', page: attempts.slice(0, page.limit), more: attempts.length > page.limit };
}
