import { byCallers, byCustomers, byOperators, graphql } from '../support/every-route.ts';
import {
  type Callback,
  fromMailchannels,
  fromResend,
  fromTelnyx,
  fromTwilio,
  handle,
} from '../support/providers/signed-callbacks.ts';

/** A request that is right: `path` as the routes name it. Texts such as `:paylinkId` in its body stand for something that is known. */
export type Sample = { method: string; path: string; body?: unknown; query?: Record<string, string> };

const item = {
  sku: 'B-1',
  price: 1010,
  quantity: 2,
  tax: 81,
  description: 'A book',
  category: 'books',
  metadata: { shelf: 7 },
};
const customer = {
  email: 'ada@example.com',
  phone: '+12025550123',
  firstName: 'Ada',
  lastName: 'Byron',
  paylinkCustomerId: 'c-1',
  locale: 'de-DE',
  timeZone: 'Europe/Berlin',
};
const create = {
  merchantId: ':merchantId',
  merchantInvoiceId: 'INV-1',
  customer,
  lineItems: [item, { ...item, sku: 'B-2' }],
  tax: 100,
  shipping: 500,
  currencyCode: 'USD',
  description: 'Your order',
  memo: 'Thank you',
  metadata: { cart: 'c-9' },
  expiration: '2099-01-01T00:00:00Z',
  sendEmail: true,
  sendSms: true,
  customerConsent: true,
};
const payment = { paylinkId: ':paylinkId', orderId: 'o-1', type: 'payment', amount: 100, fees: 3, currencyCode: 'USD' };
const session = {
  orgId: ':merchantId',
  amount: '12.34',
  currency: 'USD',
  callbackUrl: 'https://hooks.example.com/session',
  successUrl: 'https://shop.example.com/thanks',
  contactRef: { givenName: 'Ada', familyName: 'Byron', email: 'ada@example.com', phone: '+12025550123' },
  transactionRef: 'T-1',
  invoiceRefs: ['I-1'],
  customerConsent: true,
};
const fields =
  'id orgId status state amount { amount currency } amountDue { amount } contact { name email phone } link expirationDate';
const inVariables = (type: string, field: string, input: object, selection = `{ ${fields} }`) => ({
  query: `mutation M($input: ${type}!) { ${field}(input: $input) ${selection} }`,
  variables: { input },
});

/** GraphQL over HTTP, right in form. */
export const documents: { query: string; variables?: object; operationName?: string }[] = [
  graphql.list(),
  graphql.create(),
  graphql.read(':paylinkId'),
  graphql.send(':paylinkId'),
  inVariables('CreatePaymentSessionInput', 'createPaymentSession', session),
  inVariables('UpdatePaymentSessionInput', 'updatePaymentSession', {
    id: ':paylinkId',
    amount: '99.00',
    expirationDate: '2099-01-01T00:00:00Z',
  }),
  inVariables('UpdatePaymentSessionInput', 'updatePaymentSession', { id: ':paylinkId', status: 'Cancelled' }),
  inVariables(
    'SendPaymentSessionLinkInput',
    'sendPaymentSessionLink',
    { id: ':paylinkId', channel: 'Phone', to: '+12025550124' },
    '{ success message }',
  ),
  {
    query: `{ paymentSessions(first: 5, filter: {status: [SENT]}) { nodes { ${fields} } pageInfo { endCursor hasNextPage } } }`,
  },
  {
    query: `query Q($a: String) { paymentSessions(first: 2, after: $a) { edges { cursor node { id } } } }`,
    variables: { a: 'x' },
  },
  { query: 'fragment F on PaymentSession { id ...F } { paymentSession(id: "x") { ...F } }' },
  { query: '{ __schema { types { name fields { name args { name } } } } }' },
  {
    query: `mutation { a: cancelPaymentSession(id: ":paylinkId") { success } b: cancelPaymentSession(id: "no") { success } }`,
  },
];

