// The demo merchant's Paylinks, and what happened to each: data only. Their ids, dates and codes are the same on every machine, so that
// documents and tools can name them.

/** The demo merchant's server, which hears webhooks until it is gone. */
export const shop = {
  opensAt: '2026-11-09T14:00:00Z',
  closesAt: '2026-11-24T18:00:00Z',
  url: 'https://shop.northwind.example/webhooks/paylinks',
  description: 'The shop',
};

type Customer = { firstName: string; lastName: string; email?: string; phone?: string; locale?: string };

/** What happened at a time (ISO 8601). Amounts are minor units; a refund's is the order's total so far. */
export type Happening = { at: string } & (
  | { kind: 'send'; sendEmail?: boolean; sendSms?: boolean; answers?: 200 | 202 | 400 | 500 }
  | { kind: 'open' | 'cancel' }
  | { kind: 'payment' | 'failed' | 'refund'; orderId: string; amount: number }
  | { kind: 'correct'; customer: Customer }
);

export type DemoPaylink = {
  id: string;
  /** `merchantInvoiceId` */
  invoice: string;
  /** How it stands in the end. */
  status: string;
  /** What it is an example of. */
  shows: string;
  createdAt: string;
  fields: {
    customer: Customer;
    lineItems: { description: string; price: number; quantity: number; tax?: number }[];
    shipping?: number;
    currencyCode?: string;
    description?: string;
    memo?: string;
    expiration: string;
    sendEmail?: boolean;
    sendSms?: boolean;
  };
  happenings: Happening[];
};

/** Far enough for a demo to stay alive. */
const expiration = '2036-12-31T23:59:59Z';
const both = { sendEmail: true, sendSms: true };
const email = { sendEmail: true };

