import {
  type Callback,
  fromMailchannels,
  fromResend,
  fromTelnyx,
  fromTwilio,
  handle,
} from './providers/signed-callbacks.ts';
import { createBody } from './verbs.ts';

/** What a caller asks GraphQL about a Paylink. */
export const graphql = {
  list: () => ({ query: '{ paymentSessions { nodes { status } } }' }),
  create: () => ({
    query: 'mutation { createPaymentSession(input: {amount: "1.00", currency: "USD"}) { id } }',
  }),
  cancel: (id: string) => ({ query: `mutation { cancelPaymentSession(id: "${id}") { success } }` }),
  read: (id: string) => ({ query: `{ paymentSession(id: "${id}") { status } }` }),
  send: (id: string) => ({
    query: `mutation { sendPaymentSessionLink(input: {id: "${id}", channel: Email}) { success } }`,
  }),
};

/** A route as it is asked for: `path` as the routes name it, `body` absent: none. */
export type Asked = { method: string; path: string; body?: unknown };
export const asked = (method: string, path: string, body?: unknown): Asked => ({ method, path, body });

/** A form with a file, as a browser posts it. */
function aFile(): FormData {
  const form = new FormData();
  form.set('file', new File(['%PDF-1.7'], 'a.pdf'));
  return form;
}

/** Every route of a merchant's callers, once a method; the Paylink `id` is `merchantId`'s. */
export const byCallers = (merchantId: string, id: string): Asked[] => [
  asked('POST', '/', createBody(merchantId)),
  asked('GET', '/:paylinkId'),
  asked('PATCH', '/:paylinkId', { memo: 'new' }),
  asked('PATCH', '/:paylinkId/cancel'),
  asked('PATCH', '/:paylinkId/send', { sendEmail: true, sendSms: false }),
  asked('POST', '/:paylinkId/notify_by/:medium'),
  asked('GET', '/:paylinkId/qr.svg'),
  asked('POST', '/:paylinkId/attachments', aFile()),
  asked('DELETE', '/:paylinkId/attachments/:name'),
  asked('POST', '/:paylinkId/delivery-logs/:deliveryLogId/settle', { status: 'SENT' }),
  asked('POST', '/sandbox/:paylinkId/pay', { amount: 100 }),
  asked('POST', '/sandbox/:paylinkId/open'),
  asked('POST', '/sandbox/:paylinkId/fail'),
  asked('GET', '/paylinks'),
  asked('GET', '/stats'),
  asked('GET', '/settings'),
  asked('PATCH', '/settings', { locale: 'en-US' }),
  asked('POST', '/settings/callback-secret/rotate'),
  asked('GET', '/suppressions'),
  asked('DELETE', '/suppressions/:suppressionId'),
  asked('POST', '/recipients/erase', { email: 'nobody@example.com' }),
  asked('GET', '/audit'),
  asked('GET', '/credentials'),
  asked('POST', '/credentials', { scheme: 'bearer' }),
  asked('PATCH', '/credentials/:credentialId', { expiresAt: null }),
  asked('DELETE', '/credentials/:credentialId'),
  asked('POST', '/webhook-endpoints', { url: 'https://hooks.example.com/' }),
  asked('GET', '/webhook-endpoints'),
  asked('GET', '/webhook-endpoints/:endpointId'),
  asked('PATCH', '/webhook-endpoints/:endpointId', { enabled: true }),
  asked('DELETE', '/webhook-endpoints/:endpointId'),
  asked('POST', '/webhook-endpoints/:endpointId/rotate'),
  asked('POST', '/webhook-endpoints/:endpointId/test'),
  asked('GET', '/webhook-endpoints/:endpointId/attempts'),
  asked('POST', '/webhook-endpoints/:endpointId/replay', { since: '2026-01-01T00:00:00Z' }),
  asked('POST', '/webhooks/payments', {
    paylinkId: id,
    orderId: 'o-1',
    type: 'payment',
    amount: 100,
    currencyCode: 'USD',
  }),
  asked('POST', '/graphql', graphql.read(id)),
  asked('POST', '/graphql', graphql.send(id)),
  asked('POST', '/graphql', graphql.list()),
  asked('POST', '/graphql', graphql.create()),
  asked('POST', '/graphql', graphql.cancel(id)),
  asked('GET', '/inbox'),
  asked('GET', '/inbox.json'),
  asked('GET', '/inbox/events'),
  asked('GET', '/inbox/:id'),
  asked('GET', '/inbox/:id/html'),
  asked('GET', '/inbox/:id/raw'),
  asked('POST', '/inbox/:id/play', { event: 'delivered' }),
  asked('POST', '/inbox/:id/delete'),
  asked('POST', '/inbox/delete'),
];

