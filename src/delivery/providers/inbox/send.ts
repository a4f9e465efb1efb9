import type { Channel } from '../../../model.ts';
import type { InboxWriter, Message, Provider, ProviderOutcome, SendOptions } from '../../port.ts';

/**
 * Keeps messages instead of sending them: local use and test-mode merchants. A message's id is its attempt's, so that writing it again
 * is no second message.
 */
export function inbox(channel: Channel, write: InboxWriter): Provider {
  const keep = (message: Message, createdAt: number, options: SendOptions): Promise<ProviderOutcome> => {
    const email = message.channel === 'EMAIL' ? message : null;
    const kept = write({
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
    return within(options.timeoutMs, kept);
  };
  return {
    name: 'inbox',
    channel,
    send: (message, options) => keep(message, Date.now(), options),
    settles: 'repeat',
    settle: (lost, options) => keep(lost.message, lost.attemptedAt, options),
  };
}

function within(timeoutMs: number, kept: Promise<ProviderOutcome>): Promise<ProviderOutcome> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve({ kind: 'unknown', reason: `no answer within ${timeoutMs} ms` }), timeoutMs);
    kept.then((outcome) => {
      clearTimeout(late);
      resolve(outcome);
    });
  });
}
