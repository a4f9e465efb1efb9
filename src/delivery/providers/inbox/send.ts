import { withTimeout } from '../../../lib/timeout.ts';
import type { Channel } from '../../../model/delivery.ts';
import type { InboxWriter, Message, Provider, ProviderOutcome, SendOptions } from '../../port.ts';
import { headersOf } from './headers.ts';
import { rehearsalOf } from './rehearse.ts';

/**
 * Stores messages instead of sending them, for local use and for test-mode merchants. A message has its attempt's id, so writing it
 * again makes no second message. In the sandbox some recipients rehearse what else may happen.
 */
export function inbox(channel: Channel, write: InboxWriter, sandbox = false): Provider {
  const keep = async (message: Message, createdAt: number, options: SendOptions): Promise<ProviderOutcome> => {
    const { timeoutMs } = options;
    const to = message.channel === 'EMAIL' ? message.to.email : message.to;
    const { answer, delayMs } = sandbox ? rehearsalOf(to) : { answer: null, delayMs: 0 };
    if (answer) return answer;
    if (delayMs > 0) await scheduler.wait(Math.min(delayMs, timeoutMs));
    const email = message.channel === 'EMAIL' ? message : null;
    const written = write({
      id: message.attemptId,
      merchantId: message.merchantId,
      paylinkId: message.paylinkId,
      channel,
      to,
      subject: email?.subject ?? null,
      text: message.text,
      html: email?.html ?? null,
      createdAt,
      headers: headersOf(message, createdAt, options),
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
