import { Payment } from '../../http/callbacks/payments.ts';
import { Received } from '../answers/others.ts';
import { Paylink } from '../answers/paylink.ts';
import { json, jsonBody, type Operation } from '../operation.ts';

const fromProvider = (name: string, title: string, says: string, more: Partial<Operation> = {}): Operation => ({
  method: 'POST',
  path: `/webhooks/${name}`,
  id: `${name}Callback`,
  tag: 'Callbacks',
  who: 'provider',
  summary: `${title} reports what became of messages`,
  description: says,
  body: { content: { 'application/json': null } },
  answers: { 200: json('Stored.', Received) },
  problems: ['invalid_request', 'unauthenticated'],
  ...more,
});

export const callbackOperations: Operation[] = [
  {
    method: 'POST',
    path: '/webhooks/payments',
    id: 'reportPayment',
    tag: 'Payments',
    who: 'merchant',
    summary: 'Your checkout reports a payment, a refund or a failure',
    description:
      'An order counts once, however often it is reported. `amount` of a refund is the sum of all refunds of that order so far.',
    body: jsonBody(Payment),
    keyed: 'key',
    answers: { 200: json('The Paylink.', Paylink, ['Idempotency-Replayed']) },
    problems: [
      ...(['invalid_request', 'not_found', 'conflict', 'idempotency_key_reuse'] as const),
      ...(['idempotency_in_progress', 'overloaded'] as const),
    ],
  },
  fromProvider('mailchannels', 'MailChannels', 'Signed by RFC 9421 (Ed25519) over its `Content-Digest`.'),
  fromProvider('resend', 'Resend', 'Signed by Standard Webhooks, in headers that begin with `svix-`.'),
  fromProvider('telnyx', 'Telnyx', 'Signed with Ed25519 over time and body.'),
  fromProvider('twilio', 'Twilio', 'Signed with HMAC-SHA1 over URL and form. A customer’s STOP comes here too.', {
    body: { content: { 'application/x-www-form-urlencoded': null } },
    answers: { 200: { says: 'Stored.', content: { 'text/xml': null } } },
  }),
];
