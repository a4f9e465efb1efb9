import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorOf, operatorOnly } from '../../src/http/admin/operator.ts';

const aud = 'a'.repeat(64);
const now = Date.now();
const seconds = Math.floor(now / 1000);

const newKeys = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const [ours, next, theirs] = [newKeys(), newKeys(), newKeys()];

/** What the team's server answers, and how often it was asked. */
const certs = {
  keys: [{ ...ours.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }],
  status: 200,
};
let asked = 0;
let server: Server;
let team = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    asked += 1;
    response.writeHead(request.url === '/cdn-cgi/access/certs' ? certs.status : 404);
    response.end(JSON.stringify({ keys: certs.keys }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  team = address !== null && typeof address === 'object' ? `http://127.0.0.1:${address.port}` : '';
});
afterAll(() => new Promise((closed) => server.close(closed)));

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** A JWT as Access makes it, with something changed. */
function jwt(claims: object = {}, head: object = {}, key: KeyObject = ours.privateKey): string {
  const all = {
    iss: team,
    aud: [aud],
    email: 'Ada@Example.com',
    iat: seconds - 5,
    nbf: seconds - 5,
    exp: seconds + 60,
    ...claims,
  };
  const signed = `${base64url({ alg: 'RS256', kid: 'k1', typ: 'JWT', ...head })}.${base64url(all)}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
}

const guarded: string[] = [];
type Call = { token?: string; configured?: boolean; access?: object; at?: number };
/** What a route for operators answers. */
async function call({ token, configured = true, access, at = now }: Call) {
  const app = new Hono<{ Variables: Record<string, unknown>; Bindings: Record<string, unknown> }>();
  const config = configured ? { ACCESS_TEAM_DOMAIN: team, ACCESS_AUD: aud } : {};
  app.all('/admin/x', (c) => {
    c.set('config', config);
    c.set('now', at);
    c.set('requestId', 'r');
    return Reflect.apply(
      operatorOnly((inner) => inner.json(operatorOf(inner))),
      undefined,
      [c],
    );
  });
  const headers = token === undefined ? {} : { 'cf-access-jwt-assertion': token };
  const limit = async ({ key }: { key: string }) => {
    guarded.push(key);
    return { success: true };
  };
  const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {}, access };
  const response = await app.request(
    '/admin/x',
    { headers },
    { FAILED_AUTHENTICATIONS: { limit } },
    Object.assign(context, { exports: {} }),
  );
  return { status: response.status, body: await response.json() };
}
const ada = { status: 200, body: { kind: 'operator', id: 'ada@example.com', label: 'Cloudflare Access' } };

describe('an operator by Cloudflare Access', () => {
  it('is named by the email in a token that the team has signed', async () => {
    expect(await call({ token: jwt() })).toEqual(ada);
    expect(await call({ token: jwt({ aud }) })).toEqual(ada);
  });

  it('is nobody with a token that is not good', async () => {
    const [head, claims, signature = ''] = jwt().split('.');
    const unsigned = `${base64url({ alg: 'none', kid: 'k1' })}.${claims}.`;
    const symmetric = base64url({ alg: 'HS256', kid: 'k1' });
    const wrong: Record<string, string | undefined> = {
      none: undefined,
      'no token': 'x',
      'signed by another key': jwt({}, {}, theirs.privateKey),
      'changed after it was signed': `${head}.${base64url({ iss: team, aud: [aud], email: 'eve@example.com', exp: seconds + 60 })}.${signature}`,
      unsigned,
      'with a symmetric algorithm': `${symmetric}.${claims}.${signature}`,
      'for another application': jwt({ aud: ['b'.repeat(64)] }),
      'for none': jwt({ aud: undefined }),
      'of another team': jwt({ iss: 'https://other.cloudflareaccess.com' }),
      expired: jwt({ exp: seconds - 1 }),
      'without an end': jwt({ exp: undefined }),
      'not yet good': jwt({ nbf: seconds + 3600 }),
      'of a service, without an email': jwt({ email: undefined, common_name: 'service.access' }),
      'with a key that the team does not have': jwt({}, { kid: 'k9' }),
    };
    const before = guarded.length;
    for (const [name, token] of Object.entries(wrong)) {
      const { status } = await call(token === undefined ? {} : { token });
      expect([name, status]).toEqual([name, 401]);
    }
    expect(guarded.length - before).toBe(Object.keys(wrong).length);
  });

  it('is nobody where Access is not configured, however good the token', async () => {
    expect((await call({ token: jwt(), configured: false })).status).toBe(401);
    const identity = { aud, getIdentity: async () => ({ email: 'ada@example.com' }) };
    expect((await call({ access: identity, configured: false })).status).toBe(401);
  });

  it('is whom the platform names, for this application only', async () => {
    const access = (some: object) => ({ aud, getIdentity: async () => ({ email: 'ada@example.com' }), ...some });
    expect(await call({ access: access({}) })).toEqual(ada);
    expect((await call({ access: access({ aud: 'b'.repeat(64) }) })).status).toBe(401);
    expect((await call({ access: access({ getIdentity: async () => undefined }) })).status).toBe(401);
    const failing = access({ getIdentity: () => Promise.reject(new Error('Access is away')) });
    expect((await call({ access: failing })).status).toBe(401);
    expect(await call({ access: failing, token: jwt() })).toEqual(ada);
  });

  it('costs a look at the team’s keys once an hour, and once a minute for keys that are not there', async () => {
    const later = now + 10 * 60_000;
    const good = jwt({ exp: Math.floor(later / 1000) + 7_200 });
    await call({ token: good, at: later });
    const before = asked;
    for (let n = 0; n < 5; n++) await call({ token: good, at: later });
    expect(asked - before).toBe(0);
    for (let n = 0; n < 5; n++) await call({ token: jwt({}, { kid: `k-${n}` }), at: later + 61_000 });
    expect(asked - before).toBe(1);
    // The team has a new key.
    certs.keys.push({ ...next.publicKey.export({ format: 'jwk' }), kid: 'k2', alg: 'RS256', use: 'sig' });
    const rotated = jwt({ exp: Math.floor(later / 1000) + 7_200 }, { kid: 'k2' }, next.privateKey);
    expect((await call({ token: rotated, at: later + 130_000 })).status).toBe(200);
  });

  it('is a 503 when the keys cannot be read, and works again with them', async () => {
    const later = now + 3 * 60 * 60_000;
    const token = jwt({ exp: Math.floor(later / 1000) + 60 });
    certs.status = 500;
    expect(await call({ token, at: later })).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    certs.status = 200;
    expect(await call({ token, at: later })).toEqual(ada);
  });
});
