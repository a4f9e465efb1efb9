import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { groupedRead } from './floor-standing.ts';
import type { Shot } from './load.ts';
import { bearer, blocked, hmacSecret, merchantId, unknown } from './targets.ts';

const json = { 'content-type': 'application/json' };
let customers = 0;

/** A create of an ordinary size, for a customer of its own. */
export function createShot(): Shot {
  customers += 1;
  const body = {
    merchantId,
    merchantInvoiceId: 'INV-1',
    customer: { email: `customer${customers}@example.com`, phone: '3333333333', firstName: 'Ada', lastName: 'Byron' },
    lineItems: [{ sku: 'B-1', price: 1010, quantity: 1, tax: 0, description: 'A book', category: 'books' }],
    description: 'Your order',
    sendEmail: true,
    sendSms: true,
    customerConsent: true,
  };
  return { method: 'POST', path: '/', headers: { ...json, authorization: bearer }, body: JSON.stringify(body) };
}

export const readShot = (id: string): Shot => ({
  method: 'GET',
  path: `/${id}`,
  headers: { authorization: bearer },
  body: null,
});

/** Each send has a key, as a careful caller's has. */
export const sendShot = (id: string, key: string = randomUUID()): Shot => ({
  method: 'PATCH',
  path: `/${id}/send`,
  headers: { ...json, authorization: bearer, 'idempotency-key': key },
  body: JSON.stringify({ sendEmail: true, sendSms: false }),
});

export function groupingShot(id: string): Shot {
  const shot = sendShot(id);
  return { ...shot, headers: { ...shot.headers, [groupedRead]: '1' } };
}

const mutation =
  'mutation Send($input: SendPaymentSessionLinkInput!) { sendPaymentSessionLink(input: $input) { success message } }';

export const graphqlShot = (id: string): Shot => ({
  method: 'POST',
  path: '/graphql',
  headers: { ...json, accept: 'application/json', authorization: bearer, 'idempotency-key': randomUUID() },
  body: JSON.stringify({ query: mutation, variables: { input: { id, channel: 'Email' } } }),
});

/** The same request under an HMAC signature instead of a bearer key. */
export function signed(shot: Shot, origin: string): Shot {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const nonce = randomBytes(16).toString('hex');
  const body = createHash('sha256')
    .update(shot.body ?? '')
    .digest('hex');
  const target = new URL(shot.path, origin);
  const lines = ['PAYLINKS-HMAC-SHA256-V1', merchantId, timestamp, nonce, shot.method, target.pathname, body];
  const signature = createHmac('sha256', hmacSecret).update(lines.join('\n')).digest('hex');
  const { authorization: _, ...headers } = shot.headers;
  return { ...shot, headers: { ...headers, 'x-merchant-id': merchantId, timestamp, nonce, signature } };
}

/** An unknown key, each from an address of its own: the flood guard counts by address. */
export const unknownShot = (n: number): Shot => ({
  ...readShot('01890000-0000-7000-8000-000000000000'),
  headers: { authorization: unknown, 'cf-connecting-ip': `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}` },
});

export const blockedShot = (): Shot => ({
  ...readShot('01890000-0000-7000-8000-000000000000'),
  headers: { authorization: blocked },
});

/** A page of the merchant's list. */
export const pageShot = (limit: number, cursor: string | undefined): Shot => ({
  method: 'GET',
  path: `/paylinks?limit=${limit}${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
  headers: { authorization: bearer },
  body: null,
});
