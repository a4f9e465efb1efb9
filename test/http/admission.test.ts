import { exports } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { giveCredential, signHmac } from '../auth/merchant-side.ts';
import { type Api, merchantApi, request } from '../support/api.ts';

const secret = 'sk_live_0123456789abcdef0123456789abcdef';
const base = 'http://gateway.test';

describe('admission, by REST and GraphQL', () => {
  let api: Api;
  beforeAll(async () => {
    api = await merchantApi();
    await giveCredential(api.merchant.id, 'hmac', secret);
  });

  const signed = (merchant: Api['merchant'], path = '/paylinks') =>
    signHmac({ merchantId: merchant.id, secret, timestamp: Math.floor(Date.now() / 1000), url: `${base}${path}` });
  const ask = ({ url, headers }: { url: string; headers: Headers }) => exports.default.fetch(url, { headers });
  const mutations = (count: number) => ({
    query: `mutation { ${Array.from({ length: count }, (_, n) => `m${n}: sendPaymentSessionLink(input: {id: "x", channel: Email}) { success }`).join(' ')} }`,
  });

  it('has RateLimit headers on every authenticated answer, refusals too', async () => {
    const limited = await merchantApi({ rateLimitRequests: 50, rateLimitWindowSeconds: 30 });
    const answers = [
      await limited.call('GET', '/paylinks'),
      await limited.call('GET', '/01a1fc88-5533-7035-a46e-9461f1d6fe45'),
      await limited.call('POST', '/', '{'),
      await limited.call('POST', '/graphql', { query: '{ __typename }' }),
      await limited.call('POST', '/graphql', '{'),
      await limited.call('POST', '/graphql', mutations(3)),
    ];
    expect(answers.map((answer) => answer.headers.get('ratelimit-policy'))).toEqual(
      answers.map(() => '"merchant";q=50;w=30'),
    );
    expect(answers.map((answer) => Number(/;r=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1]))).toEqual([
      49, 48, 47, 46, 45, 42,
    ]);
    expect((await request('GET', '/paylinks')).headers.get('ratelimit')).toBeNull();
  });

  it('refuses over the quota with 429 and Retry-After, as a problem and as a GraphQL error', async () => {
    const limited = await merchantApi({ rateLimitRequests: 3, rateLimitWindowSeconds: 60 });
    const whole = await limited.call('POST', '/graphql', mutations(4));
    expect([whole.status, await whole.json()]).toMatchObject([
      429,
      {
        errors: [
          { extensions: { code: 'RATE_LIMITED', reason: 'rate_limited', retryAfterSeconds: expect.any(Number) } },
        ],
      },
    ]);
    for (let n = 0; n < 3; n += 1) expect((await limited.call('GET', '/paylinks')).status).toBe(200);
    const refused = await limited.call('GET', '/paylinks');
    expect([refused.status, await refused.json()]).toMatchObject([429, { code: 'rate_limited' }]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(refused.headers.get('ratelimit')).toMatch(/^"merchant";r=0;t=\d+$/);
  });

  it('accepts a signed request once: replays are the uniform 401, also in races of 16', async () => {
    for (let round = 0; round < 10; round += 1) {
      const one = signed(api.merchant);
      const statuses = (await Promise.all(Array.from({ length: 16 }, () => ask(one))))
        .map(({ status }) => status)
        .sort();
      expect(statuses).toEqual([200, ...Array.from({ length: 15 }, () => 401)]);
      expect((await ask(one)).status).toBe(401);
    }
  });

  it('refuses more than 100 failed authentications of one address with 429, and nobody who is known already', async () => {
    const from = { 'cf-connecting-ip': '192.0.2.7' };
    expect((await api.call('GET', '/paylinks')).status).toBe(200);
    const statuses: number[] = [];
    for (let n = 0; n < 120; n += 1) statuses.push((await request('GET', '/paylinks', undefined, from)).status);
    expect(statuses.slice(0, 100)).toEqual(Array.from({ length: 100 }, () => 401));
    expect(statuses.slice(100)).toEqual(Array.from({ length: 20 }, () => 429));
    expect((await api.call('GET', '/paylinks', undefined, from)).status).toBe(200);
    expect((await request('GET', '/paylinks', undefined, { 'cf-connecting-ip': '192.0.2.8' })).status).toBe(401);
  });

  it('counts a Worker’s failures for its zone: those of one zone refuse no other’s, though all have one address', async () => {
    const ofZone = (zone: string) => ({ 'cf-connecting-ip': '2a06:98c0:3600::103', 'cf-worker': zone });
    const ask = async (zone: string) => (await request('GET', '/paylinks', undefined, ofZone(zone))).status;
    for (let n = 0; n < 100; n += 1) await ask('flood.example');
    expect([await ask('flood.example'), await ask('Flood.example')]).toEqual([429, 429]);
    expect(await ask('merchant.example')).toBe(401);
  });

  it('says in Server-Timing what it waited for', async () => {
    const answer = await api.call('GET', '/paylinks');
    expect(answer.headers.get('server-timing')).toMatch(/^admission;dur=\d+, read;dur=\d+$/);
  });
});
