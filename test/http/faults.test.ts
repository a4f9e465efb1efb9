import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { MerchantGate } from '../../src/admission/merchant-limiter.ts';
import app from '../../src/app.ts';
import type { Bindings } from '../../src/env.ts';
import { giveCredential, signHmac } from '../auth/merchant-side.ts';
import { type Api, merchantApi } from '../support/api.ts';
import {
  type Asked,
  asked,
  byCallers,
  byCustomers,
  byOperators,
  CONSTANT,
  callbacks,
  graphql,
  requestOf,
} from '../support/every-route.ts';
import { ask, failCoordinators, failingDatabase, lockedDatabase, withoutTables } from '../support/faults.ts';
import { deliver, publicKeys, reporting } from '../support/providers/signed-callbacks.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

let api: Api;
let ids: Record<string, string> = {};
let paylinkId = '';

beforeAll(async () => {
  api = await merchantApi();
  const paylink = await seedPaylink(api.merchant);
  const sent = await send(contextOf(api.merchant), paylink.id, { channels: ['EMAIL'] });
  if (sent.kind !== 'sent') throw new Error(sent.kind);
  paylinkId = paylink.id;
  const other = crypto.randomUUID();
  ids = {
    paylinkId,
    code: paylink.code,
    token: `${paylinkId}.${sent.paylink.deliveryLogs[0]?.id}`,
    deliveryLogId: other,
    medium: 'email',
    suppressionId: other,
    endpointId: other,
    credentialId: other,
    id: api.merchant.id,
    name: 'a.pdf',
  };
  // The key is known from now on, so that what fails is the route and not its authentication.
  expect((await api.call('GET', '/paylinks')).status).toBe(200);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const asMerchant = (one: Asked, accept?: string) => requestOf(one, ids, `Bearer ${api.key}`, accept);
const asOperator = (one: Asked) => requestOf(one, ids, `Bearer ${env.ADMIN_TOKEN}`);
const requests = (): Request[] => [
  ...byCallers(api.merchant.id, paylinkId).map((one) => asMerchant(one)),
  ...byCustomers.map((one) => asMerchant(one)),
  ...byOperators.map(asOperator),
];

type Seen = { route: string; status: number; code: unknown; retryAfter: boolean };

/** What an answer says: the problem's code, or GraphQL's. */
async function seen(route: string, response: Response): Promise<Seen> {
  const text = await response.text();
  const body: { code?: string; errors?: { extensions?: { code?: string } }[] } = text.startsWith('{')
    ? JSON.parse(text)
    : {};
  const code = body.code ?? body.errors?.[0]?.extensions?.code;
  return { route, status: response.status, code, retryAfter: Number(response.headers.get('retry-after')) >= 1 };
}

const seenAll = async (bindings: Bindings, all = requests()): Promise<Seen[]> => {
  const found: Seen[] = [];
  for (const one of all) {
    found.push(await seen(`${one.method} ${new URL(one.url).pathname}`, await ask(one, bindings)));
  }
  return found;
};

const unavailable = (found: Seen[]): Seen[] =>
  found.map(({ route }) => ({
    route,
    status: 503,
    code: route.endsWith('/graphql') ? 'UNAVAILABLE' : 'unavailable',
    retryAfter: true,
  }));

describe('a fault of D1', () => {
  it('has every route in these tests', () => {
    const tested = [...byCallers('', ''), ...byCustomers, ...byOperators].map(({ path }) => path);
    const called = callbacks().map(({ path }) => path.split('?')[0]);
    const missing = app.routes.filter(({ path }) => ![...tested, ...called, ...CONSTANT].includes(path));
    expect(missing.map(({ path }) => path)).toEqual([]);
  });

  it('is a 503 `unavailable` with Retry-After on every route when the tables are gone, and over with it', async () => {
    const found = await withoutTables(() => seenAll(env));
    expect(found).toEqual(unavailable(found));
    expect((await api.call('GET', `/${paylinkId}`)).status).toBe(200);
  });

  it('is the same where D1 is locked', async () => {
    // A create and a send ask D1 in their coordinator, which has its own.
    const inCoordinator = ['/', '/:paylinkId/send', '/:paylinkId/notify_by/:medium', '/graphql'];
    const callers = byCallers(api.merchant.id, paylinkId).filter(({ path }) => !inCoordinator.includes(path));
    const read = asked('POST', '/graphql', graphql.read(paylinkId));
    const all = [...[...callers, ...byCustomers, read].map((one) => asMerchant(one)), ...byOperators.map(asOperator)];
    const found = await seenAll({ ...env, DB: lockedDatabase() }, all);
    expect(found).toEqual(unavailable(found));
  });

  it('is a 503 for every callback that its coordinator cannot take either, so that its provider repeats it', async () => {
    failCoordinators('deliveryEvents');
    vi.stubGlobal('fetch', publicKeys().answer);
    const found: Seen[] = [];
    for (const one of callbacks()) {
      const response = await deliver(one, { ...reporting, DB: lockedDatabase() });
      found.push(await seen(one.path, response));
    }
    expect(found).toEqual(unavailable(found));
  });

  it('is a 503 for a key that the gateway does not know yet, by REST and by GraphQL', async () => {
    const fresh = [asked('GET', '/paylinks'), asked('POST', '/graphql', graphql.read(paylinkId))];
    const found = await withoutTables(() =>
      seenAll(
        env,
        fresh.map((one) => requestOf(one, ids, 'Bearer plk_live_not_known_yet_0123456789')),
      ),
    );
    expect(found).toEqual(unavailable(found));
  });

  it.each(['GET /s/:code', 'GET /p/:code', 'POST /u/:token'])('is a page for a browser at %s', async (route) => {
    const [method = '', path = ''] = route.split(' ');
    const request = requestOf(asked(method, path), ids, '', 'text/html,application/xhtml+xml');
    const response = await ask(request, { ...env, DB: lockedDatabase() });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).toContain('try again in a moment');
  });
});

describe('a fault of an object', () => {
  it('is a 503 `unavailable` with Retry-After on every route that asks a coordinator', async () => {
    failCoordinators('create', 'claim', 'change');
    const asking = byCallers(api.merchant.id, paylinkId).filter(({ method, path, body }) => {
      const isPaylink = path === '/' || (/^(\/sandbox)?\/:paylinkId/.test(path) && method !== 'GET');
      return isPaylink || path === '/webhooks/payments' || JSON.stringify(body)?.includes('mutation');
    });
    expect(asking).toHaveLength(15);
    const found = await seenAll(
      env,
      asking.map((one) => asMerchant(one)),
    );
    expect(found).toEqual(unavailable(found));
  });

  it('does not keep a page from a customer', async () => {
    failCoordinators('change');
    const fresh = await seedPaylink(api.merchant);
    const response = await ask(new Request(`http://gateway.test/p/${fresh.code}`), env);
    expect(response.status).toBe(200);
  });

  it('that limits a merchant is a 503 for a signed request, whose nonce nobody can claim; one with a key goes on', async () => {
    const secret = 'sk_live_0123456789abcdef0123456789abcdef';
    await giveCredential(api.merchant.id, 'hmac', secret);
    vi.spyOn(MerchantGate.prototype, 'admit').mockImplementation(() => {
      throw new Error('the limiter’s storage failed');
    });
    const url = 'http://gateway.test/paylinks';
    const { headers } = signHmac({
      merchantId: api.merchant.id,
      secret,
      timestamp: Math.floor(Date.now() / 1000),
      url,
    });
    const found = await seenAll(env, [new Request(url, { headers })]);
    expect(found).toEqual(unavailable(found));
    expect((await api.call('GET', '/paylinks')).status).toBe(200);
  });
});

describe('GraphQL', () => {
  const byTwoFields = (first: string, second: string) => ({
    query: `{ first: paymentSession(id: "${first}") { status } second: paymentSession(id: "${second}") { status } }`,
  });

  it('answers 200 and UNAVAILABLE for the part that failed when another did not', async () => {
    const other = await seedPaylink(api.merchant);
    const locked = lockedDatabase();
    const failing = new Proxy(env.DB, {
      get: (db, name) => {
        if (name !== 'prepare') return Reflect.get(db, name);
        // The second query of the request fails.
        return (sql: string) => (prepared++ === 0 ? db.prepare(sql) : locked.prepare(sql));
      },
    });
    let prepared = 0;
    const request = asMerchant(asked('POST', '/graphql', byTwoFields(paylinkId, other.id)));
    const response = await ask(request, { ...env, DB: failing });
    expect([response.status, response.headers.get('retry-after')]).toEqual([200, '1']);
    expect(await response.json()).toMatchObject({
      data: { first: { status: 'SENT' }, second: null },
      errors: [{ path: ['second'], extensions: { code: 'UNAVAILABLE', reason: 'unavailable', retryAfterSeconds: 1 } }],
    });
  });

  it.each(['application/json', 'application/graphql-response+json'])(
    'answers 503 without data to %s when the whole request failed',
    async (accept) => {
      const request = asMerchant(asked('POST', '/graphql', byTwoFields(paylinkId, paylinkId)), accept);
      const response = await ask(request, { ...env, DB: lockedDatabase() });
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
      const body: { errors: { path: string[] }[] } = await response.json();
      expect(Object.keys(body)).toEqual(['errors']);
      expect(body.errors.map(({ path }) => path)).toEqual([['first'], ['second']]);
    },
  );
});

describe('a bug', () => {
  it.each([new TypeError('x is undefined'), new Error('D1_ERROR: UNIQUE constraint failed: x.y: SQLITE_CONSTRAINT')])(
    'is a 500 and no 503: %s',
    async (error) => {
      const bindings = { ...env, DB: failingDatabase(error) };
      const rest = await ask(asMerchant(asked('GET', '/:paylinkId')), bindings);
      expect(await seen('rest', rest)).toMatchObject({ status: 500, code: 'internal', retryAfter: false });
      const query = asMerchant(asked('POST', '/graphql', graphql.read(paylinkId)));
      expect(await seen('graphql', await ask(query, bindings))).toMatchObject({ status: 200, code: 'INTERNAL' });
    },
  );
});
