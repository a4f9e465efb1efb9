import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import app from '../../src/app.ts';
import { accessTo, fieldScopes } from '../../src/http/access.ts';
import { schema } from '../../src/http/graphql/schema.ts';
import { type Scope, scopes } from '../../src/model/caller.ts';
import { type Api, keyOf, merchantApi, request } from '../support/api.ts';
import { byCallers, graphql, requestOf } from '../support/every-route.ts';
import { ask } from '../support/faults.ts';
import { aMerchant } from '../support/merchants.ts';
import { PDF, upload } from '../support/uploads.ts';
import { seedPaylink } from '../support/verbs.ts';

const operator = { authorization: `Bearer ${env.ADMIN_TOKEN}` };
const methods = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'];
/** A path of a pattern, of ids that do not exist. */
const pathOf = (pattern: string) => pattern.replace(/:\w+/g, () => crypto.randomUUID());

let owner: Api;
let only: { [scope in Scope]: Api };
let paylinkId = '';
let code = '';
beforeAll(async () => {
  owner = await merchantApi();
  const { merchant } = owner;
  const [read, write, send, payments, erase, webhooks, settings, credentials] = await Promise.all(
    scopes.map((scope) => keyOf(merchant, [scope])),
  );
  if (!read || !write || !send || !payments || !erase || !webhooks || !settings || !credentials) throw new Error();
  only = {
    'paylinks:read': read,
    'paylinks:write': write,
    'paylinks:send': send,
    'payments:write': payments,
    'recipients:erase': erase,
    'webhooks:manage': webhooks,
    'settings:manage': settings,
    'credentials:manage': credentials,
  };
  ({ id: paylinkId, code } = await seedPaylink(merchant));
});

describe('who may call what', () => {
  it('is decided for every route and method', async () => {
    const undecided: string[] = [];
    const open: string[] = [];
    const routes = [...new Set(app.routes.map(({ path }) => path))].filter((path) => !path.endsWith('*'));
    expect(routes.length).toBeGreaterThan(30);
    for (const path of routes) {
      for (const method of methods) {
        // An address of its own for each, so that nobody meets the guard against floods; the operator's, where it answers before the method.
        const address = `203.0.113.${routes.indexOf(path)}`;
        const headers = { 'cf-connecting-ip': address, ...(path.startsWith('/admin') ? operator : {}) };
        const { status } = await request(method, pathOf(path), method === 'GET' ? undefined : {}, headers);
        if (status === 405) continue;
        const access = accessTo(method, path);
        if (access === undefined) undecided.push(`${method} ${path}`);
        // What asks for credentials must not be called public.
        if (access === 'public' && status === 401) open.push(`${method} ${path}`);
      }
    }
    expect(undecided).toEqual([]);
    expect(open).toEqual([]);
  });

  it('is decided for every root field of GraphQL', () => {
    const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.keys(type?.getFields() ?? {}),
    );
    expect(Object.keys(fieldScopes).sort()).toEqual(fields.sort());
  });

  it.each(scopes)(
    'is held to by every route: a key with only %s is refused all else, which names what it lacks',
    async (scope) => {
      const ids = { paylinkId: crypto.randomUUID(), medium: 'email', name: 'a.pdf', id: crypto.randomUUID() };
      const routes = byCallers(owner.merchant.id, crypto.randomUUID()).filter(
        ({ method, path }) => typeof accessTo(method, path) === 'object' && !path.startsWith('/inbox'),
      );
      expect(routes.length).toBeGreaterThan(25);
      const wrong: unknown[] = [];
      for (const one of routes) {
        const needed = accessTo(one.method, one.path);
        const other = crypto.randomUUID();
        const all = { ...ids, deliveryLogId: other, suppressionId: other, endpointId: other, credentialId: other };
        const response = await ask(requestOf(one, all, `Bearer ${only[scope].key}`), env);
        const { code: problem, scope: lacks } =
          response.status === 204 ? {} : await response.json<{ code?: string; scope?: string }>();
        const may = typeof needed === 'object' && needed.includes(scope);
        if (may ? problem === 'forbidden' : problem !== 'forbidden' || response.status !== 403 || !lacks)
          wrong.push([one.method, one.path, response.status, problem, lacks]);
      }
      expect(wrong).toEqual([]);
    },
  );

  it('is told with the quota, and the refusal counts', async () => {
    const response = await only['paylinks:read'].call('POST', '/', {});
    expect([response.status, response.headers.has('ratelimit')]).toEqual([403, true]);
    expect(await response.json()).toMatchObject({ code: 'forbidden', scope: 'paylinks:write' });
  });

  it('is held to by each root field of GraphQL by itself', async () => {
    const documents: [keyof typeof fieldScopes, { query: string }][] = [
      ['paymentSession', graphql.read(paylinkId)],
      ['paymentSessions', graphql.list()],
      ['createPaymentSession', graphql.create()],
      [
        'updatePaymentSession',
        {
          query: `mutation { updatePaymentSession(input: {id: "${paylinkId}", successUrl: "https://a.example/"}) { id } }`,
        },
      ],
      ['cancelPaymentSession', graphql.cancel(crypto.randomUUID())],
      ['sendPaymentSessionLink', graphql.send(crypto.randomUUID())],
    ];
    expect(documents.map(([field]) => field).sort()).toEqual(Object.keys(fieldScopes).sort());
    for (const [field, document] of documents) {
      for (const scope of scopes) {
        const response = await only[scope].call('POST', '/graphql', document);
        const { errors } = await response.json<{ errors?: { extensions: { code: string; reason: string } }[] }>();
        const refused =
          errors?.some(({ extensions }) => extensions.code === 'FORBIDDEN' && extensions.reason === 'forbidden') ??
          false;
        expect([field, scope, refused]).toEqual([field, scope, fieldScopes[field] !== scope]);
      }
    }
    const mixed = await only['paylinks:read'].call('POST', '/graphql', {
      query: `{ a: paymentSession(id: "${paylinkId}") { id } __typename }`,
    });
    expect(await mixed.json()).toEqual({ data: { a: { id: paylinkId }, __typename: 'Query' } });
  });
});

