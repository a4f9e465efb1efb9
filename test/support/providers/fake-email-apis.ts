import * as z from 'zod';
import { type FakeApi, type Fault, faultStatus, hex, json, oneLine, uuidOf } from './fake-api.ts';
import { fakeCredentials } from './fake-credentials.ts';

const unsubscribe = z.object({
  'List-Unsubscribe': z.string().regex(/^<https?:\/\/[^>\s]+>$/),
  'List-Unsubscribe-Post': z.literal('List-Unsubscribe=One-Click'),
});

const MailChannelsSend = z.strictObject({
  campaign_id: z.string().regex(/^\S{1,48}$/),
  personalizations: z
    .array(z.strictObject({ to: z.array(z.strictObject({ email: z.email(), name: oneLine.optional() })).length(1) }))
    .length(1),
  from: z.strictObject({ email: z.email(), name: oneLine }),
  reply_to: z.strictObject({ email: z.email() }).optional(),
  subject: oneLine,
  content: z.tuple([
    z.strictObject({ type: z.literal('text/plain'), value: z.string().min(1) }),
    z.strictObject({ type: z.literal('text/html'), value: z.string().min(1) }),
  ]),
  headers: unsubscribe,
  dkim_domain: z.string().optional(),
  dkim_selector: z.string().optional(),
  dkim_private_key: z.string().optional(),
});

/** https://docs.mailchannels.net/email-api/ */
export const mailchannels: FakeApi = {
  name: 'mailchannels',
  path: '/tx/v1/send',
  authorized: ({ headers }) => headers['x-api-key'] === fakeCredentials.MAILCHANNELS_API_KEY,
  read(request) {
    const mail = json(request, MailChannelsSend);
    const [text, html] = mail.content;
    return {
      attemptId: mail.campaign_id,
      to: mail.personalizations[0]?.to[0]?.email ?? '',
      from: mail.from.email,
      subject: mail.subject,
      text: text.value,
      html: html.value,
      idempotencyKey: null,
    };
  },
  messageId: (attemptId, nth) => `<${hex(`mc${attemptId}${nth}`, 24)}@mailchannels.fake>`,
  taken: (messageId) => ({
    status: 202,
    body: { request_id: hex(messageId, 20), results: [{ index: 0, message_id: messageId, status: 'sent' }] },
  }),
  takenButFailed: (messageId, { to }) => ({
    status: 202,
    body: {
      request_id: hex(messageId, 20),
      results: [{ index: 0, status: 'failed', reason: `550 no such user <${to}>` }],
    },
  }),
  fault: (fault, detail) => ({ status: faultStatus(fault, 400), body: { errors: [detail] } }),
};

const ResendSend = z.strictObject({
  from: oneLine,
  to: z.array(oneLine).length(1),
  subject: oneLine,
  html: z.string().min(1),
  text: z.string().min(1),
  reply_to: z.email().optional(),
  headers: unsubscribe,
  tags: z.array(z.strictObject({ name: z.string().regex(/^[\w-]+$/), value: z.string().regex(/^[\w-]{1,256}$/) })),
});

const resendNames: Record<Fault, string> = {
  malformed: 'validation_error',
  unauthorized: 'missing_api_key',
  forbidden: 'invalid_api_key',
  conflict: 'concurrent_idempotent_requests',
  busy: 'rate_limit_exceeded',
  broken: 'application_error',
  'recipient-invalid': 'validation_error',
  'opted-out': 'validation_error',
};

/** https://resend.com/docs/api-reference/emails/send-email */
export const resend: FakeApi = {
  name: 'resend',
  path: '/emails',
  authorized: ({ headers }) => headers.authorization === `Bearer ${fakeCredentials.RESEND_API_KEY}`,
  read(request) {
    const mail = json(request, ResendSend);
    const key = z
      .string()
      .regex(/^[\x21-\x7e]{1,256}$/)
      .parse(request.headers['idempotency-key']);
    const to = mail.to[0] ?? '';
    return {
      attemptId: key,
      to: addressOf(to),
      from: addressOf(mail.from),
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      idempotencyKey: key,
    };
  },
  messageId: (attemptId) => uuidOf(`resend${attemptId}`),
  taken: (id) => ({ status: 200, body: { id } }),
  takenButFailed: null,
  fault(fault, message) {
    const statusCode = faultStatus(fault, 422);
    return { status: statusCode, body: { statusCode, name: resendNames[fault], message } };
  },
};

/** The address of `"Name" <address>`; anything else is an address already. */
const addressOf = (mailbox: string) => z.email().parse(mailbox.match(/^"[^"\\<>]+" <([^<>\s]+)>$/)?.[1] ?? mailbox);
