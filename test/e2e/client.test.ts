import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PaylinksError, paylinksClient } from '../../src/client/index.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

const merchantId = '11111111-2222-4333-8444-555555555555';
const secret = 'sk_test_4f9c1e7ab2d04c6d9a5be3f80c1d7726';
const apiKey = 'plk_test_demo_2b7e151628aed2a6abf7158809cf4f3c';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway?.stop());

const ways = [
  ['an API key', { apiKey }],
  ['a signature', { merchantId, secret }],
  ['a signature of version 1', { merchantId, secret, version: 1 }],
] as const;

describe.each(ways)('the client with %s', (_, auth) => {
  const client = () => paylinksClient({ baseUrl: gateway.url, auth });
  const create = () =>
    client().create({
      merchantId,
      customer: { email: 'delivered@paylinks.test' },
      lineItems: [{ description: 'Two-person tent', price: 18_900, quantity: 1 }],
      sendEmail: true,
      customerConsent: true,
    });

  it('creates, changes, sends, reads, finds and pays a Paylink', async () => {
    const { paylinkId } = await create();
    expect(await client().update(paylinkId, { merchantInvoiceId: paylinkId, shipping: 900 })).toMatchObject({
      total: 19_800,
    });
    const key = { idempotencyKey: crypto.randomUUID() };
    const send = () => client().send(paylinkId, { sendEmail: true, sendSms: false }, key);
    expect(await send()).toMatchObject({ outcome: 'accepted', replayed: false });
    expect(await send()).toMatchObject({ outcome: 'accepted', replayed: true });
    expect(await client().qrCode(paylinkId)).toMatch(/^<svg/);
    const found = [];
    for await (const one of client().all({ merchantInvoiceId: paylinkId, limit: 1 })) found.push(one.paylinkId);
    expect(found).toEqual([paylinkId]);
    const answer = await client().graphql<{ paymentSession: { status: string } }>(
      'query($id: ID!) { paymentSession(id: $id) { status } }',
      { id: paylinkId },
    );
    expect(answer.data?.paymentSession.status).toBe('SENT');
    await client().sandbox.open(paylinkId);
    const payment = { paylinkId, orderId: 'o-1', type: 'payment', amount: 19_800, currencyCode: 'USD' } as const;
    expect(await client().reportPayment(payment)).toMatchObject({ status: 'PAID', openCount: 1 });
    expect(await client().read(paylinkId)).toMatchObject({ status: 'PAID', amountDue: 0 });
  });

  it('attaches a file, and cancels', async () => {
    const { paylinkId } = await create();
    const bytes = new TextEncoder().encode('%PDF-1.4\n%%EOF\n');
    const attached = await client().attach(paylinkId, [{ name: 'invoice.pdf', bytes }]);
    expect(JSON.stringify(attached.attachments)).toContain('invoice.pdf');
    await client().detach(paylinkId, 'invoice.pdf');
    await client().cancel(paylinkId);
    const again = await client()
      .cancel(paylinkId)
      .catch((thrown: unknown) => thrown);
    expect(again).toBeInstanceOf(PaylinksError);
    expect(again).toMatchObject({ status: 400, code: 'already_canceled' });
  });

  it('manages an endpoint, reads the settings and the suppressions', async () => {
    const { endpoints } = client();
    const { endpointId, secret: shown } = await endpoints.register({ url: 'https://hooks.example.com/paylinks' });
    expect(shown).toMatch(/^whsec_/);
    expect(await endpoints.change(endpointId, { description: 'ours', enabled: false })).toMatchObject({
      enabled: false,
    });
    expect((await endpoints.list()).data.map((one) => one.endpointId)).toContain(endpointId);
    expect(await endpoints.attempts(endpointId)).toEqual({ data: [], nextCursor: null });
    await endpoints.remove(endpointId);
    await expect(endpoints.read(endpointId)).rejects.toThrow('Not found');
    expect(await client().settings()).toMatchObject({ merchantId });
    expect(await client().stats({ groupBy: 'channel' })).toMatchObject({ groupBy: 'channel' });
    expect((await client().rotateCallbackSecret()).secret).toMatch(/^whsec_/);
    expect(await client().suppressions({ limit: 1 })).toMatchObject({ nextCursor: null });
  });

  it('issues a key, uses it, lets it end and revokes it, and finds that in the audit log', async () => {
    const { credentials } = client();
    const issued = await credentials.issue({ scheme: 'bearer', label: 'Reports', scopes: ['paylinks:read'] });
    const reports = paylinksClient({ baseUrl: gateway.url, auth: { apiKey: issued.secret } });
    expect(await reports.list({ limit: 1 })).toMatchObject({ data: expect.any(Array) });
    await expect(reports.credentials.list()).rejects.toMatchObject({ status: 403, code: 'forbidden' });
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    expect(await credentials.expire(issued.id, expiresAt)).toMatchObject({ id: issued.id, expiresAt });
    await credentials.revoke(issued.id);
    const listed = (await credentials.list()).data.find(({ id }) => id === issued.id);
    expect(listed).toMatchObject({ label: 'Reports', scopes: ['paylinks:read'], revokedAt: expect.any(String) });
    const { data, nextCursor } = await client().audit({ limit: 1 });
    expect(data).toMatchObject([{ action: 'credential.revoked', subject: issued.id }]);
    const before = await client().audit({ limit: 1, cursor: nextCursor ?? '' });
    expect(before.data).toMatchObject([{ action: 'credential.expired', subject: issued.id }]);
  });
});