export const demoPaylinks: readonly DemoPaylink[] = [
  {
    id: '01a1c0d4-9640-701b-8000-000000001001',
    invoice: 'NW-1001',
    status: 'PAID',
    shows: 'sent by email and SMS, opened and paid',
    createdAt: '2026-11-09T15:02:00Z',
    fields: {
      customer: { firstName: 'Grace', lastName: 'Hopper', email: 'grace@example.com', phone: '+12025550111' },
      lineItems: [{ description: 'Trail jacket, M', price: 12_900, quantity: 1, tax: 1_032 }],
      shipping: 900,
      expiration,
      ...both,
    },
    happenings: [
      { at: '2026-11-09T15:03:00Z', kind: 'send', ...both },
      { at: '2026-11-09T15:41:00Z', kind: 'open' },
      { at: '2026-11-09T15:44:00Z', kind: 'payment', orderId: 'order-5001', amount: 14_832 },
    ],
  },
  {
    id: '01a1c642-5b80-701b-8000-000000001002',
    invoice: 'NW-1002',
    status: 'EXPIRED',
    shows: 'never opened, and expired after three days',
    createdAt: '2026-11-10T16:20:00Z',
    fields: {
      customer: { firstName: 'Alan', lastName: 'Turing', email: 'alan@example.com' },
      lineItems: [{ description: 'Camp stove', price: 7_450, quantity: 1, tax: 596 }],
      expiration: '2026-11-13T16:20:00Z',
      ...email,
    },
    happenings: [{ at: '2026-11-10T16:21:00Z', kind: 'send', ...email }],
  },
  {
    id: '01a1caed-1ee0-700f-8000-000000001003',
    invoice: 'NW-1003',
    status: 'REFUNDED',
    shows: 'paid, sent back and refunded as a whole',
    createdAt: '2026-11-11T14:05:00Z',
    fields: {
      customer: { firstName: 'Katherine', lastName: 'Johnson', email: 'katherine@example.com', phone: '+12025550112' },
      lineItems: [{ description: 'Hiking boots, 39', price: 16_500, quantity: 1, tax: 1_320 }],
      expiration,
      ...both,
    },
    happenings: [
      { at: '2026-11-11T14:06:00Z', kind: 'send', ...both },
      { at: '2026-11-11T19:30:00Z', kind: 'open' },
      { at: '2026-11-11T19:33:00Z', kind: 'payment', orderId: 'order-5002', amount: 17_820 },
      { at: '2026-11-18T10:15:00Z', kind: 'refund', orderId: 'order-5002', amount: 17_820 },
    ],
  },
  {
    id: '01a1d0dc-e560-7015-8000-000000001004',
    invoice: 'NW-1004',
    status: 'PARTIALLY_REFUNDED',
    shows: 'paid, and one of two items refunded',
    createdAt: '2026-11-12T17:45:00Z',
    fields: {
      customer: { firstName: 'Edsger', lastName: 'Dijkstra', email: 'edsger@example.com' },
      lineItems: [{ description: 'Sleeping bag', price: 9_900, quantity: 2 }],
      expiration,
      ...email,
    },
    happenings: [
      { at: '2026-11-12T17:46:00Z', kind: 'send', ...email },
      { at: '2026-11-12T20:10:00Z', kind: 'open' },
      { at: '2026-11-12T20:12:00Z', kind: 'payment', orderId: 'order-5003', amount: 19_800 },
      { at: '2026-11-20T09:00:00Z', kind: 'refund', orderId: 'order-5003', amount: 9_900 },
    ],
  },
  {
    id: '01a1d56c-3180-7015-8000-000000001005',
    invoice: 'NW-1005',
    status: 'PARTIALLY_PAID',
    shows: 'half of it is paid; messages ask for the rest',
    createdAt: '2026-11-13T15:00:00Z',
    fields: {
      customer: { firstName: 'Barbara', lastName: 'Liskov', email: 'barbara@example.com', phone: '+12025550113' },
      lineItems: [{ description: 'Canoe, deposit and balance', price: 120_000, quantity: 1 }],
      memo: 'Half now, half when you pick it up.',
      expiration,
      ...both,
    },
    happenings: [
      { at: '2026-11-13T15:01:00Z', kind: 'send', ...both },
      { at: '2026-11-13T18:20:00Z', kind: 'open' },
      { at: '2026-11-13T18:25:00Z', kind: 'payment', orderId: 'order-5004', amount: 60_000 },
    ],
  },
  {
    id: '01a1e4b1-7ec0-7000-8000-000000001006',
    invoice: 'NW-1006',
    status: 'PAID',
    shows: 'a card was declined, then it was paid; the shop did not answer its webhooks at first',
    createdAt: '2026-11-16T14:10:00Z',
    fields: {
      customer: { firstName: 'Sophie', lastName: 'Germain', email: 'sophie@example.com', locale: 'fr-FR' },
      lineItems: [{ description: 'Sac à dos 45 l', price: 18_500, quantity: 1 }],
      currencyCode: 'EUR',
      expiration,
      ...email,
    },
    happenings: [
      { at: '2026-11-16T14:11:00Z', kind: 'send', ...email },
      { at: '2026-11-16T15:30:00Z', kind: 'open' },
      { at: '2026-11-16T15:32:00Z', kind: 'failed', orderId: 'order-5005', amount: 18_500 },
      { at: '2026-11-16T15:36:00Z', kind: 'payment', orderId: 'order-5006', amount: 18_500 },
    ],
  },
  {
    id: '01a1e929-e780-7015-8000-000000001007',
    invoice: 'NW-1007',
    status: 'CANCELED',
    shows: 'canceled by the shop after it was sent',
    createdAt: '2026-11-17T11:00:00Z',
    fields: {
      customer: { firstName: 'John', lastName: 'Backus', email: 'john@example.com' },
      lineItems: [{ description: 'Climbing rope, 60 m', price: 21_000, quantity: 1 }],
      expiration,
      ...email,
    },
    happenings: [
      { at: '2026-11-17T11:02:00Z', kind: 'send', ...email },
      { at: '2026-11-17T12:40:00Z', kind: 'cancel' },
    ],
  },
  {
    id: '01a1eed9-97c0-7000-8000-000000001008',
    invoice: 'NW-1008',
    status: 'FAILED',
    shows: 'the provider refused the address: nothing could be delivered',
    createdAt: '2026-11-18T13:30:00Z',
    fields: {
      customer: { firstName: 'Charles', lastName: 'Babbage', email: 'refused+nw1008@paylinks.test' },
      lineItems: [{ description: 'Compass', price: 4_500, quantity: 1, tax: 360 }],
      expiration,
      ...email,
    },
    happenings: [{ at: '2026-11-18T13:31:00Z', kind: 'send', ...email, answers: 500 }],
  },
  {
    id: '01a1f313-bf00-701b-8000-000000001009',
    invoice: 'NW-1009',
    status: 'SENT',
    shows: 'an email bounced; the address was corrected, and the next one arrived',
    createdAt: '2026-11-19T09:12:00Z',
    fields: {
      customer: { firstName: 'Radia', lastName: 'Perlman', email: 'bounced+nw1009@paylinks.test' },
      lineItems: [{ description: 'Trekking poles, pair', price: 8_900, quantity: 1, tax: 712 }],
      expiration,
      ...email,
    },
    happenings: [
      { at: '2026-11-19T09:13:00Z', kind: 'send', ...email },
      {
        at: '2026-11-19T10:05:00Z',
        kind: 'correct',
        customer: { firstName: 'Radia', lastName: 'Perlman', email: 'radia@example.com' },
      },
      { at: '2026-11-19T10:06:00Z', kind: 'send', ...email },
    ],
  },
  {
    id: '01a1f9af-a400-7015-8000-000000001010',
    invoice: 'NW-1010',
    status: 'CREATED',
    shows: 'the provider’s answer was lost: the outcome is UNKNOWN until somebody settles it',
    createdAt: '2026-11-20T16:00:00Z',
    fields: {
      customer: { firstName: 'Sofia', lastName: 'Kovalevskaya', email: 'unknown+nw1010@paylinks.test' },
      lineItems: [{ description: 'Headlamp', price: 5_900, quantity: 1, tax: 472 }],
      expiration,
      ...email,
    },
    happenings: [{ at: '2026-11-20T16:01:00Z', kind: 'send', ...email, answers: 202 }],
  },
  {
    id: '01a1fdfa-4600-7000-8000-000000001011',
    invoice: 'NW-1011',
    status: 'SENT',
    shows: 'the customer complained: no further email to this address',
    createdAt: '2026-11-21T12:00:00Z',
    fields: {
      customer: { firstName: 'Blaise', lastName: 'Pascal', email: 'complained+nw1011@paylinks.test' },
      lineItems: [{ description: 'Rain cover', price: 2_900, quantity: 1 }],
      expiration,
      ...email,
    },
    happenings: [
      { at: '2026-11-21T12:01:00Z', kind: 'send', ...email },
      { at: '2026-11-21T15:00:00Z', kind: 'send', ...email, answers: 400 },
    ],
  },
  {
    id: '01a202ce-3c40-700f-8000-000000001012',
    invoice: 'NW-1012',
    status: 'OPENED',
    shows: 'opened twice, not yet paid',
    createdAt: '2026-11-22T10:30:00Z',
    fields: {
      customer: { firstName: 'Mary', lastName: 'Somerville', email: 'mary@example.com', phone: '+12025550114' },
      lineItems: [
        { description: 'Water filter', price: 6_400, quantity: 1, tax: 512 },
        { description: 'Bottle, 1 l', price: 1_900, quantity: 2, tax: 304 },
      ],
      shipping: 700,
      expiration,
      ...both,
    },
    happenings: [
      { at: '2026-11-22T10:31:00Z', kind: 'send', ...both },
      { at: '2026-11-22T11:50:00Z', kind: 'open' },
      { at: '2026-11-23T08:05:00Z', kind: 'open' },
    ],
  },
  {
    id: '01a2087d-ec80-701b-8000-000000001013',
    invoice: 'NW-1013',
    status: 'SENT',
    shows: 'sent and delivered; the shop’s webhook endpoint was gone by then, and is disabled',
    createdAt: '2026-11-23T13:00:00Z',
    fields: {
      customer: { firstName: 'Emmy', lastName: 'Noether', email: 'emmy@example.com', phone: '+12025550115' },
      lineItems: [{ description: 'Two-person tent', price: 18_900, quantity: 1, tax: 1_512 }],
      shipping: 900,
      expiration,
      ...both,
    },
    happenings: [{ at: '2026-11-23T13:01:00Z', kind: 'send', ...both }],
  },
  {
    id: '01a20ce4-05c0-701b-8000-000000001014',
    invoice: 'NW-1014',
    status: 'CREATED',
    shows: 'created, not yet sent',
    createdAt: '2026-11-24T09:30:00Z',
    fields: {
      customer: { firstName: 'Maryam', lastName: 'Mirzakhani', email: 'maryam@example.com', phone: '+12025550116' },
      lineItems: [{ description: 'Snowshoes, pair', price: 15_900, quantity: 1, tax: 1_272 }],
      shipping: 1_200,
      description: 'Snowshoes for the weekend',
      expiration,
      ...both,
    },
    happenings: [],
  },
];