describe('a suspended merchant', () => {
  let suspended: Api;
  let parent: Api;
  let child: { id: string; code: string };
  beforeAll(async () => {
    parent = await merchantApi();
    suspended = await merchantApi({ ...aMerchant(), parentId: parent.merchant.id });
    child = await seedPaylink(suspended.merchant);
    const body = { suspended: true };
    const path = `/admin/merchants/${suspended.merchant.id}`;
    const answer = await request('PATCH', path, body, operator);
    expect(await answer.json()).toMatchObject({ suspendedAt: expect.stringMatching(/^20/) });
  });

  it('is refused every route but the report of a payment', async () => {
    const wrong: unknown[] = [];
    for (const one of byCallers(suspended.merchant.id, child.id)) {
      if (typeof accessTo(one.method, one.path) !== 'object' || one.path.startsWith('/inbox')) continue;
      const other = crypto.randomUUID();
      const ids = {
        paylinkId: child.id,
        medium: 'email',
        name: 'a.pdf',
        deliveryLogId: other,
        suppressionId: other,
        endpointId: other,
        credentialId: other,
      };
      const response = await ask(requestOf(one, ids, `Bearer ${suspended.key}`), env);
      const expected = one.path === '/webhooks/payments' ? 200 : 403;
      if (response.status !== expected) wrong.push([one.method, one.path, response.status]);
      if (expected === 403) expect(await response.json()).toMatchObject({ code: 'suspended' });
    }
    expect(wrong).toEqual([]);
  });

  it('is refused by GraphQL as FORBIDDEN', async () => {
    const response = await suspended.call('POST', '/graphql', graphql.read(child.id));
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN', reason: 'suspended' } }],
    });
  });

  it('keeps its pages open', async () => {
    const page = await request('GET', `/p/${child.code}`, undefined, { accept: 'text/html' });
    expect(page.status).toBe(200);
    expect((await request('GET', `/s/${child.code}`)).status).toBe(302);
  });

  it('is not written for by its parent either', async () => {
    const created = await parent.call('POST', '/', { merchantId: suspended.merchant.id, customerConsent: true });
    expect([created.status, await created.json()]).toMatchObject([403, { code: 'suspended' }]);
    const sent = await parent.call('PATCH', `/${child.id}/send`, { sendEmail: true, sendSms: false });
    expect([sent.status, await sent.json()]).toMatchObject([403, { code: 'suspended' }]);
  });

  it('has nothing changed by its parent either', async () => {
    const query = `mutation { updatePaymentSession(input: {id: "${child.id}", successUrl: "https://a.example/"}) { id } }`;
    const asked: [method: string, path: string, body?: object][] = [
      ['PATCH', `/${child.id}`, { memo: 'x' }],
      ['DELETE', `/${child.id}/attachments/a.pdf`],
      ['POST', '/graphql', { query }],
    ];
    const before = await (await parent.call('GET', `/${child.id}`)).json();
    for (const [method, path, body] of asked) {
      const answer = await parent.call(method, path, body);
      expect([path, JSON.stringify(await answer.json())]).toEqual([path, expect.stringContaining('"suspended"')]);
    }
    const attached = await upload(parent, child.id, { bytes: PDF });
    expect([attached.status, await attached.json()]).toMatchObject([403, { code: 'suspended' }]);
    expect(await (await parent.call('GET', `/${child.id}`)).json()).toEqual(before);
  });

  it('has its Paylinks cancelled by its parent, so that nobody pays them', async () => {
    const { id } = await seedPaylink(suspended.merchant);
    expect((await parent.call('PATCH', `/${id}/cancel`)).status).toBe(204);
    expect(await (await parent.call('GET', `/${id}`)).json()).toMatchObject({ status: 'CANCELED' });
  });

  it('works again when the operator says so', async () => {
    const path = `/admin/merchants/${suspended.merchant.id}`;
    await request('PATCH', path, { suspended: false }, operator);
    expect((await suspended.call('GET', `/${child.id}`)).status).toBe(200);
  });
});

it('a Paylink’s page is the customer’s, whatever its merchant’s keys may do', async () => {
  expect((await request('GET', `/p/${code}`, undefined, { accept: 'text/html' })).status).toBe(200);
});
