import type { QueueMessage } from '../env.ts';
import { errorMessage } from '../lib/error-message.ts';
import { log } from '../lib/log.ts';

/** Messages in one `sendBatch`, the platform's limit. */
const MAX_BATCH = 100;

/** Sends one message of the Queue for each delivery. It never throws: a delivery whose message is lost is found by the sweep. */
export async function enqueue(
  queue: Queue<QueueMessage>,
  deliveryIds: readonly string[],
  delaySeconds?: number,
): Promise<void> {
  try {
    for (let at = 0; at < deliveryIds.length; at += MAX_BATCH) {
      const part = deliveryIds.slice(at, at + MAX_BATCH);
      const messages = part.map((deliveryId) => ({ body: { deliveryId } }));
      await queue.sendBatch(messages, delaySeconds === undefined ? {} : { delaySeconds });
    }
  } catch (error) {
    log('warn', 'enqueue_failed', {
      deliveries: deliveryIds.length,
      error: errorMessage(error),
    });
  }
}
