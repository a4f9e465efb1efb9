import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { adviceOf } from '../../../src/http/console/paylinks/advice.ts';
import type { DeliveryLog } from '../../../src/model/delivery.ts';
import { aPaylink } from '../../support/a-paylink.ts';
import { type Api, keyOf, merchantApi } from '../../support/api.ts';
import { signedIn, type Visitor } from '../../support/console.ts';
import { createBody } from '../../support/verbs.ts';

const aLog = (some: Partial<DeliveryLog>): DeliveryLog => ({
  id: 'log',
  operationId: 'operation',
  channel: 'EMAIL',
  status: 'SENT',
  provider: 'resend',
  messageId: null,
  recipient: 'a@x.test',
  recipientHash: 'hash',
  reason: null,
  settledBy: null,
  acceptedAt: null,
  createdAt: 1,
  updatedAt: 1,
  version: 1,
  ...some,
});

let api: Api;
let visitor: Visitor;
beforeAll(async () => {
  api = await merchantApi({ mode: 'test' });
  visitor = await signedIn(api.key);
});

const Created = z.object({ paylinkId: z.string() });
async function create(email: string | null, more: object = {}): Promise<string> {
  const body = { ...createBody(api.merchant.id), customer: { email }, sendEmail: true, customerConsent: true, ...more };
  return Created.parse(await (await api.call('POST', '/', body)).json()).paylinkId;
}
const send = (id: string) => api.call('PATCH', `/${id}/send`, { sendEmail: true, sendSms: false });
const at = (id: string) => `/console/paylinks/${id}`;

/** What the page advises, with where it leads. */
async function advice(id: string, of = visitor): Promise<[text: string, path: string | null]> {
  await of.get(at(id));
  const shown = /<p class="advice">(.*?)<\/p>/s.exec(of.page)?.[1] ?? '';
  return [shown.replace(/<a .*/s, '').trim(), /href="([^"]*)"/.exec(shown)?.[1] ?? null];
}

describe('beside the answer stands what to do next', () => {
  it('before anything was sent: what lacks, else that it can be sent', async () => {
    const nobody = await create(null);
    expect(await advice(nobody)).toEqual([
      'The customer has neither an email address nor a phone number.',
      `${at(nobody)}/edit`,
    ]);
    const unasked = await create('ada@example.com', { customerConsent: false });
    expect((await advice(unasked))[0]).toContain('not recorded that the customer agreed');
    expect(await advice(await create('ada@example.com'))).toEqual(['It can be sent now.', '#send']);
  });

  it('after a message that did not arrive: where it is put right', async () => {
    const refused = await create('refused@paylinks.test');
    await send(refused);
    expect(await advice(refused)).toEqual(['Check the address, then send again or by the other channel.', '#send']);
  });

  it.each([
    [
      'SUPPRESSED',
      'Nothing is sent to this address until its suppression is lifted.',
      '/console/recipients?q=b%40x.test',
    ],
    ['BOUNCED', 'Ask the customer for the right address, change it, and send again.', '/edit'],
    ['FAILED', 'Check the address, then send again or by the other channel.', '#send'],
  ] as const)('after a message that is %s, also when one before it arrived', (status, text, path) => {
    const first = aLog({ id: 'one', status: 'DELIVERED', createdAt: 1 });
    const second = aLog({ id: 'two', status, createdAt: 2, recipient: 'b@x.test', reason: 'Mailbox full.' });
    const paylink = { ...aPaylink({ status: 'SENT', deliveryLogs: [first, second] }), expiration: 10 };
    const advised = adviceOf(paylink, 5);
    expect(advised?.text).toBe(`The latest message did not arrive: Mailbox full. ${text}`);
    expect(advised?.where?.path.endsWith(path)).toBe(true);
  });

  it('once it is over: that it cannot be paid, and nothing where nothing is left to do', async () => {
    const canceled = await create('ada@example.com');
    await api.call('PATCH', `/${canceled}/cancel`);
    expect(await advice(canceled)).toEqual(['It is canceled and cannot be paid any more.', null]);
    const paid = await create('ada@example.com');
    await api.call('POST', `/sandbox/${paid}/pay`);
    expect(await advice(paid)).toEqual(['', null]);
  });

  it('without a way there for a key that may not go it', async () => {
    const reader = await signedIn((await keyOf(api.merchant, ['paylinks:read'])).key);
    expect(await advice(await create('ada@example.com'), reader)).toEqual(['It can be sent now.', null]);
  });
});

