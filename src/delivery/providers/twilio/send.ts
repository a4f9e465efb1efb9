import * as z from 'zod/mini';
import type { Config } from '../../../env.ts';
import type { LostAttempt, Message, Provider, ProviderOutcome, SendOptions } from '../../port.ts';
import { providerRequest } from '../../provider-request.ts';
import { classifyResponse, type Dialect, refused, settled, wrongChannel } from '../../provider-response.ts';

/** A message not delivered after this long is not worth delivering, s. Twilio's own limit is 36,000. */
const validitySeconds = 14_400;

/** https://www.twilio.com/docs/api/errors: not a number, not one that can get an SMS, opted out. 21612 is only our route to it. */
const recipientCodes = new Set([21211, 21217, 21265, 21610, 21614, 21635]);
const optedOutCode = 21610;

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
  recipient: recipientCodes.has(code),
  optedOut: code === optedOutCode,
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

/** SMS through Twilio. Messages take no idempotency key: an unknown send is looked for in the account's message list. */
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
        From: message.from,
        Body: message.text,
        StatusCallback: message.statusCallbackUrl,
        ValidityPeriod: `${validitySeconds}`,
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
        'DateSent>': dayOf(lost.attemptedAt - slackMs),
        PageSize: '200',
      });
      const headers = { authorization, accept: 'application/json' };
      const answer = await providerRequest(`${url}?${query}`, { method: 'GET', headers }, options);
      // A refusal to list says nothing of the message.
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

/** Their clock and ours may differ by this much, ms. */
const slackMs = 60_000;
/** A request that took longer than this to arrive was another one, ms. */
const latestMs = 10 * 60_000;

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/**
 * The attempt's message among those that carry its link and belong to no other attempt. Absence proves nothing. Attempts side by side
 * make messages that look the same: when there are fewer than attempts nobody can tell whose they are, else their order says it.
 */
function found(messages: z.infer<typeof Listed>[], lost: LostAttempt, shortLink: string): ProviderOutcome {
  const { before, after, refused: failed } = lost.rivals ?? { before: 0, after: 0, refused: 0 };
  const distance = (message: { date_created: string }) => Date.parse(message.date_created) - lost.attemptedAt;
  const own = messages
    .filter(({ direction, to }) => direction.startsWith('outbound') && to === lost.message.to)
    .filter(({ sid, body }) => body.split(/\s+/).includes(shortLink) && !lost.knownMessageIds.includes(sid))
    .filter((message) => distance(message) >= -slackMs && distance(message) <= latestMs);
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
