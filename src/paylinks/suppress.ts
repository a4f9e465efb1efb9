import { log } from '../log.ts';
import type { Channel, DeliveryLog } from '../model.ts';
import { insertSuppressions, type Suppression, type SuppressionReason } from '../store/suppressions.ts';

/** A suppression of whoever an attempt was sent to. @param now ms */
export const suppressionOf = (
  merchantId: string,
  attempt: Pick<DeliveryLog, 'channel' | 'recipient' | 'recipientHash'>,
  reason: SuppressionReason,
  now: number,
): Suppression => ({
  id: crypto.randomUUID(),
  merchantId,
  channel: attempt.channel,
  recipientHash: attempt.recipientHash,
  recipient: attempt.recipient,
  reason,
  createdAt: now,
});

const optedOutBy: Record<Channel, SuppressionReason> = { EMAIL: 'unsubscribe', SMS: 'stop' };

/**
 * After a provider has refused a recipient that opted out with it: the merchant's next send need not ask again. Never throws, as the
 * refusal itself is already recorded; a failure is only logged.
 */
export async function suppressOptedOut(
  db: D1Database,
  merchantId: string,
  target: { channel: Channel; recipient: string; hash: string },
  now: number,
): Promise<void> {
  const { channel, recipient, hash } = target;
  const attempt = { channel, recipient, recipientHash: hash };
  try {
    await insertSuppressions(db, [suppressionOf(merchantId, attempt, optedOutBy[channel], now)]);
  } catch (error) {
    log('error', 'suppression_failed', {
      merchantId,
      channel,
      error: error instanceof Error ? error.message : 'unknown',
    });
  }
}
