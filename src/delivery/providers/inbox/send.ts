import { withTimeout } from '../../../lib/timeout.ts';
import type { Channel } from '../../../model.ts';
import type { InboxWriter, Message, Provider, ProviderOutcome, SendOptions } from '../../port.ts';

/**
 * Stores messages instead of sending them, for local use and for test-mode merchants. A message has its attempt's id, so writing it
 * again makes no second message.
 */
export function inbox(channel: Channel, write: InboxWriter): Provider {
  const keep = async (message: Message, createdAt: number, { timeoutMs }: SendOptions): Promise<ProviderOutcome> => {
    const email = message.channel === 'EMAIL' ? message : null;
    const written = write({
      id: message.attemptId,
      merchantId: message.merchantId,
      paylinkId: message.paylinkId,
      channel,
      to: message.channel === 'EMAIL' ? message.to.email : message.to,
      subject: email?.subject ?? null,
      text: message.text,
      html: email?.html ?? null,
      createdAt,
    }).then(
      (): ProviderOutcome => ({ kind: 'accepted', messageId: message.attemptId }),
      (): ProviderOutcome => ({ kind: 'unknown', reason: 'the inbox could not be written' }),
    );
    const outcome = await withTimeout(written, timeoutMs);
    return outcome === 'late' ? { kind: 'unknown', reason: `no answer within ${timeoutMs} ms` } : outcome;
  };
  return {
    name: 'inbox',
    channel,
    send: (message, options) => keep(message, Date.now(), options),
    settles: 'repeat',
    settle: (lost, options) => keep(lost.message, lost.attemptedAt, options),
  };
}