/** Every request that is right, and some that only look so. */
export const samples: Sample[] = [
  ...byCallers(':merchantId', ':paylinkId'),
  ...byCustomers,
  ...byOperators,
  ...documents.map((body) => ({ method: 'POST', path: '/graphql', body })),
  ...documents.map((body) => ({ method: 'POST', path: '/', body })),
  ...Array.from({ length: 12 }, () => ({ method: 'POST', path: '/', body: create })),
  // Whom the sandbox has refuse, bounce or lose the answer.
  ...['refused', 'unknown', 'bounced', 'complained'].flatMap((name) => [
    { method: 'POST', path: '/', body: { ...create, customer: { email: `${name}@paylinks.test` }, sendSms: false } },
    { method: 'POST', path: '/:paylinkId/notify_by/:medium' },
    {
      method: 'PATCH',
      path: '/:paylinkId/send',
      body: { sendEmail: true, sendSms: true, to: { email: `${name}@paylinks.test`, phone: '+15005550004' } },
    },
  ]),
  ...Array.from({ length: 6 }, () => ({
    method: 'PATCH',
    path: '/:paylinkId/send',
    body: { sendEmail: true, sendSms: true, to: { email: 'b@example.com', phone: '+12025550125' } },
  })),
  {
    method: 'PATCH',
    path: '/:paylinkId',
    body: { customer, lineItems: [item], shipping: 0, memo: null, expiration: '2098-01-01T00:00:00Z', sendSms: false },
  },
  ...['payment', 'payment', 'refund', 'failed'].map((type) => ({
    method: 'POST',
    path: '/webhooks/payments',
    body: { ...payment, type },
  })),
  {
    method: 'GET',
    path: '/paylinks',
    query: {
      status: 'SENT,OPENED',
      deliveryStatus: 'UNKNOWN',
      merchantInvoiceId: 'INV-1',
      orderId: 'o-1',
      recipient: 'ada@example.com',
      merchantId: 'all',
      createdAfter: '2020-01-01T00:00:00Z',
      createdBefore: '2099-01-01T00:00:00Z',
      limit: '5',
      cursor: 'x',
    },
  },
  { method: 'GET', path: '/paylinks', query: { limit: '100' } },
  { method: 'GET', path: '/suppressions', query: { limit: '5', cursor: 'x' } },
  { method: 'GET', path: '/inbox.json', query: { to: '+12025550123', paylinkId: ':paylinkId' } },
  {
    method: 'GET',
    path: '/inbox',
    query: { q: 'ada', to: 'ada@example.com', unread: '1', shown: '100', view: 'raw', done: 'bounced' },
  },
  {
    method: 'GET',
    path: '/graphql',
    query: { query: '{ paymentSessions { nodes { id } } }', variables: '{}', operationName: 'x' },
  },
  {
    method: 'POST',
    path: '/webhook-endpoints',
    body: {
      url: 'https://hooks.example.com/all',
      description: 'All',
      eventTypes: ['paylink.paid'],
      includeChildren: true,
      format: 'skipify',
      headers: { 'x-own': 'a' },
    },
  },
];

const telnyx = {
  id: ':messageId',
  to: [{ phone_number: '+12025550123', status: 'delivered' }],
  tags: [':deliveryLogId'],
};
const isText = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string');

/** What providers post, before it is signed, and how it is signed. */
export const callbackSamples: { payload: unknown; sign: (payload: unknown) => Callback | null }[] = [
  ...['delivered', 'hard-bounced', 'complained', 'dropped', 'unsubscribed'].map((event) => ({
    payload: [
      {
        event,
        email: 'pay@example.com',
        customer_handle: handle,
        recipients: ['ada@example.com'],
        campaign_id: ':deliveryLogId',
        request_id: 'r',
        smtp_id: '<s@example.com>',
        timestamp: 1,
        reason: 'no such user',
      },
    ],
    sign: (payload: unknown) => fromMailchannels(payload),
  })),
  ...['email.delivered', 'email.bounced', 'email.complained'].map((type) => ({
    payload: {
      type,
      created_at: '2026-01-01T00:00:00Z',
      data: {
        email_id: 'm-1',
        to: ['ada@example.com'],
        tags: { attempt: ':deliveryLogId' },
        bounce: { type: 'Permanent', message: 'x' },
      },
    },
    sign: (payload: unknown) => fromResend(payload),
  })),
  {
    payload: { data: { id: 'evt-1', event_type: 'message.finalized', payload: telnyx } },
    sign: (payload) => fromTelnyx(payload),
  },
  {
    payload: {
      data: {
        id: 'evt-2',
        event_type: 'message.received',
        payload: { text: 'STOP', from: { phone_number: '+12025550123' }, to: [] },
      },
    },
    sign: (payload) => fromTelnyx(payload),
  },
  {
    payload: { MessageSid: 'SM1', MessageStatus: 'delivered', To: '+12025550123', ErrorCode: '30003' },
    sign: (payload) => (isText(payload) ? fromTwilio(payload, '?attempt=:deliveryLogId') : null),
  },
  {
    payload: { MessageSid: 'SM2', From: '+12025550123', OptOutType: 'STOP', Body: 'STOP' },
    sign: (payload) => (isText(payload) ? fromTwilio(payload) : null),
  },
];
