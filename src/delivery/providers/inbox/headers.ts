import { nameLine, oneLine } from '../../message/sanitize.ts';
import type { Message, SendOptions } from '../../port.ts';

/** A mailbox as RFC 5322 writes it. Names stay in Unicode (RFC 6532). */
function mailbox(name: string | null, email: string): string {
  const line = name === null ? '' : nameLine(name, 100);
  return line === '' ? email : `"${line.replace(/["\\]/g, '\\$&')}" <${email}>`;
}

/**
 * What a provider would be given beside the text, as a mail program shows it, in that order. The message's own id is the provider's: the
 * one that callbacks bring. @param at when it was sent, ms
 */
export function headersOf(message: Message, at: number, { traceparent }: SendOptions): Record<string, string> {
  const date = new Date(at).toUTCString().replace('GMT', '+0000');
  const ids = {
    'X-Provider-Message-Id': message.attemptId,
    'X-Paylink-Id': message.paylinkId,
    ...(traceparent ? { Traceparent: traceparent } : {}),
  };
  if (message.channel === 'SMS')
    return { From: message.from, To: message.to, Date: date, 'Status-Callback': message.statusCallbackUrl, ...ids };
  return {
    From: mailbox(message.from.name, message.from.email),
    To: mailbox(message.to.name, message.to.email),
    ...(message.replyTo === null ? {} : { 'Reply-To': message.replyTo }),
    Subject: oneLine(message.subject, 200),
    Date: date,
    'List-Unsubscribe': `<${message.unsubscribeUrl}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    ...ids,
  };
}
