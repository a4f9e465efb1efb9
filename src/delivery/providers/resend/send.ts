import * as z from 'zod/mini';
import type { Config } from '../../../env.ts';
import { nameLine, oneLine } from '../../message/sanitize.ts';
import type { EmailMessage, LostAttempt, Message, Provider, ProviderOutcome, SendOptions } from '../../port.ts';
import { providerRequest } from '../../provider-request.ts';
import { classifyResponse, type Dialect, settled, wrongChannel } from '../../provider-response.ts';

const Taken = z.object({ id: z.string().check(z.minLength(1)) });
const Refused = z.object({ name: z.string(), message: z.optional(z.string()) });

/** Resend forgets a key after 24 h. Asking again with a forgotten key would send a second email. */
const KEY_LIFETIME_MS = 23 * 60 * 60_000;

/** https://resend.com/docs/api-reference/errors. Both idempotency conflicts are a 409, which proves nothing. */
const dialect: Dialect = {
  accepted(body) {
    const answer = Taken.safeParse(body);
    return answer.success ? { kind: 'accepted', messageId: answer.data.id } : null;
  },
  problem(body) {
    const answer = Refused.safeParse(body);
    return answer.success ? { code: answer.data.name, message: answer.data.message } : null;
  },
};

/** Email through Resend. The attempt's id is the idempotency key, so an unknown attempt is settled by asking again. */
export function resend(config: Config): Provider {
  const ask = async (message: Message, options: SendOptions): Promise<ProviderOutcome> => {
    if (message.channel !== 'EMAIL') return wrongChannel;
    const request = {
      method: 'POST' as const,
      headers: {
        authorization: `Bearer ${config.RESEND_API_KEY}`,
        'content-type': 'application/json',
        'idempotency-key': message.attemptId,
      },
      body: JSON.stringify(requestOf(message)),
    };
    return classifyResponse(await providerRequest(`${config.RESEND_BASE_URL}/emails`, request, options), dialect);
  };
  return {
    name: 'resend',
    channel: 'EMAIL',
    send: ask,
    settles: 'repeat',
    async settle(lost: LostAttempt, options: SendOptions) {
      if (Date.now() - lost.attemptedAt > KEY_LIFETIME_MS)
        return { kind: 'unknown', reason: 'too late to ask again: the idempotency key may have expired' };
      return settled(await ask(lost.message, options));
    },
  };
}

function requestOf(message: EmailMessage) {
  return {
    from: mailbox(message.from),
    to: [mailbox(message.to)],
    subject: oneLine(message.subject, 200),
    html: message.html,
    text: message.text,
    ...(message.replyTo === null ? {} : { reply_to: message.replyTo }),
    headers: {
      'List-Unsubscribe': `<${message.unsubscribeUrl}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
    // Tags come back in webhooks.
    tags: [{ name: 'attempt', value: message.attemptId }],
  };
}

/** RFC 5322 name-addr; the name as a quoted string, without what could end it. */
function mailbox({ email, name }: { email: string; name: string | null }): string {
  const phrase = nameLine((name ?? '').replace(/["\\<>]/g, ' '), 100);
  return phrase === '' ? email : `"${phrase}" <${email}>`;
}
