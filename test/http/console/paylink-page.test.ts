import { beforeAll, describe, expect, it } from 'vitest';
import { type Api, merchantApi } from '../../support/api.ts';
import { locationOf, signedIn, twoMerchants, type Visitor } from '../../support/console.ts';
import { PDF } from '../../support/uploads.ts';
import { at, create, read } from './new-paylink.ts';

let api: Api;
let visitor: Visitor;
let foreign: Visitor;
beforeAll(async () => {
  ({ api, visitor, foreign } = await twoMerchants());
});

describe('the page of a Paylink', () => {
  const reserved = (name: string) => ({
    customer: { email: `${name}@paylinks.test` },
    sendEmail: true,
    customerConsent: true,
  });

  it('answers whether the customer has the link', async () => {
    const says = async (id: string) => {
      await visitor.get(at(id));
      return /class="says[^"]*"><strong>([^<]+)</.exec(visitor.page)?.[1];
    };
    const id = await create(api, reserved('refused'));
    expect(await says(id)).toBe('Not yet.');
    await api.call('PATCH', `/${id}/send`, { sendEmail: true, sendSms: false });
    expect(await says(id)).toBe('No.');
    const unknown = await create(api, reserved('unknown'));
    await api.call('PATCH', `/${unknown}/send`, { sendEmail: true, sendSms: false });
    expect(await says(unknown)).toBe('Nobody knows yet.');
    const sent = await create(api, { ...reserved('x'), customer: { email: 'a@example.com' } });
    await api.call('PATCH', `/${sent}/send`, { sendEmail: true, sendSms: false });
    expect(await says(sent)).toBe('Probably.');
    await api.call('POST', `/sandbox/${sent}/open`);
    expect(await says(sent)).toBe('Yes.');
    await api.call('POST', `/sandbox/${sent}/pay`);
    expect(await says(sent)).toBe('Yes, and it is paid.');
  });

  it('sends, also to another address, once however often its form is sent', async () => {
    const id = await create(api, { sendEmail: true, sendSms: false, customerConsent: true });
    await visitor.get(at(id));
    const once = /action="[^"]+\/send"[^>]*>.*?name="once" value="([^"]+)"/s.exec(visitor.page)?.[1];
    const form = { sendEmail: 'yes', 'to.email': 'ada@example.com', once };
    for (let n = 0; n < 2; n++) {
      await visitor.get(at(id));
      const answer = await visitor.post(at(id, '/send'), form);
      expect(locationOf(answer)).toBe(`${at(id)}?done=sent`);
    }
    const { deliveryLogs } = await read(api, id);
    expect(deliveryLogs.map(({ recipient }) => recipient)).toEqual(['ada@example.com']);
    await visitor.get(`${at(id)}?done=sent`);
    expect(visitor.page).toContain('a provider has accepted the message');
  });

  it('says that the provider refused, which is no fault of the gateway', async () => {
    const id = await create(api, reserved('refused'));
    await visitor.get(at(id));
    expect((await visitor.post(at(id, '/send'), { sendEmail: 'yes' })).status).toBe(422);
    expect(visitor.page).toContain('The sandbox refused it.');
  });

  it('says in the words of the API why it did not send, and keeps what was typed', async () => {
    const id = await create(api, { sendEmail: true, customerConsent: false });
    const sends = async (form: object) => {
      await visitor.get(at(id));
      return (await visitor.post(at(id, '/send'), form)).status;
    };
    expect(await sends({ sendEmail: 'yes' })).toBe(400);
    expect(visitor.page).toContain('It was not sent.');
    expect(await sends({})).toBe(400);
    expect(visitor.page).toContain('Tick email or SMS.');
    expect(await sends({ sendEmail: 'yes', 'to.email': 'not an address' })).toBe(400);
    expect(visitor.page).toContain('value="not an address"');
    expect((await read(api, id)).deliveryLogs).toEqual([]);
  });

  it('lets somebody settle an outcome that nobody knows', async () => {
    const id = await create(api, reserved('unknown'));
    await api.call('PATCH', `/${id}/send`, { sendEmail: true, sendSms: false });
    await visitor.get(at(id));
    const attemptId = /name="attemptId" value="([^"]+)"/.exec(visitor.page)?.[1];
    expect((await visitor.post(at(id, '/settle'), { attemptId })).status).toBe(400);
    await visitor.get(at(id));
    expect((await visitor.post(at(id, '/settle'), { attemptId, status: 'SENT' })).status).toBe(303);
    expect((await read(api, id)).deliveryLogs).toMatchObject([{ status: 'SENT' }]);
    await visitor.get(at(id));
    expect((await visitor.post(at(id, '/settle'), { attemptId, status: 'FAILED' })).status).toBe(400);
    expect(visitor.page).toContain('only one that is UNKNOWN can be settled');
  });

  it('attaches files and removes them, by a form of its own', async () => {
    const id = await create(api);
    const pdf = new File([PDF], 'Invoice 7.pdf', { type: 'application/pdf' });
    const attach = async (files: File[], formToken?: string) => {
      await visitor.get(at(id));
      return visitor.upload(at(id, '/attachments'), files, formToken);
    };
    expect((await attach([pdf], 'x')).status).toBe(403);
    expect((await attach([])).status).toBe(400);
    expect((await attach([new File(['<html>'], 'page.pdf')])).status).toBe(400);
    expect(visitor.page).toContain('Must be a PDF, PNG or JPEG file.');
    expect(locationOf(await attach([pdf]))).toBe(`${at(id)}?done=attached`);
    await visitor.get(at(id));
    const name = /name="name" value="([^"]+)"/.exec(visitor.page)?.[1] ?? '';
    expect(name).toMatch(/\.pdf$/);
    await foreign.get('/console/paylinks');
    expect((await foreign.post(at(id, '/detach'), { name })).status).toBe(404);
    expect((await visitor.post(at(id, '/detach'), { name: 'none.pdf' })).status).toBe(404);
    expect(locationOf(await visitor.post(at(id, '/detach'), { name }))).toBe(`${at(id)}?done=detached`);
    await visitor.get(at(id));
    expect(visitor.page).not.toContain(name);
  });

  it('shows the email in a frame without scripts, whose links lead to nobody’s unsubscribing', async () => {
    const id = await create(api, { sendEmail: true });
    await visitor.get(at(id));
    expect(visitor.page).toContain(`<iframe src="${at(id, '/email')}" sandbox=""`);
    const email = await visitor.get(at(id, '/email'));
    expect(email.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(visitor.page).toContain(`/u/preview`);
  });
});

