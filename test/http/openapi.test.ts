import { env } from 'cloudflare:workers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openApiPath } from '../../src/api/document.ts';
import app from '../../src/app.ts';
import { insertInboxMessage } from '../../src/store/inbox.ts';
import { type Api, merchantApi, request } from '../support/api.ts';
import { anAttempt, seedSent } from '../support/attempts.ts';
import { described, faultsOf, idOf } from '../support/described.ts';
import { byCallers, byCustomers, byOperators, callbacks, requestOf } from '../support/every-route.ts';
import { ask } from '../support/faults.ts';
import { hookUrl } from '../support/hooks.ts';
import { deliver, publicKeys, reporting } from '../support/providers/signed-callbacks.ts';
import { PDF, pdfOf, upload } from '../support/uploads.ts';
import { contextOf, createBody, seedPaylink, send } from '../support/verbs.ts';

const operator = { authorization: `Bearer ${env.ADMIN_TOKEN}` };
const browser = { accept: 'text/html' };
const unknown = crypto.randomUUID();

let api: Api;
let faults: string[] = [];
/** The operations that were seen to answer what they are for. */
const seen = new Set<string>();

beforeAll(async () => {
  api = await merchantApi({ rateLimitRequests: 100_000 });
  vi.stubGlobal('fetch', publicKeys().answer);
});
afterAll(() => {
  vi.unstubAllGlobals();
});

/** Compares an answer with the document. @returns its body, where that is JSON */
async function check(method: string, path: string, answer: Response): Promise<Record<string, string>> {
  const copy = answer.clone();
  faults.push(...(await faultsOf(method, path, answer)));
  if (copy.status < 400) seen.add(idOf(method, path));
  return copy.headers.get('content-type')?.includes('json') ? copy.json() : {};
}

const at = (path: string, ids: Record<string, string>) => path.replace(/:(\w+)/g, (_, name) => ids[name] ?? unknown);

/** Asks as the merchant, checks, and gives the body. */
const as = async (method: string, path: string, ids: Record<string, string> = {}, body?: unknown, headers = {}) =>
  check(method, path.split('?')[0] ?? '', await api.call(method, at(path, ids), body, headers));
const asOperator = async (method: string, path: string, ids: Record<string, string> = {}, body?: unknown) =>
  check(method, path, await request(method, at(path, ids), body, operator));
const asAnyone = async (method: string, path: string, ids: Record<string, string> = {}, headers = {}) =>
  check(method, path, await request(method, at(path, ids), undefined, headers));

const isDescribed = () => {
  const found = faults;
  faults = [];
  expect([...new Set(found)]).toEqual([]);
};

