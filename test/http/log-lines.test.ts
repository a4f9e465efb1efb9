import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { giveCredential, signHmac } from '../auth/merchant-side.ts';
import { type Api, merchantApi, request } from '../support/api.ts';
import { graphql } from '../support/every-route.ts';
import { ask } from '../support/faults.ts';
import { createBody, seedPaylink } from '../support/verbs.ts';

let api: Api;
let paylink: { id: string; code: string };
beforeAll(async () => {
  api = await merchantApi();
  paylink = await seedPaylink(api.merchant);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The line of the one request that `run` makes. */
async function lineOf(run: () => Promise<Response>): Promise<{ [field: string]: unknown }> {
  const written: string[] = [];
  const keep = (line: unknown) => void written.push(String(line));
  const levels = (['info', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level).mockImplementation(keep));
  await run();
  for (const level of levels) level.mockRestore();
  const lines = written.map((line) => JSON.parse(line)).filter(({ event }) => event === 'request');
  expect(lines).toHaveLength(1);
  return lines[0];
}

describe('a request’s line in the log', () => {
  const who = () => ({ merchantId: api.merchant.id, credentialId: api.credentialId });

  it('has the route’s pattern, who asked by which credential, and the Paylink', async () => {
    const { id } = paylink;
    const read = await lineOf(() => api.call('GET', `/${id.toUpperCase()}`));
    expect(read).toMatchObject({ route: '/:paylinkId', status: 200, paylinkId: id, ...who() });
    const sent = await lineOf(() => api.call('POST', `/${id}/notify_by/email`));
    expect(sent).toMatchObject({ route: '/:paylinkId/notify_by/:medium', paylinkId: id, ...who() });
    const list = await lineOf(() => api.call('GET', '/paylinks?recipient=ada@example.com'));
    expect(list).toMatchObject({ route: '/paylinks', ...who() });
    expect(JSON.stringify(list)).not.toContain('ada@');
  });

  it('has the Paylink where the path does not say it: create, payments, GraphQL, and a customer’s page', async () => {
    let made = '';
    const created = await lineOf(async () => {
      const response = await api.call('POST', '/', createBody(api.merchant.id));
      made = (await response.clone().json<{ paylinkId: string }>()).paylinkId;
      return response;
    });
    expect(created).toMatchObject({ route: '/', paylinkId: made });
    const report = { paylinkId: made, orderId: 'o', type: 'payment', amount: 1, currencyCode: 'USD' };
    expect(await lineOf(() => api.call('POST', '/webhooks/payments', report))).toMatchObject({ paylinkId: made });
    for (const document of [graphql.read(paylink.id), graphql.send(paylink.id), graphql.cancel(paylink.id)])
      expect(await lineOf(() => api.call('POST', '/graphql', document))).toMatchObject({
        route: '/graphql',
        paylinkId: paylink.id,
        ...who(),
      });
    const page = await lineOf(() => request('GET', `/p/${paylink.code}`));
    expect(page).toMatchObject({ route: '/p/:code', paylinkId: paylink.id });
    // Whoever has the code has the link.
    expect(JSON.stringify(page)).not.toContain(paylink.code);
  });

  it('has the merchant and the credential of a 429, and of a replayed nonce', async () => {
    const poor = await merchantApi({ rateLimitRequests: 1, rateLimitWindowSeconds: 3600 });
    await poor.call('GET', '/paylinks');
    // By the limiter, then by the isolate that remembers it.
    for (let n = 0; n < 2; n++)
      expect(await lineOf(() => poor.call('GET', '/paylinks'))).toMatchObject({
        status: 429,
        merchantId: poor.merchant.id,
        credentialId: poor.credentialId,
      });
    const secret = 'sk_live_log_lines';
    const credentialId = await giveCredential(api.merchant.id, 'hmac', secret);
    const timestamp = Math.floor(Date.now() / 1000);
    const url = 'http://gateway.test/paylinks';
    const { method, headers } = signHmac({ merchantId: api.merchant.id, secret, timestamp, url });
    expect((await ask(new Request(url, { method, headers }), env)).status).toBe(200);
    const line = await lineOf(() => ask(new Request(url, { method, headers }), env));
    expect(line).toMatchObject({
      status: 401,
      reason: 'nonce was used before',
      merchantId: api.merchant.id,
      credentialId,
    });
  });
});
