import * as z from 'zod';
import type { Config } from '../src/env.ts';

type Message = {
  attemptId: string;
  to: { email: string; name: string | null };
  from: { email: string; name: string };
  replyTo: string | null;
  subject: string;
  html: string;
  text: string;
  unsubscribeUrl: string;
};

const Taken = z.object({ results: z.array(z.object({ message_id: z.string(), status: z.literal('sent') })).min(1) });

/** One email by MailChannels' HTTP API. What went wrong on the way counts as refused: the usual shortcut. */
export async function mailchannelsSend(
  config: Config,
  message: Message,
): Promise<{ kind: 'taken'; messageId: string } | { kind: 'refused'; reason: string }> {
  const { to, from, replyTo, subject, html, text, unsubscribeUrl } = message;
  const person = ({ email, name }: Message['to']) => (name === null ? { email } : { email, name });
  try {
    const response = await fetch(`${config.MAILCHANNELS_BASE_URL}/tx/v1/send`, {
      method: 'POST',
      headers: { 'x-api-key': config.MAILCHANNELS_API_KEY ?? '', 'content-type': 'application/json' },
      body: JSON.stringify({
        campaign_id: message.attemptId,
        personalizations: [{ to: [person(to)] }],
        from: person(from),
        ...(replyTo === null ? {} : { reply_to: { email: replyTo } }),
        subject,
        content: [
          { type: 'text/plain', value: text },
          { type: 'text/html', value: html },
        ],
        headers: {
          'List-Unsubscribe': `<${unsubscribeUrl}>`,
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        },
      }),
      signal: AbortSignal.timeout(config.PROVIDER_TIMEOUT_MS),
    });
    const taken = Taken.safeParse(await response.json());
    const [result] = taken.data?.results ?? [];
    return response.ok && result
      ? { kind: 'taken', messageId: result.message_id }
      : { kind: 'refused', reason: `answered ${response.status}` };
  } catch (error) {
    return { kind: 'refused', reason: error instanceof Error ? error.message : 'unknown' };
  }
}
