import type { Bindings, QueueMessage } from '../../env.ts';
import { consumeEvents } from '../../webhooks/consumer.ts';

/** Deliveries that the Queue was told of and that nobody has made yet. */
let waiting: string[] = [];

const metadata = { metrics: { backlogCount: 0, backlogBytes: 0 } };

/** A Queue whose messages are consumed when the story says so, at its time; later tries are left to the sweep. */
export const collected: Queue<QueueMessage> = {
  metrics: async () => metadata.metrics,
  send: async ({ deliveryId }, options) => {
    if (!options?.delaySeconds) waiting.push(deliveryId);
    return { metadata };
  },
  sendBatch: async (messages, options) => {
    for (const { body } of messages) if (!options?.delaySeconds) waiting.push(body.deliveryId);
    return { metadata };
  },
};

/** Has the gateway's own consumer deliver what waits, until nothing does. */
export async function deliverWaiting(env: Bindings): Promise<void> {
  while (waiting.length > 0) {
    const ids = [...new Set(waiting)];
    waiting = [];
    const messages = ids.map((deliveryId, n) => ({
      id: String(n),
      timestamp: new Date(Date.now()),
      body: { deliveryId },
      attempts: 1,
      retry: () => {},
      ack: () => {},
    }));
    const batch = { queue: 'paylink-events', messages, metadata, retryAll: () => {}, ackAll: () => {} };
    await consumeEvents(batch, env, Date.now());
  }
}

/** When the shop's server was being moved, and from when it was gone for good. */
const outage = { from: Date.UTC(2026, 10, 16, 14), until: Date.UTC(2026, 10, 16, 18) };
const goneFrom = Date.UTC(2026, 10, 23, 9);

/** The demo merchant's own server, which hears webhooks: the only outside that the story has. */
export async function shopServer(): Promise<Response> {
  const now = Date.now();
  if (now >= goneFrom) return new Response('This shop has moved.', { status: 410 });
  if (now >= outage.from && now < outage.until) return new Response('Back soon.', { status: 503 });
  return new Response('ok');
}
