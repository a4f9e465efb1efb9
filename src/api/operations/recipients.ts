import { EraseBody, Query } from '../../http/rest/suppressions.ts';
import { Erased, SuppressionPage } from '../answers/recipients.ts';
import { empty, json, jsonBody, type Operation } from '../operation.ts';

const common = { tag: 'Recipients', who: 'merchant' } as const;

export const recipientOperations: Operation[] = [
  {
    ...common,
    method: 'GET',
    path: '/suppressions',
    id: 'listSuppressions',
    summary: 'List the recipients that get no messages from you',
    query: Query,
    answers: { 200: json('A page.', SuppressionPage) },
    problems: ['invalid_request'],
  },
  {
    ...common,
    method: 'DELETE',
    path: '/suppressions/:suppressionId',
    id: 'liftSuppression',
    summary: 'Lift a suppression that came from a hard bounce',
    answers: { 204: empty('Lifted.') },
    problems: ['not_found', 'recipient_decides'],
  },
  {
    ...common,
    method: 'POST',
    path: '/recipients/erase',
    id: 'eraseRecipient',
    summary: 'Erase a recipient from all your Paylinks',
    description: 'At most 100 Paylinks a call: repeat it until `remaining` is 0.',
    body: jsonBody(EraseBody),
    answers: { 200: json('How many, and how many are left.', Erased) },
    problems: ['invalid_request'],
  },
];
