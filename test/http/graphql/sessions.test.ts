import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GraphqlContext } from '../../../src/http/graphql/context.ts';
import { paymentSessions } from '../../../src/http/graphql/session-connection.ts';
import { searchPaylinks } from '../../../src/paylinks/search.ts';
import { counting } from '../../auth/merchant-side.ts';
import { type Api, merchantApi, request } from '../../support/api.ts';
import { contextOf, createBody } from '../../support/verbs.ts';
import { fakeRun } from './fake-run.ts';

type Answer = {
  data: Record<string, Record<string, unknown>> | null;
  errors?: { message: string; extensions: Record<string, unknown> }[];
};

const contactRef = { givenName: 'Ada', familyName: 'Byron', email: 'ada@example.com', phone: '+12025550143' };
const input = { amount: '10.10', currency: 'usd', contactRef, transactionRef: 'T-1', customerConsent: true };

const create = `mutation ($input: CreatePaymentSessionInput!) { createPaymentSession(input: $input) {
  id orgId amount amountDue currency transactionRef invoiceRefs expirationDate successUrl callbackUrl brandName link state status total
  contact { givenName familyName name email phone } customerConsent lineItems { price quantity } } }`;
const update = `mutation ($input: UpdatePaymentSessionInput!) { updatePaymentSession(input: $input) { id amount link state memo } }`;

