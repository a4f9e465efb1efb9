import { env, exports } from 'cloudflare:workers';
import { beforeAll, expect, it } from 'vitest';
import { type Api, merchantApi, request } from '../support/api.ts';
import { byCallers, byCustomers, byOperators, requestOf } from '../support/every-route.ts';
import { seedPaylink } from '../support/verbs.ts';

let api: Api;
let paylink: { id: string; code: string };
beforeAll(async () => {
  api = await merchantApi({ rateLimitRequests: 10_000 });
  paylink = await seedPaylink(api.merchant);
});

/** What an answer lacks of the headers that every answer has. */
function lackOf({ headers }: Response): string[] {
  const lacks = headers.get('x-request-id') === null ? ['x-request-id'] : [];
  if (headers.get('x-content-type-options') !== 'nosniff') lacks.push('nosniff');
  if (headers.get('cache-control') !== 'no-store') lacks.push('no-store');
  return lacks;
}

it('every answer of the Worker has a request id, is not kept in a cache, and is taken for what it says it is', async () => {
  const ids = { paylinkId: paylink.id, code: paylink.code, medium: 'email', id: api.merchant.id };
  const everyone = [
    ...byCallers(api.merchant.id, paylink.id).map((route) => ({ route, as: `Bearer ${api.key}` })),
    ...byOperators.map((route) => ({ route, as: `Bearer ${env.ADMIN_TOKEN}` })),
    ...byCustomers.map((route) => ({ route, as: '' })),
  ];
  for (const { route, as } of everyone) {
    for (const authorization of new Set([as, '']))
      expect([
        route,
        lackOf(await exports.default.fetch(requestOf(route, ids, authorization), { redirect: 'manual' })),
      ]).toEqual([route, []]);
  }
  const csv = await api.call('GET', '/paylinks', undefined, { accept: 'text/csv' });
  const others = await Promise.all(
    ['/healthz', '/readyz', '/nothing', '/nothing/here'].map((path) => request('GET', path)),
  );
  expect([csv, ...others].map(lackOf)).toEqual([[], [], [], [], []]);
});

it('a browser that comes by https keeps to it: people’s pages say so, and by http none does', async () => {
  const said = async (origin: string, path: string) => {
    const answer = await exports.default.fetch(`${origin}${path}`, {
      redirect: 'manual',
      headers: { accept: 'text/html' },
    });
    return answer.headers.get('strict-transport-security');
  };
  for (const path of [`/s/${paylink.code}`, `/p/${paylink.code}`, '/p/0nothinghere1', '/console/sign-in'])
    expect([path, await said('https://gateway.test', path), await said('http://gateway.test', path)]).toEqual([
      path,
      'max-age=31536000',
      null,
    ]);
});
