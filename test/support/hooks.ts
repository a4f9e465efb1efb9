import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { inject } from 'vitest';
import * as z from 'zod';
import { type Bindings, configOf, type QueueMessage } from '../../src/env.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import { merchantEventTypes } from '../../src/model/webhook.ts';
import { listAttempts } from '../../src/store/webhook-attempts.ts';
import { findEndpoint, type WebhookEndpoint } from '../../src/store/webhook-endpoints.ts';
import { consumeEvents } from '../../src/webhooks/consumer.ts';
import { type EndpointFields, endpointContext, registerEndpoint } from '../../src/webhooks/endpoints.ts';
import { aCaller } from './merchants.ts';
import { contextOf, seedPaylink } from './verbs.ts';

const Requests = z.array(
  z.object({ name: z.string(), headers: z.record(z.string(), z.string()), body: z.string(), behaviour: z.string() }),
);

/** The receiver's endpoint of that name. */
export const hookUrl = (name: string) => `${inject('receiver')}/hook/${name}`;

const receiver = (path: string, body?: object) =>
  fetch(`${inject('receiver')}${path}`, body ? { method: 'POST', body: JSON.stringify(body) } : {});

/** Has the endpoint behave so, one a request, then `after`. */
export async function behave(
  name: string,
  behaviours: (number | string)[],
  after: number | string = 200,
): Promise<void> {
  const answer = await receiver('/_control', { name, behaviours, after });
  if (answer.status !== 200) throw new Error(await answer.text());
}

/** What the endpoint got, once that is at least `count` requests. */
export async function heardBy(name: string, count = 0) {
  const answer = await receiver(`/_heard?name=${name}&count=${count}`);
  return Requests.parse(await answer.json());
}

export const release = (name: string) => receiver(`/_release?name=${name}`);

export type Hook = { endpoint: WebhookEndpoint; secret: string; name: string };

/** An endpoint of the merchant at the receiver, of a name of its own. */
export async function seedHook(
  merchant: Merchant,
  some: Partial<Omit<EndpointFields, 'url'>> = {},
  now = Date.now(),
): Promise<Hook> {
  const name = crypto.randomUUID();
  const made = await registerEndpoint(endpointContext(env, configOf(env), aCaller(merchant), now), {
    url: hookUrl(name),
    description: null,
    eventTypes: ['*'],
    format: 'standard',
    headers: {},
    includeChildren: false,
    ...some,
  });
  if (made.kind === 'refused') throw new Error(made.refusal.detail);
  return { endpoint: made.endpoint, secret: made.secret, name };
}

const DeliveryRow = z.object({
  id: z.string(),
  endpoint_id: z.string(),
  event_id: z.string(),
  event_type: z.enum(merchantEventTypes),
  payload: z.string(),
  status: z.string(),
  attempts: z.int(),
  round: z.int(),
  next_attempt_at: z.int().nullable(),
  created_at: z.int(),
});

/** Every delivery to the endpoint as D1 has it, in the order of the events. */
export async function deliveriesOf(endpointId: string) {
  const { results } = await env.DB.prepare('SELECT * FROM endpoint_deliveries WHERE endpoint_id = ?1 ORDER BY id')
    .bind(endpointId)
    .all();
  return z.array(DeliveryRow).parse(results);
}

/** Has the Queue's consumer see these messages, as the runtime would. */
export async function consume(bodies: readonly unknown[], now: number, bindings: Bindings = env) {
  const messages = bodies.map((body) => ({ id: crypto.randomUUID(), timestamp: new Date(now), attempts: 1, body }));
  const batch = createMessageBatch('paylink-events', messages);
  const ctx = createExecutionContext();
  await consumeEvents(batch, bindings, now);
  return getQueueResult(batch, ctx);
}

/** The Queue's messages that name these deliveries. */
export const messagesFor = (ids: readonly string[]) => ids.map((deliveryId) => ({ deliveryId }));

/** Bindings whose Queue notes what it is sent, and delivers nothing. */
export function notingQueue(): { bindings: Bindings; sent: QueueMessage[] } {
  const sent: QueueMessage[] = [];
  const sendBatch: Queue<QueueMessage>['sendBatch'] = async (messages) => {
    for (const { body } of messages) sent.push(body);
    return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
  };
  return { bindings: { ...env, EVENTS: { ...env.EVENTS, sendBatch } }, sent };
}

/** The id of the nth delivery of a backlog whose first is due at `dueAt` (ms). */
export const backlogId = (endpointId: string, n: number, dueAt: number) =>
  `${endpointId}.${(dueAt + n).toString(16).padStart(12, '0')}.backlog${n}`;

/** Queues `count` deliveries to the endpoint, due from `dueAt` (ms) on, one each millisecond. */
export async function seedBacklog(endpointId: string, count: number, dueAt: number): Promise<void> {
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2)
     INSERT INTO endpoint_deliveries (id, endpoint_id, event_id, event_type, payload, status, next_attempt_at, created_at)
     SELECT ?1 || '.' || printf('%012x', ?3 + i) || '.backlog' || i, ?1, 'backlog' || i, 'paylink.sent', '{}', 'pending', ?3 + i, ?3 + i FROM n`,
  )
    .bind(endpointId, count, dueAt)
    .run();
}

/** Ahead of the clock, so that the runtime's own consumer finds nothing due, by less than a verifier's tolerance of five minutes. */
export const soon = () => Date.now() + 4 * 60 * 1000;

/** A hook with one event queued, due now; nothing but the test's consumer is told of it. */
export async function queueEvent(merchant: Merchant, hook?: Hook) {
  const to = hook ?? (await seedHook(merchant));
  await seedPaylink(merchant, {}, contextOf(merchant, env, soon()));
  const last = (await deliveriesOf(to.endpoint.id)).at(-1);
  if (!last) throw new Error('nothing was queued');
  return { ...to, id: last.id, now: last.created_at, enqueue: { deliveryId: last.id } };
}

/** The merchant as who manages its endpoints. @param now ms */
export const managing = (merchant: Merchant, now: number) =>
  endpointContext(env, configOf(env), aCaller(merchant), now);

export const attemptsOf = ({ endpoint }: Hook) => listAttempts(env.DB, endpoint.id, { limit: 100 });

/** The endpoint as D1 has it now. */
export async function endpointOf({ endpoint }: Hook): Promise<WebhookEndpoint> {
  const found = await findEndpoint(env.DB, endpoint.merchantId, endpoint.id);
  if (!found) throw new Error('the endpoint is gone');
  return found;
}
