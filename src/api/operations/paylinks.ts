import * as z from 'zod';
import { Query as ListQuery } from '../../http/rest/list-paylinks.ts';
import { SettleBody } from '../../http/rest/paylinks.ts';
import { CreateFields, SendFields, UpdateFields } from '../../paylinks/domain/schemas.ts';
import { GraphqlAnswer, GraphqlRequest } from '../answers/others.ts';
import { Paylink, PaylinkPage } from '../answers/paylink.ts';
import { type Answer, type AnswerHeader, empty, json, jsonBody, type Operation } from '../operation.ts';

const FilesForm = z.object({ file: z.array(z.string().meta({ format: 'binary' })).max(3) });

const tag = 'Paylinks';
const who = 'merchant';

/** Why a message is not sent, whatever the surface. */
const refusals = [
  'invalid_request',
  'missing_recipient',
  'consent_required',
  'not_active',
  'nothing_due',
  'suppressed',
  'country_not_allowed',
  'not_found',
  'idempotency_in_progress',
  'idempotency_key_reuse',
  'resend_limit',
  'sms_limit',
  'override_limit',
  'send_failed',
  'overloaded',
] as const;

const heeded: AnswerHeader[] = ['Idempotency-Replayed', 'Preference-Applied'];
const sent: { [status: number]: Answer } = {
  200: json('At least one provider accepted; `deliveryLogs` says which channel failed, if one did.', Paylink, heeded),
  202: json('Nobody accepted, and at least one outcome is not known yet: its log says `UNKNOWN`.', Paylink, heeded),
};

export const paylinkOperations: Operation[] = [
  {
    method: 'POST',
    path: '/',
    id: 'createPaylink',
    tag,
    who,
    summary: 'Create a Paylink',
    description:
      'A JSON object with a string `query`, or `application/graphql+json`, is GraphQL and answered as `/graphql` does. ' +
      '`sendSMS` is the same field as `sendSms`. Fields that only answers have are ignored.',
    body: { content: { 'application/json': CreateFields, 'application/graphql+json': GraphqlRequest } },
    keyed: 'key',
    answers: {
      201: json('Created.', Paylink, ['Location', 'Idempotency-Replayed']),
      200: json('The answer to a GraphQL request.', GraphqlAnswer),
    },
    problems: ['invalid_request', 'idempotency_key_reuse', 'idempotency_in_progress', 'overloaded'],
  },
  {
    method: 'GET',
    path: '/paylinks',
    id: 'listPaylinks',
    tag,
    who,
    summary: 'List Paylinks, newest first',
    description:
      'A Paylink is listed if it matches all filters. `status` takes several, separated by commas. A page may be short although more follow: `nextCursor` says where to continue.',
    query: ListQuery,
    answers: {
      200: {
        says: 'A page; as CSV (`Accept: text/csv`) at most 50,000 rows.',
        content: { 'application/json': PaylinkPage, 'text/csv': null },
        headers: ['Link'],
      },
    },
    problems: ['invalid_request'],
  },
  {
    method: 'GET',
    path: '/:paylinkId',
    id: 'readPaylink',
    tag,
    who,
    summary: 'Read a Paylink',
    answers: { 200: json('The Paylink.', Paylink) },
    problems: ['not_found'],
  },
  {
    method: 'PATCH',
    path: '/:paylinkId',
    id: 'updatePaylink',
    tag,
    who,
    summary: 'Update a Paylink',
    description:
      'A field that is left out keeps its value; `lineItems` and `customer` replace the old ones as a whole. A future `expiration` makes an expired Paylink active again.',
    body: jsonBody(UpdateFields),
    keyed: 'key',
    answers: { 200: json('The Paylink as it is now.', Paylink, ['Idempotency-Replayed']) },
    problems: [
      ...(['invalid_request', 'not_active', 'not_found', 'idempotency_key_reuse'] as const),
      ...(['idempotency_in_progress', 'conflict', 'overloaded'] as const),
    ],
  },
  {
    method: 'PATCH',
    path: '/:paylinkId/send',
    id: 'sendPaylink',
    tag,
    who,
    summary: 'Send a Paylink by email, by SMS, or both',
    description:
      'A problem with one channel refuses the whole request: nothing is sent on either. `to` sends to another recipient, this time only.',
    body: jsonBody(SendFields),
    keyed: 'wait',
    answers: sent,
    problems: [...refusals, 'no_channel', 'channel_not_enabled'],
  },
  {
    method: 'POST',
    path: '/:paylinkId/notify_by/:medium',
    id: 'notifyBy',
    tag,
    who,
    summary: 'Send a Paylink by one channel, without a body',
    description: '`medium` is `email` or `sms`. The flags of the create are ignored.',
    keyed: 'wait',
    answers: sent,
    problems: [...refusals],
  },
  {
    method: 'PATCH',
    path: '/:paylinkId/cancel',
    id: 'cancelPaylink',
    tag,
    who,
    summary: 'Cancel a Paylink for good',
    keyed: 'key',
    answers: { 204: empty('Cancelled; no message can be under way any more.', ['Idempotency-Replayed']) },
    problems: [
      ...(['invalid_request', 'already_paid', 'already_canceled', 'not_active', 'not_found'] as const),
      ...(['send_in_progress', 'idempotency_in_progress', 'idempotency_key_reuse', 'overloaded'] as const),
    ],
  },
  {
    method: 'POST',
    path: '/:paylinkId/delivery-logs/:deliveryLogId/settle',
    id: 'settleDelivery',
    tag,
    who,
    summary: 'Say what became of an UNKNOWN delivery',
    body: jsonBody(SettleBody),
    answers: { 200: json('The Paylink. A repeat changes nothing.', Paylink) },
    problems: ['invalid_request', 'not_unknown', 'not_found', 'overloaded'],
  },
  {
    method: 'POST',
    path: '/:paylinkId/attachments',
    id: 'attachFiles',
    tag,
    who,
    summary: 'Attach files',
    description:
      'One to three PDF, PNG or JPEG files in the field `file`, at most 5 MiB each. The same file under the same name again changes nothing.',
    body: { content: { 'multipart/form-data': FilesForm } },
    answers: { 201: json('The Paylink; `attachments` has the names.', Paylink, ['Location']) },
    problems: ['invalid_request', 'not_active', 'not_found', 'conflict', 'overloaded'],
  },
  {
    method: 'DELETE',
    path: '/:paylinkId/attachments/:name',
    id: 'detachFile',
    tag,
    who,
    summary: 'Take an attachment off',
    answers: { 204: empty('It is gone.') },
    problems: ['not_found', 'overloaded'],
  },
  {
    method: 'GET',
    path: '/:paylinkId/qr.svg',
    id: 'readQrCode',
    tag,
    who,
    summary: 'The short link as a QR code',
    answers: { 200: { says: 'An SVG image.', content: { 'image/svg+xml': null } } },
    problems: ['not_found'],
  },
];