describe('openapi.json', () => {
  it('has every route that the gateway has, by every method, and no other', async () => {
    const paths = [...new Set(app.routes.map(({ path }) => path))].filter((path) => !path.endsWith('*'));
    const allowed = await Promise.all(
      paths.map(async (path) => {
        const answer = await request('PURGE', at(path, {}), undefined, { ...operator, origin: 'http://gateway.test' });
        const methods = answer.headers.get('allow')?.split(', ') ?? [];
        return methods.filter((method) => method !== 'HEAD').map((method) => `${method} ${openApiPath(path)}`);
      }),
    );
    // These two answer by what is asked for, not by method alone.
    const byContent = ['GET /', 'GET /graphql', 'POST /graphql'];
    expect([...new Set([...allowed.flat(), ...byContent])].sort()).toEqual([...described].sort());
  });

  it('describes what a Paylink’s life answers', async () => {
    const { merchant } = api;
    const created = await as('POST', '/', {}, createBody(merchant.id), { 'idempotency-key': 'k-1' });
    await as('POST', '/', {}, createBody(merchant.id), { 'idempotency-key': 'k-1' });
    await as('POST', '/', {}, createBody(merchant.id, { memo: 'other' }), { 'idempotency-key': 'k-1' });
    const id = { paylinkId: created.paylinkId ?? '' };
    const code = { code: created.shortLink?.split('/').at(-1) ?? '' };
    await as('GET', '/:paylinkId', id);
    await as('GET', '/:paylinkId/qr.svg', id);
    for (const bytes of [PDF, pdfOf(50)])
      await check('POST', '/:paylinkId/attachments', await upload(api, id.paylinkId, { name: 'a.pdf', bytes }));
    await asAnyone('GET', '/p/:code/files/:name', { ...code, name: 'a.pdf' }, browser);
    await as('DELETE', '/:paylinkId/attachments/:name', { ...id, name: 'a.pdf' });
    await as('PATCH', '/:paylinkId', id, { memo: 'Thank you!', metadata: { order: { lines: [1, 'two', null] } } });
    await as('PATCH', '/:paylinkId/send', id, { sendEmail: true, sendSms: true });
    await as('POST', '/:paylinkId/notify_by/:medium', { ...id, medium: 'email' });
    await as('PATCH', '/:paylinkId/send', id, { sendEmail: false, sendSms: false });
    await as('POST', '/sandbox/:paylinkId/open', id);
    await as('POST', '/sandbox/:paylinkId/fail', id);
    await as('POST', '/sandbox/:paylinkId/pay', id, { amount: 10 });
    const payment = { paylinkId: id.paylinkId, orderId: 'o-1', type: 'payment', amount: 100, currencyCode: 'USD' };
    await as('POST', '/webhooks/payments', {}, payment);
    await as('POST', '/webhooks/payments', {}, { ...payment, amount: 101 });
    await as('POST', '/webhooks/payments', {}, { ...payment, type: 'refund', amount: 100 });
    await as('GET', '/paylinks?limit=1');
    await as('GET', '/paylinks', {}, undefined, { accept: 'text/csv' });
    for (const path of ['/s/:code', '/p/:code', '/checkout/:code']) await asAnyone('GET', path, code, browser);
    await asAnyone('POST', '/o/:code', code, { origin: 'http://gateway.test', 'sec-fetch-site': 'same-origin' });
    const attempt = anAttempt({ status: 'UNKNOWN', messageId: null, acceptedAt: null });
    const lost = { paylinkId: (await seedSent(merchant, [attempt])).id, deliveryLogId: attempt.id };
    const settle = '/:paylinkId/delivery-logs/:deliveryLogId/settle';
    await as('POST', settle, lost, { status: 'SENT' });
    await as('POST', settle, lost, { status: 'FAILED' });
    await as('PATCH', '/:paylinkId/cancel', id);
    const open = { paylinkId: (await seedPaylink(merchant)).id };
    await as('PATCH', '/:paylinkId/cancel', open);
    await as('PATCH', '/:paylinkId/cancel', open);
    await as('PATCH', '/:paylinkId/send', id, { sendEmail: true, sendSms: true });
    const refused = await as(
      'POST',
      '/',
      {},
      createBody(merchant.id, { customer: { email: 'refused@paylinks.test' } }),
    );
    await as('POST', '/:paylinkId/notify_by/:medium', { paylinkId: refused.paylinkId ?? '', medium: 'email' });
    const unheard = await as(
      'POST',
      '/',
      {},
      createBody(merchant.id, { customer: { email: 'unknown@paylinks.test' } }),
    );
    await as('POST', '/:paylinkId/notify_by/:medium', { paylinkId: unheard.paylinkId ?? '', medium: 'email' });
    isDescribed();
  });

  it('describes what recipients, settings and the inbox answer', async () => {
    const { merchant } = api;
    const paylink = await seedPaylink(merchant);
    const sent = await send(contextOf(merchant), paylink.id, { channels: ['EMAIL'] });
    const log = sent.kind === 'sent' ? sent.paylink.deliveryLogs[0]?.id : undefined;
    const inbox = await api.call('GET', `/inbox.json?paylinkId=${paylink.id}`);
    const token = { token: /\/u\/([\w.-]+)/.exec(await inbox.text())?.[1] ?? '' };
    await asAnyone('GET', '/u/:token', token, browser);
    await asAnyone('POST', '/u/:token', token, browser);
    const list = await api.call('GET', '/suppressions');
    const { data }: { data: { suppressionId: string }[] } = await list.clone().json();
    await check('GET', '/suppressions', list);
    await as('DELETE', '/suppressions/:suppressionId', { suppressionId: data[0]?.suppressionId ?? '' });
    const bounce = crypto.randomUUID();
    await env.DB.prepare(
      `INSERT INTO suppressions (id, merchant_id, channel, recipient_hash, recipient, reason, created_at)
       VALUES (?1, ?2, 'EMAIL', 'hash', 'gone@example.com', 'hard_bounce', 1)`,
    )
      .bind(bounce, merchant.id)
      .run();
    await as('DELETE', '/suppressions/:suppressionId', { suppressionId: bounce });
    await as('GET', '/inbox.json');
    await asAnyone('GET', '/inbox', {}, browser);
    const message = { id: log ?? '' };
    for (const path of ['/inbox/:id', '/inbox/:id/html', '/inbox/:id/raw'])
      await asAnyone('GET', path, message, browser);
    await asAnyone('GET', '/inbox/events');
    await as('POST', '/inbox/:id/play', message, { event: 'delivered' });
    await as('POST', '/inbox/:id/play', message, 'event=delivered', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    await as('DELETE', '/inbox/:id', message);
    const other = {
      ...message,
      merchantId: merchant.id,
      paylinkId: paylink.id,
      channel: 'SMS',
      to: '+12025550123',
    } as const;
    const text = { subject: null, text: 'Pay me', html: null, createdAt: 1, headers: {}, readAt: null };
    await insertInboxMessage(env.DB, { ...other, ...text });
    await as('POST', '/inbox/:id/delete', message);
    await as('POST', '/inbox/delete');
    await as('DELETE', '/inbox');
    await as('POST', '/recipients/erase', {}, { email: 'ada@example.com' });
    for (const groupBy of ['day', 'channel', 'provider']) await as('GET', `/stats?groupBy=${groupBy}`);
    await as('GET', '/settings');
    await as('PATCH', '/settings', {}, { locale: 'de-DE' });
    await as('POST', '/settings/callback-secret/rotate');
    await as('GET', '/settings');
    const own = await as('POST', '/credentials', {}, { scheme: 'hmac', scopes: ['paylinks:read'] });
    const key = { credentialId: own.id ?? '' };
    await as('GET', '/credentials');
    await as('PATCH', '/credentials/:credentialId', key, { expiresAt: null });
    await as('DELETE', '/credentials/:credentialId', key);
    await as('GET', '/audit');
    for (const path of ['/healthz', '/readyz']) await asAnyone('GET', path);
    isDescribed();
  });

  it('describes what webhook endpoints answer', async () => {
    const one = '/webhook-endpoints/:endpointId';
    const made = await as('POST', '/webhook-endpoints', {}, { url: hookUrl('described'), headers: { 'x-a': 'b' } });
    const id = { endpointId: made.endpointId ?? '' };
    await as('GET', '/webhook-endpoints');
    await as('GET', one, id);
    await as('PATCH', one, id, { description: 'ours' });
    await as('POST', `${one}/rotate`, id);
    const { deliveryId } = await as('POST', `${one}/test`, id);
    const attempt = env.DB.prepare(
      `INSERT INTO endpoint_attempts (delivery_id, attempt, outcome, status_code, error, answer, duration_ms, attempted_at)
       VALUES (?1, 1, 'failed', ?2, ?3, ?4, 12, 1)`,
    );
    await env.DB.batch([
      attempt.bind(deliveryId ?? '', 500, 'refused', 'no'),
      attempt.bind(`${id.endpointId}.000000000001.forgotten`, null, 'timeout', null),
    ]);
    await as('GET', `${one}/attempts`, id);
    await as('POST', `${one}/replay`, id, { deliveryId });
    await as('POST', `${one}/replay`, id, { since: '2026-01-01T00:00:00Z' });
    await as('PATCH', one, id, { enabled: false });
    await as('POST', `${one}/test`, id);
    await as('DELETE', one, id);
    isDescribed();
  });

  it('describes what the operator is answered', async () => {
    const all = '/admin/merchants';
    const made = await asOperator('POST', all, {}, { name: 'Acme', mode: 'test', country: 'US' });
    const id = { id: made.id ?? '' };
    await asOperator('POST', all, {}, { name: 'Acme', id: made.id });
    await asOperator('GET', all);
    await asOperator('GET', `${all}/:id`, id);
    await asOperator('PATCH', `${all}/:id`, id, { name: 'Acme 2', suspended: true });
    const keys = `${all}/:id/credentials`;
    const issued = await asOperator('POST', keys, id, { scheme: 'bearer' });
    await asOperator('GET', keys, id);
    const key = { ...id, credentialId: issued.id ?? '' };
    await asOperator('PATCH', `${keys}/:credentialId`, key, { expiresAt: null });
    await asOperator('DELETE', `${keys}/:credentialId`, key);
    await asOperator('GET', '/admin/audit');
    await asOperator('GET', '/admin/health');
    await asOperator('PATCH', `${keys}/:credentialId`, key, { expiresAt: null });
    isDescribed();
  });

  it('describes what providers and callers of GraphQL are answered', async () => {
    for (const one of callbacks()) {
      await check('POST', one.path.replace(/\?.*/, ''), await deliver(one, reporting));
    }
    await as('POST', '/', {}, { query: '{ paymentSessions { nodes { id } } }' });
    await as('POST', '/graphql', {}, { query: '{ paymentSessions { nodes { id } } }' });
    await as('POST', '/graphql', {}, { query: '{ nothing }' });
    await as('GET', '/graphql?query={__typename}');
    await asAnyone('GET', '/graphql', {}, browser);
    isDescribed();
  });

  it('describes the refusals of every route: of nobody, of an unknown thing, of a wrong body', async () => {
    const all = [...byCallers(api.merchant.id, unknown), ...byCustomers, ...byOperators];
    const names = all.flatMap(({ path }) => [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name));
    const ids = {
      ...Object.fromEntries(names.map((name) => [name, unknown])),
      code: '0nosuchcode00',
      token: 'x',
      medium: 'email',
    };
    for (const one of all) {
      const key = one.path.startsWith('/admin') ? operator.authorization : `Bearer ${api.key}`;
      await check(one.method, one.path, await ask(requestOf(one, ids, ''), env));
      await check(one.method, one.path, await ask(requestOf(one, ids, key), env));
      if (one.body === undefined) continue;
      await check(one.method, one.path, await ask(requestOf({ ...one, body: { nothing: 1 } }, ids, key), env));
      const text = requestOf(one, ids, key);
      text.headers.set('content-type', 'text/plain');
      await check(one.method, one.path, await ask(text, env));
    }
    isDescribed();
  });

  it('was seen to be right about what every operation is for', () => {
    const ids = described.map((one) => {
      const [method = '', path = ''] = one.split(' ');
      return idOf(method, path.replaceAll(/\{(\w+)\}/g, ':$1'));
    });
    // The landing page is a static file; the mock checkout pays by a form: test/e2e.
    const elsewhere = ['landingPage', 'payAtMockCheckout'];
    expect(ids.filter((id) => !seen.has(id) && !elsewhere.includes(id))).toEqual([]);
  });
});