describe('what merchants and customers type', () => {
  const evil = '"><img src=x onerror=alert(1)></script><script>alert(2)</script>';
  it('is text wherever it is shown', async () => {
    const of = await merchantApi({ name: evil });
    const id = await create(of, {
      merchantInvoiceId: evil,
      description: evil,
      memo: evil,
      metadata: { [evil]: evil },
      customer: { firstName: evil, lastName: evil, paylinkCustomerId: evil, email: 'a@example.com' },
      lineItems: [{ sku: evil, description: evil, price: 100, quantity: 1, category: evil }],
    });
    await of.call('PATCH', `/${id}`, { memo: `${evil}2`, description: `${evil}2` });
    await of.call('POST', '/webhooks/payments', {
      paylinkId: id,
      orderId: evil,
      type: 'payment',
      amount: 10,
      currencyCode: 'USD',
    });
    const seen = await signedIn(of.key);
    const paths = [
      '/console',
      '/console/paylinks?merchant=all',
      `/console/paylinks?q=${encodeURIComponent(evil)}&status=${encodeURIComponent(evil)}&from=${encodeURIComponent(evil)}`,
      at(id),
      `${at(id)}?message=sms&done=${encodeURIComponent(evil)}`,
      at(id, '/edit'),
    ];
    for (const path of paths) {
      await seen.get(path);
      expect(seen.page, path).not.toMatch(/<img src=x|<script>alert|<\/script><script>/);
    }
    await seen.get(at(id));
    expect(seen.page).toContain('&lt;img src=x');
    const typed = {
      'customer.email': evil,
      memo: evil,
      'lineItems.0.price': evil,
      lineCount: '1',
      currencyCode: 'USD',
    };
    await seen.post(at(id, '/edit'), typed);
    expect(seen.page).not.toMatch(/<img src=x|<script>alert/);
    await seen.get(at(id));
    await seen.post(at(id, '/send'), { sendEmail: 'yes', 'to.email': evil });
    expect(seen.page).not.toMatch(/<img src=x|<script>alert/);
  });
});