export const byCustomers: Asked[] = [
  asked('GET', '/s/:code'),
  asked('GET', '/p/:code'),
  asked('GET', '/p/:code/files/:name'),
  asked('POST', '/o/:code'),
  asked('POST', '/u/:token'),
  asked('GET', '/checkout/:code'),
];

export const byOperators: Asked[] = [
  asked('POST', '/admin/merchants', { name: 'Acme', mode: 'test', country: 'US' }),
  asked('GET', '/admin/merchants'),
  asked('GET', '/admin/merchants/:id'),
  asked('GET', '/admin/audit'),
  asked('GET', '/admin/health'),
  asked('PATCH', '/admin/merchants/:id', { name: 'Acme 2' }),
  asked('GET', '/admin/merchants/:id/credentials'),
  asked('POST', '/admin/merchants/:id/credentials', { scheme: 'bearer' }),
  asked('PATCH', '/admin/merchants/:id/credentials/:credentialId', { expiresAt: null }),
  asked('DELETE', '/admin/merchants/:id/credentials/:credentialId'),
];

/** An attempt whose coordinator is asked for it. */
const attempt = '01890000-0000-7001-8000-0000000000aa';
const message = { id: 'm-1', to: [{ phone_number: '+12025550123', status: 'delivered' }], tags: [attempt] };
/** Callbacks of every provider, signed. */
export const callbacks = (): Callback[] => [
  fromMailchannels([
    {
      event: 'delivered',
      campaign_id: attempt,
      email: 'pay@example.com',
      customer_handle: handle,
      recipients: ['a@b.example'],
      timestamp: 1,
    },
  ]),
  fromResend({
    type: 'email.delivered',
    created_at: '2026-01-01T00:00:00Z',
    data: { email_id: 'm-1', to: ['a@b.example'], tags: { attempt } },
  }),
  fromTelnyx({ data: { id: crypto.randomUUID(), event_type: 'message.finalized', payload: message } }),
  fromTwilio({ MessageSid: 'SM1', MessageStatus: 'delivered', To: '+12025550123' }, `?attempt=${attempt}`),
  fromTwilio({ MessageSid: 'SM2', From: '+12025550123', To: '+12025550143', OptOutType: 'STOP' }),
];

/** Routes that ask neither D1 nor an object; and `/readyz` and the console, which have tests of their own. */
export const CONSTANT = ['/healthz', '/readyz', '/console', '/console/*', '/admin/*', '/*'];

/** The request for a route whose parameters are `ids`. */
export const requestOf = (
  { method, path, body }: Asked,
  ids: Readonly<Record<string, string>>,
  authorization: string,
  accept = '*/*',
): Request => {
  const url = `http://gateway.test${path.replace(/:(\w+)/g, (_, name) => ids[name] ?? '')}`;
  const headers = { authorization, accept };
  if (body === undefined) return new Request(url, { method, headers });
  if (body instanceof FormData) return new Request(url, { method, headers, body });
  const json = { ...headers, 'content-type': 'application/json' };
  return new Request(url, { method, headers: json, body: JSON.stringify(body) });
};
