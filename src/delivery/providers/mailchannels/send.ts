import { Emails, MailChannelsClient } from 'mailchannels-sdk';
import * as z from 'zod/mini';
import type { Config } from '../../../env.ts';
import { nameLine, oneLine } from '../../message/sanitize.ts';
import type { EmailMessage, Message, Provider, ProviderOutcome, SendOptions } from '../../port.ts';
import { type Answer, providerRequest } from '../../provider-request.ts';
import { classifyResponse, type Dialect, refused, wrongChannel } from '../../provider-response.ts';

const Taken = z.object({
  request_id: z.optional(z.string()),
  results: z
    .array(
      z.object({
        status: z.enum(['sent', 'failed']),
        message_id: z.optional(z.string()),
        reason: z.optional(z.string()),
      }),
    )
    .check(z.length(1)),
});
const Refused = z.union([
  z.pipe(
    z.object({ errors: z.array(z.string()).check(z.minLength(1)) }),
    z.transform(({ errors }) => errors.join('; ')),
  ),
  z.pipe(
    z.object({ message: z.string() }),
    z.transform(({ message }) => message),
  ),
]);

/** https://docs.mailchannels.net/email-api/. A 202 may still say that the message failed. */
const dialect: Dialect = {
  accepted(body) {
    const answer = Taken.safeParse(body);
    const result = answer.data?.results[0];
    if (!answer.success || !result) return null;
    if (result.status === 'failed') return refused({ code: 'failed', message: result.reason });
    const messageId = result.message_id ?? answer.data.request_id;
    return messageId === undefined ? null : { kind: 'accepted', messageId };
  },
  /** MailChannels has no error codes, only the status and a text. */
  problem(body, status) {
    const words = Refused.safeParse(body);
    return words.success ? { code: status, message: words.data } : null;
  },
};

/** Ends the SDK's part. It is made once: a new error for every send would cost a stack trace each. */
const readByCaller = new Error('The answer is read by the caller.');

/**
 * The SDK writes and checks the request. This sends it, once and with a time-out, which the SDK lacks, and keeps the whole answer, of
 * which the SDK keeps only the text. One instance a call.
 */
class OneSend extends MailChannelsClient {
  answer: Answer | null = null;
  readonly #post: (path: string, body: string) => Promise<Answer>;

  constructor(config: Config, options: SendOptions) {
    const key = config.MAILCHANNELS_API_KEY ?? 'not configured';
    super(key, { baseUrl: config.MAILCHANNELS_BASE_URL });
    const headers = { 'x-api-key': key, 'content-type': 'application/json', accept: 'application/json' };
    this.#post = (path, body) =>
      providerRequest(`${config.MAILCHANNELS_BASE_URL}${path}`, { method: 'POST', headers, body }, options);
  }

  protected override async _fetch(path: string, options?: { body?: unknown }): Promise<never> {
    this.answer = await this.#post(path, JSON.stringify(options?.body));
    throw readByCaller;
  }
}

/** Email through MailChannels. It has no idempotency keys and no list of messages: an unknown attempt waits for its callback. */
export function mailchannels(config: Config): Provider {
  return {
    name: 'mailchannels',
    channel: 'EMAIL',
    settles: null,
    settle: null,
    async send(message: Message, options: SendOptions): Promise<ProviderOutcome> {
      if (message.channel !== 'EMAIL') return wrongChannel;
      const client = new OneSend(config, options);
      const { error } = await new Emails(client).send(requestOf(config, message));
      if (client.answer) return classifyResponse(client.answer, dialect);
      return refused({ code: 'invalid', message: error?.message });
    },
  };
}

function requestOf(config: Config, message: EmailMessage) {
  const { MAILCHANNELS_DKIM_DOMAIN: domain, MAILCHANNELS_DKIM_SELECTOR: selector } = config;
  const privateKey = config.MAILCHANNELS_DKIM_PRIVATE_KEY;
  const name = message.to.name === null ? '' : nameLine(message.to.name, 100);
  return {
    campaignId: message.attemptId,
    from: { email: message.from.email, name: nameLine(message.from.name, 100) },
    to: { email: message.to.email, ...(name === '' ? {} : { name }) },
    ...(message.replyTo === null ? {} : { replyTo: { email: message.replyTo } }),
    subject: oneLine(message.subject, 200),
    html: message.html,
    text: message.text,
    headers: {
      'List-Unsubscribe': `<${message.unsubscribeUrl}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
    ...(domain && selector ? { dkim: { domain, selector, ...(privateKey ? { privateKey } : {}) } } : {}),
  };
}
