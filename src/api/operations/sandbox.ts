import { InboxPlay } from '../../http/pages/inbox/actions.ts';
import { InboxQuery } from '../../http/pages/inbox/routes.ts';
import { PayBody } from '../../http/rest/sandbox.ts';
import { Inbox } from '../answers/others.ts';
import { Paylink } from '../answers/paylink.ts';
import { empty, html, json, type Operation } from '../operation.ts';

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

const form = 'application/x-www-form-urlencoded';
const done = {
  204: empty('Done.'),
  303: empty('Done, by a form of the page: the page again.', ['Location']),
};
const local = { ...common, who: 'anyone', method: 'GET' } as const;

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
    description: 'Locally it shows everybody’s messages without authentication; elsewhere your own.',
    query: InboxQuery,
    answers: { 200: json('At most `limit`; if there are more, `nextCursor` says where to continue.', Inbox) },
  },
  {
    ...common,
    method: 'POST',
    path: '/inbox/:id/play',
    id: 'playDelivery',
    summary: 'Simulate what happens next to a captured message, through the same code as real callbacks',
    description:
      'For merchants in test mode, and locally for everybody. An email may be `delivered`, `bounced`, `complained` or `unsubscribed`, an SMS `delivered`, `undelivered` or `stop`.',
    body: { content: { 'application/json': InboxPlay, [form]: null } },
    answers: done,
    problems: ['not_found'],
  },
  {
    ...common,
    method: 'DELETE',
    path: '/inbox/:id',
    id: 'deleteInboxMessage',
    summary: 'Delete a captured message; its Paylink and delivery log stay',
    answers: done,
    problems: ['not_found'],
  },
  {
    ...common,
    method: 'DELETE',
    path: '/inbox',
    id: 'emptyInbox',
    summary: 'Delete all captured messages',
    answers: done,
    problems: ['not_found'],
  },
  {
    ...common,
    method: 'POST',
    path: '/inbox/:id/delete',
    id: 'deleteInboxMessageByForm',
    summary: 'The same by a form of the page',
    answers: done,
    problems: ['not_found'],
  },
  {
    ...common,
    method: 'POST',
    path: '/inbox/delete',
    id: 'emptyInboxByForm',
    summary: 'The same by a form of the page: all messages that it lists',
    answers: done,
    problems: ['not_found'],
  },
  {
    ...local,
    path: '/inbox',
    id: 'inboxPage',
    summary: 'Captured messages as a page; only locally',
    answers: { 200: html('The page.') },
    problems: ['not_found'],
  },
  {
    ...local,
    path: '/inbox/:id',
    id: 'inboxMessagePage',
    summary: 'The same page with one message open; only locally',
    answers: { 200: html('The page.'), 404: html('The page without the message.') },
    problems: ['not_found'],
  },
  {
    ...local,
    path: '/inbox/:id/html',
    id: 'inboxEmail',
    summary: 'An email as its own document; only locally',
    answers: { 200: html('The email.') },
    problems: ['not_found'],
  },
  {
    ...local,
    path: '/inbox/:id/raw',
    id: 'inboxSource',
    summary: 'A message’s source; only locally',
    answers: { 200: { says: 'The source.', content: { 'text/plain': null } } },
    problems: ['not_found'],
  },
  {
    ...local,
    path: '/inbox/events',
    id: 'inboxEvents',
    summary: 'Tells the page when to look again, as server-sent events; only locally',
    answers: { 200: { says: '`change`, or nothing for 25 s.', content: { 'text/event-stream': null } } },
    problems: ['not_found'],
  },
];