describe('the page of a Paylink', () => {
  it('shows its details and its link also once it is over', async () => {
    const id = await create('ada@example.com', { merchantInvoiceId: 'INV-7' });
    await api.call('POST', `/sandbox/${id}/pay`);
    await visitor.get(at(id));
    for (const text of ['Copy link', 'INV-7', id, '<dt>Paid</dt>']) expect(visitor.page).toContain(text);
    expect(visitor.page).not.toContain('Still due');
  });

  it('says that it composes the message anew, and when what was sent may have read otherwise', async () => {
    const id = await create('ada@example.com');
    await visitor.get(at(id));
    expect(visitor.page).toContain('Not sent by email so far');
    await send(id);
    await visitor.get(at(id));
    expect(visitor.page).toContain('Composed anew');
    expect(visitor.page).toContain(`<a href="/inbox?paylinkId=${id}">`);
    expect(visitor.page).not.toContain('The Paylink was changed on');
    await api.call('PATCH', `/${id}`, { memo: 'Thank you' });
    await visitor.get(at(id));
    expect(visitor.page).toContain('The Paylink was changed on');
  });
});

describe('a proof of consent', () => {
  const Seen = z.object({ consent: z.unknown(), memo: z.unknown() });
  const read = async (id: string) => Seen.parse(await (await api.call('GET', `/${id}`)).json());
  const proof = {
    'consent.source': 'Checkout form',
    'consent.capturedAt': '2026-11-20T10:15',
    'consent.text': 'Text me the link',
    'consent.ip': '203.0.113.7',
  };
  const form = { lineCount: '1', 'lineItems.0.description': 'Kettle', 'lineItems.0.price': '10', currencyCode: 'USD' };

  it('is typed into the form, checked beside its fields, and kept when the rest is changed', async () => {
    await visitor.get('/console/paylinks/new');
    const wrong = await visitor.post('/console/paylinks/new', { ...form, ...proof, 'consent.ip': 'home' });
    expect(wrong.status).toBe(400);
    expect(visitor.page).toContain('id="consent.ip-wrong"');
    expect(visitor.page).toContain('value="Checkout form"');
    const made = await visitor.post('/console/paylinks/new', { ...form, ...proof });
    const id = /paylinks\/([^?]+)/.exec(made.headers.get('location') ?? '')?.[1] ?? '';
    const { consent } = await read(id);
    expect(consent).toMatchObject({
      source: 'Checkout form',
      capturedAt: '2026-11-20T10:15:00.000Z',
      text: 'Text me the link',
      ip: '203.0.113.7',
    });
    await api.call('PATCH', `/${id}`, { consent: { source: 'Call', capturedAt: '2026-11-20T10:15:42.007Z' } });
    const precise = (await read(id)).consent;
    const page = { 'consent.source': 'Call', 'consent.capturedAt': '2026-11-20T10:15' };
    await visitor.get(`${at(id)}/edit`);
    expect((await visitor.post(`${at(id)}/edit`, { ...form, ...page, memo: 'Hello' })).status).toBe(303);
    expect(await read(id)).toEqual({ consent: precise, memo: 'Hello' });
    await visitor.get(`${at(id)}/edit`);
    await visitor.post(`${at(id)}/edit`, { ...form, memo: 'Hello' });
    expect(await read(id)).toEqual({ consent: null, memo: 'Hello' });
  });
});

it('the audit log leads from a consent to its Paylink', async () => {
  const id = await create('ada@example.com', { consent: { source: 'Call' } });
  await visitor.get('/console/audit');
  expect(visitor.page).toContain(`<a href="${at(id)}"><code>${id}</code></a>`);
});

describe('what is wrong with a form', () => {
  it('is told by the names that its fields have on the page, each a way to its field', async () => {
    await visitor.get('/console/paylinks/new');
    const form = { lineCount: '1', 'lineItems.0.description': 'Kettle', 'lineItems.0.price': 'x', currencyCode: 'USD' };
    await visitor.post('/console/paylinks/new', form);
    expect(visitor.page).toContain('<a href="#lineItems.0.price">Line 1, price</a>');
    expect(visitor.page).toContain('id="lineItems.0.price"');
    const id = await create('ada@example.com');
    await visitor.get(at(id));
    await visitor.post(`${at(id)}/send`, { sendEmail: 'yes', 'to.email': 'nobody' });
    expect(visitor.page).toContain('<a href="#to.email">Email</a>');
    expect(visitor.page).toContain('id="to.email-wrong"');
  });
});
