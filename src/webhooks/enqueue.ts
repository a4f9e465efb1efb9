import type { QueueMessage } from '../env.ts';
import { errorMessage } from '../lib/error-message.ts';
import { log } from '../lib/log.ts';

/** Messages in one `sendBatch`, the platform's limit. */
const MAX_BATCH = 100;

/** Wakes the consumer for these deliveries. Best effort: what is lost here, the sweep finds. */
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
    log('warn', 'nudge_failed', {
      deliveries: deliveryIds.length,
      error: errorMessage(error),
    });
  }
}
