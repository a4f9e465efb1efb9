import { Ok } from '../answers/others.ts';
import { empty, html, json, type Operation } from '../operation.ts';

const common = { tag: 'Pages', who: 'anyone' } as const;
const notThere = html('No such link.');

export const pageOperations: Operation[] = [
  {
    ...common,
    method: 'GET',
    path: '/',
    id: 'landingPage',
    summary: 'The landing page; for a browser (`Accept: text/html`)',
    answers: { 200: html('The page.') },
    problems: ['method_not_allowed'],
  },
  {
    ...common,
    method: 'GET',
    path: '/s/:code',
    id: 'followShortLink',
    summary: 'The short link: to the checkout or the hosted page',
    answers: { 302: empty('Where to go.', ['Location']), 404: notThere },
  },
  {
    ...common,
    method: 'GET',
    path: '/p/:code',
    id: 'hostedPage',
    summary: 'The hosted page: who asks, for what, how to pay; a receipt once something was paid',
    answers: { 200: html('The page.'), 404: notThere },
  },
  {
    ...common,
    method: 'GET',
    path: '/p/:code/files/:name',
    id: 'downloadFile',
    summary: 'An attached file, as a download',
    answers: {
      200: { says: 'The file.', content: { 'application/pdf': null, 'image/png': null, 'image/jpeg': null } },
      404: html('No such link or file.'),
    },
  },
  {
    ...common,
    method: 'POST',
    path: '/o/:code',
    id: 'reportOpened',
    summary: 'Called by the hosted page when a person sees it; not for you to call',
    answers: { 204: empty('Noted.'), 404: notThere },
  },
  {
    ...common,
    method: 'GET',
    path: '/u/:token',
    id: 'unsubscribePage',
    summary: 'A button to unsubscribe; it changes nothing',
    answers: { 200: html('The page.'), 404: notThere },
  },
  {
    ...common,
    method: 'POST',
    path: '/u/:token',
    id: 'unsubscribe',
    summary: 'Unsubscribes with one click (RFC 8058)',
    body: { content: { 'application/x-www-form-urlencoded': null }, optional: true },
    answers: { 200: html('Done.'), 404: notThere },
  },
  {
    ...common,
    method: 'GET',
    path: '/checkout/:code',
    id: 'mockCheckout',
    summary: 'A mock of your own checkout; only locally',
    answers: {
      200: html('The page.'),
      303: empty('To the page of a Paylink that cannot be paid any more.', ['Location']),
    },
    problems: ['not_found'],
  },
  {
    ...common,
    method: 'POST',
    path: '/checkout/:code',
    id: 'payAtMockCheckout',
    summary: 'Pays at the mock; only locally',
    body: { content: { 'application/x-www-form-urlencoded': null } },
    answers: { 200: html('What went wrong.'), 303: empty('Paid: to the page.', ['Location']) },
    problems: ['invalid_request', 'not_found'],
  },
  {
    ...common,
    tag: 'Health',
    method: 'GET',
    path: '/healthz',
    id: 'healthz',
    summary: 'Whether the Worker runs; it checks nothing else',
    answers: { 200: json('It does.', Ok) },
  },
  {
    ...common,
    tag: 'Health',
    method: 'GET',
    path: '/readyz',
    id: 'readyz',
    summary: 'Whether requests can be served: the database, a limiter, a coordinator',
    answers: { 200: json('They can.', Ok) },
  },
];