describe('the vendor’s own verbs', () => {
  let api: Api;
  beforeAll(async () => {
    api = await merchantApi();
  });
  const ask = async (query: string, variables: object, headers = {}, path = '/', of = api): Promise<Answer> =>
    (await of.call('POST', path, { query, variables }, headers)).json();
  const created = async (some: object = {}, of = api) =>
    (await ask(create, { input: { ...input, ...some } }, {}, '/', of)).data?.createPaymentSession ?? {};

  it('create a session at the root path, as the vendor’s samples post', async () => {
    const invoiceRefs = ['I-1', 'I-2'];
    const urls = { successUrl: 'https://shop.example/thanks', callbackUrl: 'https://shop.example/hook' };
    const session = await created({ ...urls, invoiceRefs, brandName: 'Blue', expirationDate: '2099-01-31' });
    expect(session).toEqual({
      id: expect.any(String),
      orgId: api.merchant.id,
      amount: '10.10',
      amountDue: '10.10',
      currency: 'USD',
      transactionRef: 'T-1',
      invoiceRefs,
      expirationDate: '2099-01-31T23:59:59.999Z',
      ...urls,
      brandName: 'Blue',
      link: expect.stringContaining('http://gateway.test/p/'),
      state: 'Active',
      status: 'CREATED',
      total: 1010,
      contact: { ...contactRef, name: 'Ada Byron' },
      customerConsent: true,
      lineItems: [{ price: 1010, quantity: 1 }],
    });
    const sent = await api.call('PATCH', `/${session.id}/send`, { sendEmail: true, sendSms: true });
    expect([sent.status, await sent.json()]).toMatchObject([200, { status: 'SENT', merchantInvoiceId: 'T-1' }]);
    const [message] = (
      await env.DB.prepare('SELECT subject FROM inbox_messages WHERE paylink_id = ?1 AND subject IS NOT NULL')
        .bind(session.id)
        .all<{ subject: string }>()
    ).results;
    expect(message?.subject).toContain('Blue');
  });

  it.each([
    ['JPY', '1010', 1010],
    ['KWD', '1.01', 1010],
    ['USD', '10.1', 1010],
    ['USD', '0.99', 99],
    ['USD', '7', 700],
    ['USD', '10.1000', 1010],
  ])('read an amount by the exponent of %s: %s', async (currency, amount, total) => {
    expect(await created({ currency, amount })).toMatchObject({ total });
  });

  it.each([
    [{ contactId: 'c-1' }, 'contactId', /stores no contacts/],
    [{ amount: '10.101' }, 'amount', /2 decimal digits/],
    [{ amount: '-1' }, 'amount', /decimal number/],
    [{ amount: '1e3' }, 'amount', /decimal number/],
    [{ currency: 'XYZ' }, 'currency', /ISO 4217/],
    [{ contactRef: { email: 'nobody' } }, 'contactRef.email', /email/],
    [{ contactRef: { phone: '12' } }, 'contactRef.phone', /number/],
    [{ expirationDate: 'soon' }, 'expirationDate', /ISO 8601/],
    [{ expirationDate: '2020-01-01' }, 'expirationDate', /future/],
    [{ successUrl: 'http://shop.example' }, 'successUrl', /https/],
    [{ callbackUrl: 'https://10.0.0.1/hook' }, 'callbackUrl', /public address/],
    [{ lineItems: [{ price: 5, quantity: 2 }] }, 'amount', /total of lineItems/],
    [{ transactionRef: 'x'.repeat(256) }, 'transactionRef', /255/],
  ])('refuse %j as BAD_USER_INPUT that names the vendor’s field', async (some, path, message) => {
    const { errors } = await ask(create, { input: { ...input, ...some } });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', errors: [{ path }] } }]);
    expect(errors?.[0]?.message).toMatch(message);
  });

  it('create once for each key, shared with nobody', async () => {
    const key = { 'idempotency-key': 'session-1' };
    const one = await api.call('POST', '/', { query: create, variables: { input } }, key);
    const two = await api.call('POST', '/', { query: create, variables: { input } }, key);
    expect(await two.json()).toEqual(await one.json());
    expect([one.headers.get('idempotency-replayed'), two.headers.get('idempotency-replayed')]).toEqual([null, 'true']);
    const other = await ask(create, { input: { ...input, amount: '1' } }, key);
    expect(other.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', reason: 'idempotency_key_reuse' } }]);
  });

  it('update by the rules of REST’s update, and cancel by status or by name; the link is null once over', async () => {
    const { id } = await created();
    const changed = await ask(update, { input: { id, amount: '20.00' } });
    expect(changed.data?.updatePaymentSession).toMatchObject({ amount: '20.00', state: 'Active' });
    const cancelled = await ask(update, { input: { id, status: 'Cancelled' } });
    expect(cancelled.data?.updatePaymentSession).toMatchObject({ state: 'Cancelled', link: null });
    const late = await ask(update, { input: { id, amount: '1.00' } });
    expect(late.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', reason: 'not_active' } }]);
    const cancel = 'mutation ($id: ID!) { cancelPaymentSession(id: $id) { success message } }';
    expect((await ask(cancel, { id })).data?.cancelPaymentSession).toMatchObject({ success: false });
    const second = await created();
    expect((await ask(cancel, { id: second.id })).data?.cancelPaymentSession).toMatchObject({ success: true });
    const wrong = await ask(update, { input: { id: second.id, status: 'Completed' } });
    expect(wrong.errors).toMatchObject([{ extensions: { errors: [{ path: 'status' }] } }]);
  });

  it.each([
    ['an amount', { amount: '10.00' }],
    ['an amount and its lines', { amount: '10.00', lineItems: [{ price: 500, quantity: 2 }] }],
  ])('update a session that has shipping and tax with %s: what it then asks for is that amount', async (_, fields) => {
    const body = createBody(api.merchant.id, { shipping: 900, tax: 70 });
    const { paylinkId: id } = await (await api.call('POST', '/', body)).json<{ paylinkId: string }>();
    const changed = await ask(update, { input: { id, ...fields } });
    expect(changed.data?.updatePaymentSession).toMatchObject({ id, amount: '10.00' });
  });

  it('do nothing for a foreign merchant', async () => {
    const stranger = await merchantApi();
    const { id } = await created();
    const foreign = (query: string, variables: object) => ask(query, variables, {}, '/', stranger);
    for (const answer of [
      await foreign(update, { input: { id, amount: '1' } }),
      await foreign(update, { input: { id, status: 'Cancelled' } }),
      await foreign(create, { input: { ...input, orgId: api.merchant.id } }),
    ])
      expect(answer.errors).toMatchObject([{ extensions: { reason: 'not_found' } }]);
    const elsewhere = await foreign(create, { input: { ...input, orgId: api.merchant.id } });
    expect(elsewhere.errors?.[0]?.message).toBe('Merchant was not found.');
    expect((await foreign('mutation ($id: ID!) { cancelPaymentSession(id: $id) { success } }', { id })).data).toEqual({
      cancelPaymentSession: { success: false },
    });
  });

  it('take the merchant’s contract for the customer’s consent where it is set, and say so in an event', async () => {
    const contracted = await merchantApi({ consentByContract: true });
    const { id } = await created({ customerConsent: undefined }, contracted);
    expect(await (await contracted.call('GET', `/${id}`)).json()).toMatchObject({
      customerConsent: true,
      events: [{ eventType: 'CREATED', newValue: { customerConsent: true, consentByContract: true } }],
    });
    expect(await created({ customerConsent: false }, contracted)).toMatchObject({ customerConsent: false });
    expect(await created({ customerConsent: undefined })).toMatchObject({ customerConsent: false });
    const byRest = await contracted.call(
      'POST',
      '/',
      createBody(contracted.merchant.id, { customerConsent: undefined }),
    );
    expect(await byRest.json()).toMatchObject({ customerConsent: false });
  });
});

describe('a POST to the root path', () => {
  it('is GraphQL by a string `query` or its media type, and a create otherwise', async () => {
    const api = await merchantApi({ rateLimitRequests: 1000 });
    const query = '{ __typename }';
    const answers = await Promise.all([
      api.call('POST', '/', { query }),
      api.call('POST', '/', { query }, { 'content-type': 'application/graphql+json; charset=utf-8' }),
      api.call('POST', '/graphql', { query }, { 'content-type': 'application/graphql+json' }),
    ]);
    for (const answer of answers) expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
    const rest = await api.call('POST', '/', createBody(api.merchant.id, { description: 'a "query"' }));
    expect(rest.status).toBe(201);
    const notText = await api.call('POST', '/', { ...createBody(api.merchant.id), query: 7 });
    expect([notText.status, await notText.json()]).toMatchObject([400, { errors: [{ path: 'query' }] }]);
  });

  it('is refused in its own form: GraphQL errors for a query, a problem for a create', async () => {
    const query = await request('POST', '/', { query: '{ __typename }' });
    expect([query.status, await query.json()]).toMatchObject([
      401,
      { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    ]);
    const create = await request('POST', '/', { merchantId: 'x' });
    expect([create.status, await create.json()]).toMatchObject([401, { code: 'unauthenticated' }]);
  });

  it('costs one unit for each mutation field, as at /graphql', async () => {
    const api = await merchantApi({ rateLimitRequests: 5 });
    const fields = [1, 2, 3].map((n) => `m${n}: cancelPaymentSession(id: "x") { success }`);
    const answer = await api.call('POST', '/', { query: `mutation { ${fields.join(' ')} }` });
    expect(answer.headers.get('ratelimit')).toMatch(/;r=2;/);
  });
});

describe('paymentSessions', () => {
  const page = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: PaymentSessionFilter) {
    paymentSessions(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
      edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  type Page = {
    nodes: { id: string }[];
    edges: { cursor: string; node: { id: string } }[];
    pageInfo: Record<'hasNextPage' | 'hasPreviousPage', boolean> & Record<'startCursor' | 'endCursor', string>;
  };
  let api: Api;
  let ids: string[];
  beforeAll(async () => {
    api = await merchantApi();
    ids = [];
    for (let n = 0; n < 5; n += 1) {
      const body = createBody(api.merchant.id, {
        merchantInvoiceId: `N-${n}`,
        customer: { email: `c${n}@example.com` },
      });
      ids.unshift((await (await api.call('POST', '/', body)).json<{ paylinkId: string }>()).paylinkId);
    }
  });
  const ask = async (variables: object) => {
    const { data, errors } = await (await api.call('POST', '/graphql', { query: page, variables })).json<{
      data: { paymentSessions: Page } | null;
      errors?: unknown[];
    }>();
    return { found: data?.paymentSessions, errors };
  };
  const idsOf = (found: Page | undefined) => found?.nodes.map(({ id }) => id);

  it('pages forwards from the newest and backwards from any cursor, without a gap', async () => {
    const first = (await ask({ first: 2 })).found;
    expect([idsOf(first), first?.pageInfo]).toMatchObject([
      ids.slice(0, 2),
      { hasNextPage: true, hasPreviousPage: false },
    ]);
    const second = (await ask({ first: 3, after: first?.pageInfo.endCursor })).found;
    expect([idsOf(second), second?.pageInfo]).toMatchObject([
      ids.slice(2),
      { hasNextPage: false, hasPreviousPage: true },
    ]);
    const back = (await ask({ last: 1, before: second?.pageInfo.startCursor })).found;
    expect([idsOf(back), back?.pageInfo]).toMatchObject([[ids[1]], { hasNextPage: true, hasPreviousPage: true }]);
    const oldest = (await ask({ last: 2 })).found;
    expect([idsOf(oldest), oldest?.pageInfo]).toMatchObject([
      ids.slice(3),
      { hasNextPage: false, hasPreviousPage: true },
    ]);
    expect(oldest?.edges.map(({ node }) => node.id)).toEqual(ids.slice(3));
  });

  it('filters by status, reference and recipient', async () => {
    await api.call('PATCH', `/${ids[0]}/cancel`);
    expect(idsOf((await ask({ filter: { status: ['CANCELED', 'PAID'] } })).found)).toEqual([ids[0]]);
    expect(idsOf((await ask({ filter: { transactionRef: 'N-3' } })).found)).toEqual([ids[1]]);
    expect(idsOf((await ask({ filter: { recipient: 'C2@example.com' } })).found)).toEqual([ids[2]]);
  });

  it('filters by what became of any delivery', async () => {
    await api.call('PATCH', `/${ids[2]}/send`, { sendEmail: true, sendSms: false });
    expect(idsOf((await ask({ filter: { deliveryStatus: 'SENT' } })).found)).toEqual([ids[2]]);
    expect(idsOf((await ask({ filter: { deliveryStatus: 'BOUNCED' } })).found)).toEqual([]);
    expect((await ask({ filter: { deliveryStatus: 'LOST' } })).errors).toHaveLength(1);
  });

  it.each([
    [{ first: 101 }],
    [{ first: 0 }],
    [{ after: 'nonsense' }],
    [{ first: 1, last: 1 }],
    [{ filter: { recipient: '1' } }],
  ])('refuses %j as BAD_USER_INPUT', async (variables) => {
    expect((await ask(variables)).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('asks D1 once for a page of 50', async () => {
    for (let n = 0; n < 45; n += 1) await api.call('POST', '/', createBody(api.merchant.id));
    const counted = counting(env.DB);
    const { run } = fakeRun({ search: searchPaylinks });
    const ctx = contextOf(api.merchant, { ...env, DB: counted.db });
    const context: GraphqlContext = {
      run: { ...run, ctx },
      rootFields: 1,
      tally: { mutations: 0, replays: 0, waitSeconds: 0, retryAfterSeconds: null, unavailable: false, answerBytes: 0 },
    };
    const { nodes } = await paymentSessions({ first: 50 }, context);
    expect([nodes.length, counted.count()]).toEqual([50, 1]);
  });
});
