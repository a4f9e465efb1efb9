import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { bearer, blocked, hmacSecret, merchantId, unknown } from './credentials.ts';
import { inGroups } from './floor/recipient-status.ts';
import type { LoadRequest } from './load.ts';

const json = { 'content-type': 'application/json' };
let customers = 0;
let addresses = 0;

export type Merchant = { id: string; bearer: string };
const usual: Merchant = { id: merchantId, bearer };

/** A create of an ordinary size, for a customer of its own. */
export function createRequest(merchant = usual): LoadRequest {
  customers += 1;
  const body = {
    merchantId: merchant.id,
    merchantInvoiceId: 'INV-1',
    customer: { email: `customer${customers}@example.com`, phone: '3333333333', firstName: 'Ada', lastName: 'Byron' },
    lineItems: [{ sku: 'B-1', price: 1010, quantity: 1, tax: 0, description: 'A book', category: 'books' }],
    description: 'Your order',
    sendEmail: true,
    sendSms: true,
    customerConsent: true,
  };
  return {
    method: 'POST',
    path: '/',
    headers: { ...json, authorization: merchant.bearer },
    body: JSON.stringify(body),
  };
}

export const readRequest = (id: string): LoadRequest => ({
  method: 'GET',
  path: `/${id}`,
  headers: { authorization: bearer },
  body: null,
});

/** Each send has an idempotency key of its own. */
export const sendRequest = (id: string, merchant = usual): LoadRequest => ({
  method: 'PATCH',
  path: `/${id}/send`,
  headers: { ...json, authorization: merchant.bearer, 'idempotency-key': randomUUID() },
  body: JSON.stringify({ sendEmail: true, sendSms: false }),
});

export function groupingRequest(id: string): LoadRequest {
  const request = sendRequest(id);
  return { ...request, headers: { ...request.headers, [inGroups]: '1' } };
}

const mutation =
  'mutation Send($input: SendPaymentSessionLinkInput!) { sendPaymentSessionLink(input: $input) { success message } }';

export const graphqlRequest = (id: string): LoadRequest => ({
  method: 'POST',
  path: '/graphql',
  headers: { ...json, accept: 'application/json', authorization: bearer, 'idempotency-key': randomUUID() },
  body: JSON.stringify({ query: mutation, variables: { input: { id, channel: 'Email' } } }),
});

/** The same request under an HMAC signature instead of a bearer key. */
export function signed(request: LoadRequest, origin: string): LoadRequest {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const nonce = randomBytes(16).toString('hex');
  const body = createHash('sha256')
    .update(request.body ?? '')
    .digest('hex');
  const target = new URL(request.path, origin);
  const lines = ['PAYLINKS-HMAC-SHA256-V1', merchantId, timestamp, nonce, request.method, target.pathname, body];
  const signature = createHmac('sha256', hmacSecret).update(lines.join('\n')).digest('hex');
  const { authorization: _, ...headers } = request.headers;
  return { ...request, headers: { ...headers, 'x-merchant-id': merchantId, timestamp, nonce, signature } };
}

const someId = '01890000-0000-7000-8000-000000000000';

/** An unknown key, each from an address of its own: the flood guard counts by address. */
export function unknownRequest(): LoadRequest {
  addresses += 1;
  const address = `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`;
  return { ...readRequest(someId), headers: { authorization: unknown, 'cf-connecting-ip': address } };
}

export const blockedRequest = (): LoadRequest => ({ ...readRequest(someId), headers: { authorization: blocked } });

/** A page of the merchant's list. */
export const pageRequest = (limit: number, cursor: string | undefined): LoadRequest => ({
  method: 'GET',
  path: `/paylinks?limit=${limit}${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
  headers: { authorization: bearer },
  body: null,
});
