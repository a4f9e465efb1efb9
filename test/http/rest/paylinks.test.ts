import { beforeAll, describe, expect, it } from 'vitest';
import { type Api, merchantApi, request } from '../../support/api.ts';
import { createBody } from '../../support/verbs.ts';

type Body = Record<string, unknown> & { paylinkId: string };
const json = async (response: Response): Promise<Body> => response.json();

describe('REST', () => {
  let api: Api;
  beforeAll(async () => {
    api = await merchantApi();
  });
  const create = async (some: object = {}) => json(await api.call('POST', '/', createBody(api.merchant.id, some)));

  it('answers a send with every key of the source document’s example, with its type and nesting', async () => {
    const { paylinkId } = await create({ metadata: { order: 7 }, memo: 'Thanks' });
    const response = await api.call('PATCH', `/${paylinkId}/send`, { sendEmail: true, sendSms: true });
    expect(response.status).toBe(200);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const text = expect.any(String);
    const log = {
      deliveryLogId: text,
      paylinkId,
      status: 'SENT',
      messageId: text,
      provider: 'inbox',
      reason: null,
      createdAt: time,
      updatedAt: time,
    };
    expect(await response.json()).toEqual({
      paylinkId,
      link: expect.stringMatching(/^http:\/\/gateway\.test\/p\/[0-9A-Za-z]{13}$/),
      shortLink: expect.stringMatching(/^http:\/\/gateway\.test\/s\/[0-9A-Za-z]{13}$/),
      merchantInvoiceId: 'INV-1',
      currencyCode: 'USD',
      merchantId: api.merchant.id,
      metadata: { order: 7 },
      description: 'Your order',
      memo: 'Thanks',
      orderId: null,
      expiration: time,
      sendSms: true,
      sendEmail: true,
      createdAt: time,
      updatedAt: time,
      customerConsent: true,
      consent: null,
      tax: null,
      shipping: null,
      subTotal: 1010,
      total: 1010,
      amountDue: 1010,
      orderTotal: null,
      approvedAmount: null,
      lastSentAt: time,
      firstOpenedAt: null,
      lastOpenedAt: null,
      openCount: 0,
      successUrl: null,
      lineItems: [
        {
          paylinkItemId: text,
          sku: 'B-1',
          paylinkId,
          price: 1010,
          quantity: 1,
          tax: 0,
          description: 'A book',
          category: 'books',
          metadata: null,
          createdAt: time,
          updatedAt: time,
        },
      ],
      deliveryLogs: [
        { ...log, deliveryMethod: 'EMAIL', recipient: 'ada@example.com' },
        { ...log, deliveryMethod: 'SMS', recipient: '+13333333333' },
      ],
      openOrders: [],
      events: [
        {
          eventId: text,
          paylinkId,
          eventType: 'CREATED',
          oldValue: null,
          newValue: null,
          createdBy: 'API Key',
          actor: { credentialId: expect.any(String), label: null },
          createdAt: time,
        },
        {
          eventId: text,
          paylinkId,
          eventType: 'SENT',
          oldValue: { status: 'CREATED' },
          newValue: { status: 'SENT', deliveredTo: ['EMAIL', 'SMS'] },
          createdBy: 'API Key',
          actor: { credentialId: expect.any(String), label: null },
          createdAt: time,
        },
      ],
      status: 'SENT',
      customer: {
        email: 'ada@example.com',
        phone: '3333333333',
        firstName: 'Ada',
        lastName: 'Byron',
        paylinkCustomerId: null,
        locale: null,
        timeZone: null,
      },
      attachments: [],
    });
  });

  it('creates, reads, updates, lists and cancels', async () => {
    const response = await api.call('POST', '/', createBody(api.merchant.id, { merchantInvoiceId: 'INV-2' }));
    const created = await json(response);
    expect([response.status, response.headers.get('location')]).toEqual([
      201,
      `http://gateway.test/${created.paylinkId}`,
    ]);
    expect(await json(await api.call('GET', `/${created.paylinkId}`))).toEqual(created);
    const items = [{ price: 250, quantity: 2, tax: 10 }];
    const updated = await json(
      await api.call('PATCH', `/${created.paylinkId}`, { lineItems: items, shipping: 90, tax: 5 }),
    );
    expect(updated).toMatchObject({
      subTotal: 510,
      total: 605,
      shipping: 90,
      tax: 5,
      lineItems: [{ price: 250, sku: null }],
    });
    const page = await json(await api.call('GET', '/paylinks?merchantInvoiceId=INV-2'));
    expect(page).toMatchObject({ data: [updated], nextCursor: null });
    expect((await api.call('PATCH', `/${created.paylinkId}/cancel`)).status).toBe(204);
    const again = await api.call('PATCH', `/${created.paylinkId}/cancel`);
    expect([again.status, await again.json()]).toMatchObject([400, { code: 'already_canceled' }]);
    expect(await json(await api.call('GET', `/${created.paylinkId}`))).toMatchObject({ status: 'CANCELED' });
  });

  it('pages through a list, newest first, without a gap or a repeat', async () => {
    const other = await merchantApi();
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1)
      ids.push((await json(await other.call('POST', '/', createBody(other.merchant.id)))).paylinkId);
    const seen: string[] = [];
    let cursor = '';
    for (;;) {
      const page: { data: Body[]; nextCursor: string | null } = await (
        await other.call('GET', `/paylinks?limit=2${cursor}`)
      ).json();
      seen.push(...page.data.map(({ paylinkId }) => paylinkId));
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(seen).toHaveLength(5);
    expect([...seen].sort()).toEqual([...ids].sort());
  });

  it('creates one Paylink a key, also when equal requests race', async () => {
    const headers = { 'idempotency-key': '"create-1"' };
    const body = createBody(api.merchant.id);
    const answers = await Promise.all(Array.from({ length: 16 }, () => api.call('POST', '/', body, headers)));
    const created = await Promise.all(answers.map(json));
    expect(new Set(created.map(({ paylinkId }) => paylinkId)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get('idempotency-replayed') === 'true')).toHaveLength(15);
    const bare = await api.call('POST', '/', body, { 'idempotency-key': 'create-1' });
    expect(await json(bare)).toEqual(created[0]);
    const reuse = await api.call('POST', '/', { ...body, memo: 'other' }, headers);
    expect([reuse.status, await reuse.json()]).toMatchObject([422, { code: 'idempotency_key_reuse' }]);
  });

  const refusals: [string, object, object, number, string][] = [
    ['no channel', {}, { sendEmail: false, sendSms: false }, 400, 'no_channel'],
    ['a missing flag', {}, { sendEmail: true }, 400, 'invalid_request'],
    ['a flag that is no boolean', {}, { sendEmail: 'yes', sendSms: false }, 400, 'invalid_request'],
    [
      'a channel not enabled at create',
      { sendSms: false },
      { sendEmail: true, sendSms: true },
      400,
      'channel_not_enabled',
    ],
    [
      'no recipient',
      { customer: { email: 'a@example.com' } },
      { sendEmail: false, sendSms: true },
      400,
      'missing_recipient',
    ],
    ['no consent', { customerConsent: false }, { sendEmail: true, sendSms: false }, 400, 'consent_required'],
    [
      'a country that is not allowed',
      { customer: { phone: '+4915112345678' } },
      { sendEmail: false, sendSms: true },
      400,
      'country_not_allowed',
    ],
  ];
  it.each(refusals)('refuses a send with %s', async (_, some, body, status, code) => {
    const { paylinkId } = await create(some);
    const response = await api.call('PATCH', `/${paylinkId}/send`, body);
    const problem = await json(response);
    expect([response.status, problem.code, response.headers.get('content-type')]).toEqual([
      status,
      code,
      'application/problem+json',
    ]);
    expect(problem).toMatchObject({
      status,
      instance: `/${paylinkId}/send`,
      requestId: response.headers.get('x-request-id'),
    });
    expect(await json(await api.call('GET', `/${paylinkId}`))).toMatchObject({ status: 'CREATED', deliveryLogs: [] });
  });

  it('names each wrong field', async () => {
    const response = await api.call(
      'POST',
      '/',
      createBody(api.merchant.id, { lineItems: [{ price: -1, quantity: 1 }], expiration: 'soon' }),
    );
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [
        { path: 'lineItems.0.price', message: expect.any(String) },
        { path: 'expiration', message: expect.any(String) },
      ],
    });
  });

  it('isolates merchants: another merchant gets 404 on every route, a parent may act for its child', async () => {
    const stranger = await merchantApi();
    const child = await merchantApi({ parentId: api.merchant.id });
    const { paylinkId } = await json(await child.call('POST', '/', createBody(child.merchant.id)));
    for (const [method, path, body] of [
      ['GET', `/${paylinkId}`, undefined],
      ['GET', `/${paylinkId}/qr.svg`, undefined],
      ['PATCH', `/${paylinkId}`, { memo: 'x' }],
      ['PATCH', `/${paylinkId}/cancel`, undefined],
      ['PATCH', `/${paylinkId}/send`, { sendEmail: true, sendSms: false }],
    ] as const) {
      const response = await stranger.call(method, path, body);
      expect([path, response.status, await response.json()]).toMatchObject([path, 404, { code: 'not_found' }]);
    }
    expect((await stranger.call('POST', '/', createBody(child.merchant.id))).status).toBe(404);
    expect(await json(await stranger.call('GET', '/paylinks'))).toEqual({ data: [], nextCursor: null });
    expect((await api.call('POST', '/', createBody(child.merchant.id))).status).toBe(201);
    expect((await api.call('PATCH', `/${paylinkId}/send`, { sendEmail: true, sendSms: false })).status).toBe(200);
    expect((await child.call('GET', `/${paylinkId}`)).status).toBe(200);
    const { paylinkId: ofParent } = await create();
    expect((await child.call('GET', `/${ofParent}`)).status).toBe(404);
  });

  it.each([
    ['GET', ''],
    ['PATCH', ''],
    ['PATCH', '/cancel'],
    ['PATCH', '/send'],
    ['GET', '/qr.svg'],
  ])('answers a malformed id with 404 to its caller, and 401 to others, at %s /{paylinkId}%s', async (method, rest) => {
    const answers = [await api.call(method, `/not-an-id${rest}`), await request(method, `/not-an-id${rest}`)];
    expect(await Promise.all(answers.map((answer) => answer.json()))).toMatchObject([
      { status: 404, detail: 'Paylink was not found.', instance: `/not-an-id${rest}` },
      { status: 401 },
    ]);
    expect(answers[0]?.headers.get('ratelimit')).toMatch(/^"merchant";r=\d+;t=\d+$/);
  });

  it('says 405 with Allow, 415, 413, 404 and 401 as problems', async () => {
    const { paylinkId } = await create();
    const wrongMethod = await api.call('PUT', `/${paylinkId}`, {});
    expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'GET, HEAD, PATCH']);
    expect((await api.call('POST', '/', 'x', { 'content-type': 'text/plain' })).status).toBe(415);
    const tooLong = await api.call('POST', '/', 'x'.repeat(65_537));
    expect([tooLong.status, await tooLong.json()]).toMatchObject([
      413,
      { detail: 'The body must be at most 65,536 bytes.' },
    ]);
    expect((await api.call('GET', '/no/such/place')).status).toBe(404);
    const nobody = await request('GET', `/${paylinkId}`);
    expect([nobody.status, nobody.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('Bearer')]);
    expect(await nobody.json()).toMatchObject({ code: 'unauthenticated' });
  });

  it('shows the short link as a QR code', async () => {
    const { paylinkId } = await create();
    const response = await api.call('GET', `/${paylinkId}/qr.svg`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    expect(await response.text()).toContain('<svg');
  });
});
