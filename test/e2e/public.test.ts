import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Gateway, startGateway } from '../support/gateway.ts';

const authorization = 'Bearer plk_test_demo_2b7e151628aed2a6abf7158809cf4f3c';
const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const Created = z.object({ paylinkId: z.string(), status: z.literal('CREATED') });
const Sessions = z.object({ data: z.object({ paymentSessions: z.object({ nodes: z.array(z.unknown()) }) }) });

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway({ vars: { PUBLIC_BASE_URL: 'https://pay.example.test' } });
});
afterAll(() => gateway?.stop());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(gateway.url + path, { headers, redirect: 'manual' });
const post = (path: string, body: object) =>
  fetch(gateway.url + path, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('the root path', () => {
  it('takes a Paylink by REST and a query by GraphQL: no static file stands in their way', async () => {
    const created = await post('/', {
      merchantId: '11111111-2222-4333-8444-555555555555',
      customer: { email: 'ada@example.com' },
      lineItems: [{ price: 500, quantity: 1 }],
    });
    expect(created.status).toBe(201);
    Created.parse(await created.json());
    const asked = await post('/', { query: '{ paymentSessions { nodes { id } } }' });
    expect(asked.status).toBe(200);
    expect(Sessions.parse(await asked.json()).data.paymentSessions.nodes).not.toEqual([]);
  });

  it('shows a browser the landing page, with the address of this gateway', async () => {
    const answer = await get('/', browser);
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('vary')]).toEqual([
      200,
      'text/html; charset=utf-8',
      'accept',
    ]);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    const text = await answer.text();
    expect(text).toContain('curl -s https://pay.example.test/');
    expect(text).toContain('href="/inbox"');
    expect(text).not.toContain('localhost');
  });

  it('is for everybody else a 405 that says what is allowed', async () => {
    const answer = await get('/', { accept: 'application/json' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    expect(await answer.json()).toMatchObject({ code: 'method_not_allowed' });
  });
});

describe('static files', () => {
  it.each([
    ['/openapi.json', 'application/json'],
    ['/schema.graphql', 'text/plain; charset=utf-8'],
    ['/favicon.svg', 'image/svg+xml'],
    ['/robots.txt', 'text/plain; charset=utf-8'],
    ['/graphiql', 'text/html; charset=utf-8'],
    ['/docs/', 'text/html; charset=utf-8'],
    ['/docs/errors', 'text/html; charset=utf-8'],
    ['/docs/api.md', 'text/markdown; charset=utf-8'],
    ['/llms.txt', 'text/plain; charset=utf-8'],
    ['/docs/site.css', 'text/css; charset=utf-8'],
  ])('%s is served without the Worker, under a policy, and is not sniffed', async (path, type) => {
    const { status, headers } = await get(path);
    expect([status, headers.get('content-type')]).toEqual([200, type]);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-request-id')).toBeNull();
  });

  it('a path below docs that is not there is a 404 with a page that leads on', async () => {
    for (const path of ['/docs/nothing', '/docs/errors/nothing']) {
      const answer = await get(path, browser);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(await answer.text()).toMatch(/There is nothing here[\s\S]*href="\/docs\/api"/);
    }
  });

  it('no other file of public/ is served, and a path below docs that is not there is a 404', async () => {
    for (const path of ['/landing', '/landing.html', '/_headers', '/nothing.txt', '/docs/nothing']) {
      const answer = await get(path, { authorization });
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });
});
