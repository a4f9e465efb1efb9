import * as z from 'zod';
import type { FakeRequest, Reply } from './fake-api.ts';
import type { Ledger } from './fake-ledger.ts';
import { twilio } from './fake-sms-apis.ts';

const Query = z.strictObject({
  To: z.string().startsWith('+'),
  'DateSent>': z.iso.date().optional(),
  PageSize: z.coerce.number().int().min(1).max(1000).optional(),
});

/** Twilio's list of messages, newest first: what was taken for the number since that day (UTC). */
export function twilioList(request: FakeRequest, ledger: Ledger): Reply {
  if (!twilio.authorized(request)) return twilio.fault('unauthorized', 'Authenticate');
  const query = Query.safeParse(Object.fromEntries(request.url.searchParams));
  if (!query.success) return twilio.fault('malformed', z.prettifyError(query.error));
  const since = Date.parse(query.data['DateSent>'] ?? '2000-01-01');
  const messages = ledger.calls
    .filter((call) => call.provider === 'twilio' && call.delivered && call.to === query.data.To && call.at >= since)
    .map((call) => ({
      sid: call.messageId,
      to: call.to,
      from: call.from,
      body: call.text,
      status: 'sent',
      direction: 'outbound-api',
      error_code: null,
      error_message: null,
      date_created: rfc2822(call.at),
      date_sent: rfc2822(call.at),
    }))
    .reverse();
  return { status: 200, body: { messages, page: 0, page_size: query.data.PageSize ?? 50, next_page_uri: null } };
}

const rfc2822 = (ms: number) => new Date(ms).toUTCString().replace('GMT', '+0000');
