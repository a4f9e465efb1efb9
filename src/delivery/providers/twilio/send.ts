import * as z from 'zod/mini';
import type { Config } from '../../../env.ts';
import type { LostAttempt, Message, Provider, ProviderOutcome, SendOptions } from '../../port.ts';
import { providerRequest } from '../../provider-request.ts';
import { classifyResponse, type Dialect, refused, settled, wrongChannel } from '../../provider-response.ts';

/** Twilio gives up a message after this long, s. Its own limit is 36,000. */
const VALIDITY_SECONDS = 14_400;

/** https://www.twilio.com/docs/api/errors: an invalid number, one that cannot get an SMS, opted out. Not 21612, which is about our route. */
const RECIPIENT_CODES = new Set([21211, 21217, 21265, 21610, 21614, 21635]);
const OPTED_OUT_CODE = 21610;

const Resource = z.object({
  sid: z.string().check(z.regex(/^(SM|MM)[0-9a-f]{32}$/)),
  status: z.string(),
  error_code: z.nullish(z.int()),
  error_message: z.nullish(z.string()),
});
const Listed = z.extend(Resource, {
  to: z.string(),
  body: z.string(),
  direction: z.string(),
  date_created: z.string(),
});
const List = z.object({ messages: z.array(Listed) });
const Refused = z.object({ code: z.int(), message: z.optional(z.string()) });

const problemOf = (code: number, message: string | null | undefined) => ({
  code,
  message,
  recipient: RECIPIENT_CODES.has(code),
  optedOut: code === OPTED_OUT_CODE,
});

function stateOf(resource: z.infer<typeof Resource>): ProviderOutcome {
  if (!['failed', 'undelivered', 'canceled'].includes(resource.status)) {
    return { kind: 'accepted', messageId: resource.sid };
  }
  return resource.error_code
    ? refused(problemOf(resource.error_code, resource.error_message))
    : refused({ code: resource.status });
}

const dialect: Dialect = {
  accepted(body) {
    const resource = Resource.safeParse(body);
    return resource.success ? stateOf(resource.data) : null;
  },
  problem(body) {
    const error = Refused.safeParse(body);
    return error.success ? problemOf(error.data.code, error.data.message) : null;
  },
};

/** SMS through Twilio. It has no idempotency keys: an unknown attempt is looked up in the account's list of messages. */
export function twilio(config: Config): Provider {
  const account = config.TWILIO_ACCOUNT_SID ?? '';
  const url = `${config.TWILIO_BASE_URL}/2010-04-01/Accounts/${account}/Messages.json`;
  const authorization = `Basic ${btoa(`${account}:${config.TWILIO_AUTH_TOKEN ?? ''}`)}`;
  return {
    name: 'twilio',
    channel: 'SMS',
    async send(message: Message, options: SendOptions) {
      if (message.channel !== 'SMS') return wrongChannel;
      const body = new URLSearchParams({
        To: message.to,
        // A Messaging Service chooses the number, and answers HELP and STOP for it.
        [message.from.startsWith('MG') ? 'MessagingServiceSid' : 'From']: message.from,
        Body: message.text,
        StatusCallback: message.statusCallbackUrl,
        ValidityPeriod: `${VALIDITY_SECONDS}`,
      }).toString();
      const headers = {
        authorization,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      };
      return classifyResponse(await providerRequest(url, { method: 'POST', headers, body }, options), dialect);
    },
    settles: 'lookup',
    async settle(lost: LostAttempt, options: SendOptions) {
      const { message } = lost;
      if (message.channel !== 'SMS') return settled(wrongChannel);
      const query = new URLSearchParams({
        To: message.to,
        'DateSent>': dayOf(lost.attemptedAt - CLOCK_SKEW_MS),
        PageSize: '200',
      });
      const headers = { authorization, accept: 'application/json' };
      const answer = await providerRequest(`${url}?${query}`, { method: 'GET', headers }, options);
      // When the list is refused, nothing is known about the message.
      if (answer.kind === 'answered' && answer.status >= 400)
        return { kind: 'unknown', reason: `answered ${answer.status}` };
      return classifyResponse(answer, {
        ...dialect,
        accepted: (body) => {
          const list = List.safeParse(body);
          return list.success ? found(list.data.messages, lost, message.shortLink) : null;
        },
      });
    },
  };
}

/** How far Twilio's clock may be from ours, ms. */
const CLOCK_SKEW_MS = 60_000;
/** A message that Twilio made later than this is another attempt's, ms. */
const MAX_DELAY_MS = 10 * 60_000;

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/**
 * Finds the attempt's message among those with its link that belong to no other attempt. When there is none, nothing is proven. Attempts
 * made at the same time have messages that look the same: their order decides, unless there are fewer messages than attempts.
 */
function found(messages: z.infer<typeof Listed>[], lost: LostAttempt, shortLink: string): ProviderOutcome {
  const { before, after, refused: failed } = lost.rivals ?? { before: 0, after: 0, refused: 0 };
  const distance = (message: { date_created: string }) => Date.parse(message.date_created) - lost.attemptedAt;
  const own = messages
    .filter(({ direction, to }) => direction.startsWith('outbound') && to === lost.message.to)
    .filter(({ sid, body }) => body.split(/\s+/).includes(shortLink) && !lost.knownMessageIds.includes(sid))
    .filter((message) => distance(message) >= -CLOCK_SKEW_MS && distance(message) <= MAX_DELAY_MS);
  const taken = own.filter((message) => stateOf(message).kind === 'accepted');
  const candidates = taken.length > 0 || failed > 0 ? taken : own;
  if (candidates.length === 0) return { kind: 'unknown', reason: 'not in the provider’s list' };
  if (candidates.length <= before + after) return { kind: 'unknown', reason: 'one of several like it' };
  // The list is newest first, to the second.
  const ordered = candidates.reverse().sort((a, b) => Date.parse(a.date_created) - Date.parse(b.date_created));
  const nearest = ordered.toSorted((a, b) => Math.abs(distance(a)) - Math.abs(distance(b)));
  const chosen = before + after > 0 ? ordered[before] : nearest[0];
  return chosen ? stateOf(chosen) : { kind: 'unknown', reason: 'not in the provider’s list' };
}
