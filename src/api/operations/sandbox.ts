import { PayBody } from '../../http/rest/sandbox.ts';
import { Inbox } from '../answers/others.ts';
import { Paylink } from '../answers/paylink.ts';
import { html, json, type Operation } from '../operation.ts';

const common = { tag: 'Sandbox', who: 'merchant' } as const;
const play = {
  ...common,
  method: 'POST',
  keyed: 'key',
  answers: { 200: json('The Paylink.', Paylink, ['Idempotency-Replayed']) },
  problems: [
    ...(['invalid_request', 'not_active', 'not_found', 'conflict', 'nothing_due'] as const),
    ...(['idempotency_key_reuse', 'idempotency_in_progress', 'overloaded'] as const),
  ],
} satisfies Partial<Operation>;

export const sandboxOperations: Operation[] = [
  {
    ...play,
    path: '/sandbox/:paylinkId/pay',
    id: 'playPayment',
    summary: 'Play the customer: pay what is due, or a part',
    body: { content: { 'application/json': PayBody }, optional: true },
  },
  { ...play, path: '/sandbox/:paylinkId/open', id: 'playOpen', summary: 'Play the customer: open the page' },
  { ...play, path: '/sandbox/:paylinkId/fail', id: 'playFailure', summary: 'Play the customer: a payment that fails' },
  {
    ...common,
    method: 'GET',
    path: '/inbox.json',
    id: 'listInbox',
    summary: 'Captured messages, newest first',
    description: 'Elsewhere than locally it asks for authentication and shows your own.',
    answers: { 200: json('At most 1,000.', Inbox) },
  },
  {
    ...common,
    who: 'anyone',
    method: 'GET',
    path: '/inbox',
    id: 'inboxPage',
    summary: 'Captured messages as a page; only locally',
    answers: { 200: html('The page.') },
    problems: ['not_found'],
  },
  {
    ...common,
    who: 'anyone',
    method: 'GET',
    path: '/inbox/:id/html',
    id: 'inboxEmail',
    summary: 'An email as its own document; only locally',
    answers: { 200: html('The email.') },
    problems: ['not_found'],
  },
];
