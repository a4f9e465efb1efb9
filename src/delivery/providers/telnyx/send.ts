import * as z from 'zod/mini';
import type { Config } from '../../../env.ts';
import type { Message, Provider, SendOptions } from '../../port.ts';
import { providerRequest } from '../../provider-request.ts';
import { classifyResponse, type Dialect, wrongChannel } from '../../provider-response.ts';

/**
 * https://developers.telnyx.com/docs/messaging/messages/error-codes: not routable, invalid destination, blocked by STOP, invalid `to`.
 */
const RECIPIENT_CODES = new Set(['40001', '40012', '40300', '40310']);
/** These are also used for `from`: `source.pointer` names the number that is meant. */
const NUMBER_CODES = new Set(['10002', '10016']);
const OPTED_OUT_CODE = '40300';

const Taken = z.object({ data: z.object({ id: z.string().check(z.minLength(1)) }) });
const Refused = z.object({
  errors: z
    .array(
      z.object({
        code: z.coerce.string(),
        title: z.optional(z.string()),
        source: z.optional(z.object({ pointer: z.optional(z.string()) })),
      }),
    )
    .check(z.minLength(1)),
});

const dialect: Dialect = {
  accepted(body) {
    const answer = Taken.safeParse(body);
    return answer.success ? { kind: 'accepted', messageId: answer.data.data.id } : null;
  },
  problem(body) {
    const [error] = Refused.safeParse(body).data?.errors ?? [];
    if (!error) return null;
    const { code, title, source } = error;
    const meansTo = source?.pointer?.startsWith('/to') ?? false;
    return {
      code,
      message: title,
      recipient: RECIPIENT_CODES.has(code) || (NUMBER_CODES.has(code) && meansTo),
      optedOut: code === OPTED_OUT_CODE,
    };
  },
};

/** SMS through Telnyx. It has no idempotency keys, and a new message cannot be looked up: an unknown attempt waits for its callback. */
export function telnyx(config: Config): Provider {
  return {
    name: 'telnyx',
    channel: 'SMS',
    settles: null,
    settle: null,
    async send(message: Message, options: SendOptions) {
      if (message.channel !== 'SMS') return wrongChannel;
      const request = {
        method: 'POST' as const,
        headers: {
          authorization: `Bearer ${config.TELNYX_API_KEY}`,
          'content-type': 'application/json',
          accept: 'application/json',
        },
        body: JSON.stringify({
          from: message.from,
          to: message.to,
          text: message.text,
          type: 'SMS',
          webhook_url: message.statusCallbackUrl,
          use_profile_webhooks: false,
          // Tags come back in webhooks.
          tags: [message.attemptId],
        }),
      };
      return classifyResponse(
        await providerRequest(`${config.TELNYX_BASE_URL}/v2/messages`, request, options),
        dialect,
      );
    },
  };
}
