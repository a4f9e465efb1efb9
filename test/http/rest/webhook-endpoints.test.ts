import { env } from 'cloudflare:workers';
import { Webhook } from 'standardwebhooks';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Api, merchantApi } from '../../support/api.ts';
import { behave, consume, heardBy, hookUrl } from '../../support/hooks.ts';
import { createBody } from '../../support/verbs.ts';

const Endpoint = z.strictObject({
  endpointId: z.uuid(),
  url: z.string(),
  description: z.string().nullable(),
  eventTypes: z.array(z.string()),
  format: z.enum(['standard', 'skipify']),
  headers: z.array(z.string()),
  includeChildren: z.boolean(),
  enabled: z.boolean(),
  disabledAt: z.string().nullable(),
  disabledReason: z.string().nullable(),
  failingSince: z.string().nullable(),
  previousSecretExpiresAt: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
const WithSecret = Endpoint.extend({ secret: z.string().regex(/^whsec_[A-Za-z0-9+/]{43}=$/) });
const Problem = z.object({ code: z.string(), errors: z.array(z.object({ path: z.string() })).optional() });
const Attempts = z.object({
  data: z.array(
    z.object({ attemptId: z.string(), deliveryId: z.string(), eventType: z.string(), outcome: z.string() }),
  ),
  nextCursor: z.string().nullable(),
});

describe('/webhook-endpoints', () => {
  let api: Api;
  const path = '/webhook-endpoints';
  const create = async (some: object = {}, by = api) => {
    const answer = await by.call('POST', path, { url: hookUrl(crypto.randomUUID()), ...some });
    expect(answer.status).toBe(201);
    return WithSecret.parse(await answer.json());
  };
  const refusalOf = async (answer: Response) => ({ status: answer.status, ...Problem.parse(await answer.json()) });

  beforeEach(async () => {
    api = await merchantApi();
  });

  it('registers an endpoint and shows its secret once', async () => {
    const answer = await api.call('POST', path, { url: 'https://hooks.shop.example/paylinks', description: 'Orders' });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { secret, ...endpoint } = WithSecret.parse(await answer.json());
    expect(answer.headers.get('location')).toBe(`http://gateway.test${path}/${endpoint.endpointId}`);
    expect(endpoint).toMatchObject({
      url: 'https://hooks.shop.example/paylinks',
      description: 'Orders',
      eventTypes: ['*'],
      enabled: true,
    });
    const read = await api.call('GET', `${path}/${endpoint.endpointId}`);
    expect(Endpoint.parse(await read.json())).toEqual(endpoint);
    const list = await (await api.call('GET', path)).text();
    expect(JSON.parse(list)).toEqual({ data: [endpoint] });
    expect(list).not.toContain(secret);
    const stored = await env.DB.prepare('SELECT secret_ciphertext AS sealed FROM webhook_endpoints WHERE id = ?1')
      .bind(endpoint.endpointId)
      .first<{ sealed: string }>();
    expect(stored?.sealed).toMatch(/^v1\./);
    expect(stored?.sealed).not.toContain(secret.slice(6));
  });

  it.each([
    ['url', { url: 'http://hooks.shop.example/' }],
    ['url', { url: 'https://169.254.169.254/' }],
    ['url', { url: 'https://user@hooks.shop.example/' }],
    ['url', { url: 7 }],
    ['url', {}],
    ['eventTypes', { url: 'https://hooks.shop.example/', eventTypes: [] }],
    ['eventTypes.0', { url: 'https://hooks.shop.example/', eventTypes: ['paylink.lost'] }],
    ['description', { url: 'https://hooks.shop.example/', description: 'x'.repeat(256) }],
    ['secret', { url: 'https://hooks.shop.example/', secret: 'mine' }],
  ])('refuses a wrong %s: %o', async (field, body) => {
    const refused = await refusalOf(await api.call('POST', path, body));
    expect(refused).toMatchObject({ status: 400, code: 'invalid_request', errors: [{ path: field }] });
  });

  it('has at most ten endpoints a merchant', async () => {
    for (let count = 0; count < 10; count += 1) await create();
    const answer = await api.call('POST', path, { url: hookUrl('eleventh') });
    expect(await refusalOf(answer)).toMatchObject({ status: 409, code: 'conflict' });
  });

  it('changes, disables and enables an endpoint, and checks a new URL like the first', async () => {
    const { endpointId } = await create();
    const patch = (body: object) => api.call('PATCH', `${path}/${endpointId}`, body);
    const changed = await patch({
      url: 'https://new.shop.example/',
      eventTypes: ['paylink.paid', 'paylink.paid'],
      enabled: false,
    });
    expect(Endpoint.parse(await changed.json())).toMatchObject({
      url: 'https://new.shop.example/',
      eventTypes: ['paylink.paid'],
      enabled: false,
      disabledReason: 'merchant',
    });
    expect(await refusalOf(await patch({ url: 'https://[fe80::1]/', enabled: true }))).toMatchObject({ status: 400 });
    expect(Endpoint.parse(await (await api.call('GET', `${path}/${endpointId}`)).json()).enabled).toBe(false);
    for (const route of ['test', 'replay']) {
      const answer = await api.call('POST', `${path}/${endpointId}/${route}`, { since: '2026-01-01T00:00:00Z' });
      expect(await refusalOf(answer)).toMatchObject({ status: 409, code: 'conflict' });
    }
    expect(Endpoint.parse(await (await patch({ enabled: true })).json())).toMatchObject({
      enabled: true,
      disabledReason: null,
    });
    expect((await api.call('DELETE', `${path}/${endpointId}`)).status).toBe(204);
    expect((await api.call('DELETE', `${path}/${endpointId}`)).status).toBe(404);
  });

  it('tells what it keeps secret to no other host than it was made for', async () => {
    const patch = (id: string, change: object) => api.call('PATCH', `${path}/${id}`, change);
    const withHeader = await create({
      url: 'https://shop.example.com/a',
      headers: { authorization: 'Basic c2VjcmV0' },
    });
    const wrongOf = (name: string) => ({ status: 400, code: 'invalid_request', errors: [{ path: name }] });
    for (const url of ['https://evil.example.com/a', 'https://shop.example.com:8443/a'])
      expect(await refusalOf(await patch(withHeader.endpointId, { url }))).toMatchObject(wrongOf('headers'));
    expect((await patch(withHeader.endpointId, { url: 'https://shop.example.com/b' })).status).toBe(200);
    const anew = { url: 'https://new.example.com/', headers: { authorization: 'Basic bmV3' } };
    expect((await patch(withHeader.endpointId, anew)).status).toBe(200);
    expect((await patch(withHeader.endpointId, { url: 'https://shop.example.com/', headers: {} })).status).toBe(200);

    // A skipify endpoint is sent its signing secret, so it cannot move, nor can another become one after it has moved.
    const vendors = await create({ url: 'https://shop.example.com/', format: 'skipify' });
    const moved = await refusalOf(await patch(vendors.endpointId, { url: 'https://evil.example.com/' }));
    expect(moved).toMatchObject(wrongOf('url'));
    const standard = await create({ url: 'https://shop.example.com/' });
    for (const change of [{}, { url: 'https://evil.example.com/' }]) {
      const refused = await refusalOf(await patch(standard.endpointId, { ...change, format: 'skipify' }));
      expect(refused).toMatchObject(wrongOf('format'));
    }
    const same = { url: 'https://shop.example.com/b', format: 'skipify' };
    expect((await patch(vendors.endpointId, same)).status).toBe(200);
    expect((await patch(vendors.endpointId, { ...anew, format: 'standard' })).status).toBe(200);
    const ids = [withHeader, vendors, standard].map(({ endpointId }) => endpointId);
    const urls = await Promise.all(
      ids.map(async (id) => Endpoint.parse(await (await api.call('GET', `${path}/${id}`)).json()).url),
    );
    expect(urls).toEqual(['https://shop.example.com/', 'https://new.example.com/', 'https://shop.example.com/']);
  });

  it('rotates the secret, and says until when the old one signs too', async () => {
    const first = await create();
    const answer = await api.call('POST', `${path}/${first.endpointId}/rotate`);
    const rotated = WithSecret.parse(await answer.json());
    expect(rotated.secret).not.toBe(first.secret);
    const overlap = Date.parse(rotated.previousSecretExpiresAt ?? '') - Date.parse(rotated.updatedAt);
    expect(overlap).toBe(24 * 60 * 60 * 1000);
  });

  it('sends a test event, lists attempts by page and replays deliveries', async () => {
    const name = crypto.randomUUID();
    const { endpointId, secret } = await create({ url: hookUrl(name) });
    await behave(name, []);
    const Queued = z.object({ eventId: z.string(), deliveryId: z.string() });
    for (let count = 0; count < 3; count += 1) {
      const tested = await api.call('POST', `${path}/${endpointId}/test`);
      expect(tested.status).toBe(202);
      await consume([{ deliveryId: Queued.parse(await tested.json()).deliveryId }], Date.now() + 1_000);
    }
    const [request] = await heardBy(name, 3);
    expect(new Webhook(secret).verify(request?.body ?? '', request?.headers ?? {})).toMatchObject({
      type: 'endpoint.test',
    });
    const page = async (query: string) =>
      Attempts.parse(await (await api.call('GET', `${path}/${endpointId}/attempts${query}`)).json());
    const first = await page('?limit=2');
    const second = await page(`?limit=2&cursor=${encodeURIComponent(first.nextCursor ?? '')}`);
    expect([first.data.length, second.data.length, second.nextCursor]).toEqual([2, 1, null]);
    const attempts = [...first.data, ...second.data];
    expect(new Set(attempts.map(({ attemptId }) => attemptId)).size).toBe(3);
    expect(attempts).toMatchObject(
      Array.from({ length: 3 }, () => ({ eventType: 'endpoint.test', outcome: 'delivered' })),
    );
    const deliveryId = attempts[0]?.deliveryId;
    const replay = (body: object) => api.call('POST', `${path}/${endpointId}/replay`, body);
    const one = await replay({ deliveryId });
    expect([one.status, await one.json()]).toEqual([202, { queued: 1, nextSince: null }]);
    await consume([{ deliveryId }], Date.now() + 1_000);
    expect(await heardBy(name, 4)).toHaveLength(4);
    const all = await replay({ since: '2026-01-01T00:00:00Z' });
    expect(await all.json()).toEqual({ queued: 3, nextSince: null });
    expect(await refusalOf(await replay({ deliveryId: 'none' }))).toMatchObject({ status: 404 });
    for (const body of [{}, { since: 'yesterday' }, { deliveryId, since: '2026-01-01T00:00:00Z' }])
      expect(await refusalOf(await replay(body))).toMatchObject({ status: 400 });
    for (const query of ['?limit=0', '?cursor=x', '?other=1'])
      expect((await api.call('GET', `${path}/${endpointId}/attempts${query}`)).status).toBe(400);
  });

  it('is a 404 for another merchant on every route', async () => {
    const { endpointId } = await create();
    const other = await merchantApi();
    const one = `${path}/${endpointId}`;
    const asked: [string, string, unknown?][] = [
      ['GET', one],
      ['PATCH', one, { enabled: false }],
      ['DELETE', one],
      ['POST', `${one}/rotate`],
      ['POST', `${one}/test`],
      ['GET', `${one}/attempts`],
      ['POST', `${one}/replay`, { since: '2026-01-01T00:00:00Z' }],
    ];
    for (const [method, url, body] of asked)
      expect(await refusalOf(await other.call(method, url, body))).toMatchObject({ status: 404, code: 'not_found' });
    expect(await (await other.call('GET', path)).json()).toEqual({ data: [] });
    expect(Endpoint.parse(await (await api.call('GET', one)).json()).enabled).toBe(true);
  });

  it('answers 401 without credentials and 405 with Allow', async () => {
    expect((await api.call('GET', path, undefined, { authorization: 'Bearer nobody' })).status).toBe(401);
    const answer = await api.call('PUT', path);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, GET, HEAD']);
  });

  it('gets the events of a Paylink that is created, sent and canceled, with their order', async () => {
    const name = crypto.randomUUID();
    const { endpointId, secret } = await create({ url: hookUrl(name) });
    const Created = z.object({ paylinkId: z.string() });
    const { paylinkId } = Created.parse(await (await api.call('POST', '/', createBody(api.merchant.id))).json());
    expect((await api.call('PATCH', `/${paylinkId}/send`, { sendEmail: true, sendSms: false })).status).toBe(200);
    expect((await api.call('PATCH', `/${paylinkId}/cancel`)).status).toBe(204);
    const { results } = await env.DB.prepare('SELECT id FROM endpoint_deliveries WHERE endpoint_id = ?1')
      .bind(endpointId)
      .all<{ id: string }>();
    await consume(results.map(({ id }) => ({ deliveryId: id })).reverse(), Date.now() + 1_000);
    const requests = await heardBy(name, 3);
    const ProjectorListener = z.object({
      type: z.string(),
      data: z.object({ paylinkId: z.string(), sequence: z.int(), status: z.string() }),
    });
    const told = requests.map(({ body, headers }) =>
      ProjectorListener.parse(new Webhook(secret).verify(body, headers)),
    );
    told.sort((one, other) => one.data.sequence - other.data.sequence);
    expect(told.map(({ type, data }) => [type, data.status, data.paylinkId])).toEqual([
      ['paylink.created', 'CREATED', paylinkId],
      ['paylink.sent', 'SENT', paylinkId],
      ['paylink.canceled', 'CANCELED', paylinkId],
    ]);
  });

  it('gets events through the Queue without any other call', async () => {
    const name = crypto.randomUUID();
    await create({ url: hookUrl(name), eventTypes: ['paylink.created'] });
    expect((await api.call('POST', '/', createBody(api.merchant.id))).status).toBe(201);
    const [request] = await heardBy(name, 1);
    expect(request?.body).toContain('"paylink.created"');
  });
});
