import * as z from 'zod/mini';
import { type Bindings, configOf } from '../env.ts';
import { errorMessage } from '../lib/error-message.ts';
import { log } from '../lib/log.ts';
import { Slots } from '../lib/slots.ts';
import { endpointsOfDue } from '../store/webhook-deliveries.ts';
import type { DeliverDeps } from './deliver.ts';
import { deliverToEndpoint } from './endpoint-queue.ts';

/**
 * Endpoints that one invocation posts to at a time. The platform lets an invocation have six connections that wait for an answer; two are
 * left for D1 and the Queue.
 */
const MAX_OUTSIDE_CALLS = 4;

const Message = z.object({ deliveryId: z.string().check(z.maxLength(200)) });

/** The batch's messages by the delivery that each names. A message that names none is only logged: the Queue could repeat it for ever. */
function messagesByDelivery(batch: MessageBatch<unknown>): Map<string, Message<unknown>[]> {
  const messages = new Map<string, Message<unknown>[]>();
  for (const message of batch.messages) {
    const { data } = Message.safeParse(message.body);
    if (data) messages.set(data.deliveryId, [...(messages.get(data.deliveryId) ?? []), message]);
    else log('error', 'webhook_message_malformed', { queue: batch.queue });
  }
  return messages;
}

/**
 * Delivers what a batch of the Queue names. Every endpoint has a queue of its own, which waits for a slot and claims its deliveries when it
 * has one: two messages that name one delivery are one post, and no lease runs out while its queue waits. Whatever dies in between is
 * due again when its lease ends, under the same `webhook-id`. The Queue repeats what could not be claimed.
 */
export async function consumeEvents(batch: MessageBatch<unknown>, env: Bindings, now: number): Promise<void> {
  const began = Date.now();
  const deps: DeliverDeps = { env, config: configOf(env), clock: () => now + Date.now() - began };
  const messages = messagesByDelivery(batch);
  if (messages.size === 0) return;
  const endpointOf = await endpointsOfDue(env.DB, [...messages.keys()], now);
  const due = [...messages.keys()].filter((id) => endpointOf.has(id));
  const queues = Map.groupBy(due, (id) => endpointOf.get(id) ?? '');
  const slots = new Slots(MAX_OUTSIDE_CALLS);
  const serve = async (endpointId: string, ids: readonly string[]) => {
    try {
      await slots.run(() => deliverToEndpoint(deps, endpointId, ids));
    } catch (error) {
      // The other endpoints' queues go on. What was claimed is due again when its lease ends; what was not, the Queue repeats.
      log('error', 'webhook_queue_failed', { endpointId, deliveries: ids.length, error: errorMessage(error) });
      for (const id of ids) for (const message of messages.get(id) ?? []) message.retry();
    }
  };
  await Promise.all([...queues].map(([endpointId, ids]) => serve(endpointId, ids)));
}
