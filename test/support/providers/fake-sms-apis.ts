import * as z from 'zod';
import { attemptOf, e164, type FakeApi, type Fault, faultStatus, hex, https, json, uuidOf } from './fake-api.ts';
import { fakeCredentials } from './fake-credentials.ts';

const twilioFields = {
  To: e164,
  Body: z.string().min(1).max(1600),
  StatusCallback: https,
  ValidityPeriod: z.coerce.number().int().min(1).max(36_000),
};
/** From a number, or from a Messaging Service, which chooses one. */
const TwilioSend = z.union([
  z.strictObject({ ...twilioFields, From: e164 }).transform(({ From, ...sms }) => ({ ...sms, from: From })),
  z
    .strictObject({ ...twilioFields, MessagingServiceSid: z.string().regex(/^MG[0-9a-f]{32}$/) })
    .transform(({ MessagingServiceSid, ...sms }) => ({ ...sms, from: MessagingServiceSid })),
]);

const twilioCodes: Record<Fault, number> = {
  malformed: 21602,
  unauthorized: 20003,
  forbidden: 20003,
  conflict: 20409,
  busy: 20429,
  broken: 20500,
  'recipient-invalid': 21211,
  'opted-out': 21610,
};

/** https://www.twilio.com/docs/messaging/api/message-resource */
export const twilio: FakeApi = {
  name: 'twilio',
  path: `/2010-04-01/Accounts/${fakeCredentials.TWILIO_ACCOUNT_SID}/Messages.json`,
  authorized: ({ headers }) =>
    headers.authorization ===
    `Basic ${btoa(`${fakeCredentials.TWILIO_ACCOUNT_SID}:${fakeCredentials.TWILIO_AUTH_TOKEN}`)}`,
  read(request) {
    z.literal('application/x-www-form-urlencoded').parse(request.headers['content-type']);
    const sms = TwilioSend.parse(Object.fromEntries(new URLSearchParams(request.body)));
    return {
      attemptId: attemptOf(sms.StatusCallback),
      to: sms.To,
      from: sms.from,
      subject: null,
      text: sms.Body,
      html: null,
      idempotencyKey: null,
      callbackUrl: sms.StatusCallback,
    };
  },
  messageId: (attemptId, nth) => `SM${hex(`twilio${attemptId}${nth}`, 32)}`,
  taken: (sid, { to, from, text }) => ({
    status: 201,
    body: {
      sid,
      to,
      from,
      body: text,
      status: 'queued',
      direction: 'outbound-api',
      error_code: null,
      error_message: null,
    },
  }),
  takenButFailed: (sid, { to, from, text }) => ({
    status: 201,
    body: {
      sid,
      to,
      from,
      body: text,
      status: 'failed',
      direction: 'outbound-api',
      error_code: 30007,
      error_message: 'Filtered',
    },
  }),
  fault(fault, message) {
    const status = faultStatus(fault, 400);
    const code = twilioCodes[fault];
    return { status, body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status } };
  },
};

const TelnyxSend = z.strictObject({
  from: z.string().min(1),
  to: e164,
  text: z.string().min(1).max(1600),
  type: z.literal('SMS'),
  webhook_url: https,
  use_profile_webhooks: z.boolean().optional(),
  tags: z.array(z.string()).optional(),
});

const telnyxErrors: Record<Fault, [code: string, title: string]> = {
  malformed: ['10015', 'Bad Request'],
  unauthorized: ['10009', 'Authentication failed'],
  forbidden: ['10010', 'Authorization failed'],
  conflict: ['10012', 'Duplicate resource'],
  busy: ['10011', 'Too many requests'],
  broken: ['10007', 'Unexpected error'],
  'recipient-invalid': ['40310', "Invalid 'to' address"],
  'opted-out': ['40300', 'Blocked due to STOP message'],
};

/** https://developers.telnyx.com/api/messaging/send-message */
export const telnyx: FakeApi = {
  name: 'telnyx',
  path: '/v2/messages',
  authorized: ({ headers }) => headers.authorization === `Bearer ${fakeCredentials.TELNYX_API_KEY}`,
  read(request) {
    const sms = json(request, TelnyxSend);
    return {
      attemptId: attemptOf(sms.webhook_url),
      to: sms.to,
      from: sms.from,
      subject: null,
      text: sms.text,
      html: null,
      idempotencyKey: null,
    };
  },
  messageId: (attemptId, nth) => uuidOf(`telnyx${attemptId}${nth}`),
  taken: (id, { to, from, text }) => ({
    status: 200,
    body: {
      data: {
        record_type: 'message',
        direction: 'outbound',
        id,
        type: 'SMS',
        from: { phone_number: from },
        to: [{ phone_number: to, status: 'queued' }],
        text,
      },
    },
  }),
  takenButFailed: null,
  fault(fault, detail) {
    const [code, title] = telnyxErrors[fault];
    const pointer = fault === 'recipient-invalid' || fault === 'opted-out' ? { source: { pointer: '/to' } } : {};
    return { status: faultStatus(fault, 400), body: { errors: [{ code, title, detail, ...pointer }] } };
  },
};
