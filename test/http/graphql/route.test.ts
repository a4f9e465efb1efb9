import { exports } from 'cloudflare:workers';
import { serverAudits } from 'graphql-http';
import { beforeAll, describe, expect, it } from 'vitest';
import { signHmac } from '../../auth/merchant-side.ts';
import { type Api, merchantApi, request } from '../../support/api.ts';

describe('/graphql', () => {
  let api: Api;
  beforeAll(async () => {
    api = await merchantApi({ rateLimitRequests: 1000 });
  });

  it('passes every audit with a bearer key', async () => {
    const audits = serverAudits({
      url: 'http://gateway.test/graphql',
      fetchFn: (url: string, init: RequestInit = {}) => {
        const headers = new Headers(init.headers);
        headers.set('authorization', `Bearer ${api.key}`);
        return exports.default.fetch(url, { ...init, headers });
      },
    });
    const results = await Promise.all(audits.map((audit) => audit.fn()));
    expect(results.filter(({ status }) => status !== 'ok').map(({ id, name }) => `${id} ${name}`)).toEqual([]);
  });

  it('leads a browser to GraphiQL, without a key', async () => {
    const answer = await request('GET', '/graphql', undefined, {
      accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/graphiql?demo']);
  });

  it('answers a browser that sends a query with its result', async () => {
    const accept = 'text/html,*/*;q=0.8';
    const answer = await api.call('GET', '/graphql?query={__typename}', undefined, { accept });
    expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
  });

  it('takes an empty operationName for none, as some clients send it', async () => {
    const query = '{ __typename }';
    const posted = await api.call('POST', '/graphql', { query, operationName: '' });
    const got = await api.call('GET', '/graphql?operationName=&query={__typename}');
    expect([await posted.json(), await got.json()]).toEqual([
      { data: { __typename: 'Query' } },
      { data: { __typename: 'Query' } },
    ]);
  });

  it('refuses an unauthenticated request with a GraphQL error', async () => {
    const answer = await request('POST', '/graphql', { query: '{ __typename }' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    expect(await answer.json()).toMatchObject({
      errors: [
        {
          message: expect.stringMatching(
            /^The request is not authenticated\. Authorization: Send Authorization: Bearer/,
          ),
          extensions: { code: 'UNAUTHENTICATED', reason: 'unauthenticated', errors: [{ path: 'Authorization' }] },
        },
      ],
    });
  });

  it('says of a wrong signature what a problem says: locally, what was computed', async () => {
    const { headers, ...request } = signHmac({
      merchantId: api.merchant.id,
      secret: 'not-the-secret',
      timestamp: Math.floor(Date.now() / 1000),
      method: 'POST',
      url: 'http://gateway.test/graphql',
      body: '{"query":"{__typename}"}',
    });
    headers.set('content-type', 'application/json');
    const answer = await exports.default.fetch(request.url, { ...request, headers });
    expect([answer.status, await answer.json()]).toMatchObject([
      401,
      {
        errors: [{ extensions: { reason: 'unauthenticated', hint: expect.stringContaining('PAYLINKS-HMAC-SHA256') } }],
      },
    ]);
  });

  it('refuses a malformed Idempotency-Key on POST and ignores it on GET', async () => {
    const headers = { 'idempotency-key': '"unclosed' };
    const post = await api.call('POST', '/graphql', { query: '{ __typename }' }, headers);
    expect([post.status, await post.json()]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
    ]);
    const get = await api.call('GET', '/graphql?query={__typename}', undefined, headers);
    expect([get.status, await get.json()]).toEqual([200, { data: { __typename: 'Query' } }]);
  });
});
