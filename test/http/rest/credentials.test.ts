import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Scope, scopes } from '../../../src/model/caller.ts';
import { listAudit } from '../../../src/store/audit.ts';
import { giveCredential } from '../../auth/merchant-side.ts';
import { type Api, keyOf, merchantApi, request } from '../../support/api.ts';

type Issued = { id: string; secret: string; scopes: Scope[]; lastUsedAt: string | null; expiresAt: string | null };

let api: Api;
let other: Api;
beforeAll(async () => {
  [api, other] = [await merchantApi(), await merchantApi()];
});

const issued = async (by: Api, fields: object = {}): Promise<Issued> => {
  const response = await by.call('POST', '/credentials', { scheme: 'bearer', ...fields });
  expect(response.status).toBe(201);
  return response.json();
};
const works = async (secret: string) =>
  (await request('GET', '/paylinks', undefined, { authorization: `Bearer ${secret}` })).status;
const refusal = async (response: Response) => [response.status, await response.json()];

describe('a merchant’s own credentials', () => {
  it('are issued, listed, ended and revoked by the merchant itself', async () => {
    const { id, secret, ...known } = await issued(api, { label: 'till 7' });
    expect(known).toMatchObject({
      merchantId: api.merchant.id,
      scheme: 'bearer',
      label: 'till 7',
      scopes: [...scopes],
    });
    expect(await works(secret)).toBe(200);
    const list = await (await api.call('GET', '/credentials')).json<{ data: Issued[] }>();
    expect(list.data.map((one) => one.id)).toContain(id);
    expect(JSON.stringify(list)).not.toContain(secret);
    const ended = await api.call('PATCH', `/credentials/${id}`, { expiresAt: '2020-01-01T00:00:00Z' });
    expect([ended.status, await works(secret)]).toEqual([200, 401]);
    await api.call('PATCH', `/credentials/${id}`, { expiresAt: null });
    expect(await works(secret)).toBe(200);
    expect((await api.call('DELETE', `/credentials/${id}`)).status).toBe(204);
    expect(await works(secret)).toBe(401);
    expect((await api.call('PATCH', `/credentials/${id}`, { expiresAt: null })).status).toBe(409);
  });

  it('are at most 100 that are not revoked: each may be tried for a signature by whoever knows the merchant', async () => {
    const { merchant, call } = await merchantApi();
    const ids = [];
    for (let n = 1; n < 100; n += 1) ids.push(await giveCredential(merchant.id, 'hmac', `sk_live_${n}`));
    const issue = () => call('POST', '/credentials', { scheme: 'hmac' });
    expect(await refusal(await issue())).toMatchObject([409, { code: 'conflict' }]);
    const path = `/admin/merchants/${merchant.id}/credentials`;
    const operator = { authorization: `Bearer ${env.ADMIN_TOKEN}` };
    expect((await request('POST', path, { scheme: 'bearer' }, operator)).status).toBe(409);
    // One that has ended may be prolonged, so it counts.
    await call('PATCH', `/credentials/${ids[0]}`, { expiresAt: '2020-01-01T00:00:00Z' });
    expect((await issue()).status).toBe(409);
    await call('DELETE', `/credentials/${ids[0]}`);
    expect((await issue()).status).toBe(201);
    expect((await issue()).status).toBe(409);
  });

  it('are nobody else’s: another merchant’s is a 404', async () => {
    const { id, secret } = await issued(other);
    expect((await api.call('PATCH', `/credentials/${id}`, { expiresAt: '2020-01-01T00:00:00Z' })).status).toBe(404);
    expect((await api.call('DELETE', `/credentials/${id}`)).status).toBe(404);
    expect((await api.call('DELETE', '/credentials/x')).status).toBe(404);
    const { data } = await (await api.call('GET', '/credentials')).json<{ data: Issued[] }>();
    expect(data.map((one) => one.id)).not.toContain(id);
    expect(await works(secret)).toBe(200);
  });

  it('have the scopes that were asked for, and no others', async () => {
    const { secret, scopes: given } = await issued(api, { scopes: ['paylinks:read', 'paylinks:read'] });
    expect(given).toEqual(['paylinks:read']);
    expect(await works(secret)).toBe(200);
    const written = await request('POST', '/', {}, { authorization: `Bearer ${secret}` });
    expect(await refusal(written)).toMatchObject([403, { code: 'forbidden', scope: 'paylinks:write' }]);
    for (const wrong of [[], ['paylinks:fly'], 'paylinks:read'])
      expect((await api.call('POST', '/credentials', { scheme: 'bearer', scopes: wrong })).status).toBe(400);
  });

  it('cannot be issued with a scope that the issuer lacks; without a list they get the issuer’s', async () => {
    const some = await keyOf(api.merchant, ['credentials:manage', 'paylinks:read']);
    const more = await some.call('POST', '/credentials', {
      scheme: 'hmac',
      scopes: ['paylinks:read', 'paylinks:send'],
    });
    expect(await refusal(more)).toMatchObject([403, { code: 'forbidden', scope: 'paylinks:send' }]);
    expect((await issued(some)).scopes).toEqual(['credentials:manage', 'paylinks:read']);
    const reader = await keyOf(api.merchant, ['paylinks:read']);
    expect((await reader.call('POST', '/credentials', { scheme: 'bearer' })).status).toBe(403);
  });

  it('cannot be prolonged by who could not issue them, but ended by who manages credentials', async () => {
    const some = await keyOf(api.merchant, ['credentials:manage']);
    const { id, secret } = await issued(api, { expiresAt: '2999-01-01T00:00:00Z' });
    expect((await some.call('PATCH', `/credentials/${id}`, { expiresAt: null })).status).toBe(403);
    expect((await some.call('PATCH', `/credentials/${id}`, { expiresAt: '2999-01-02T00:00:00Z' })).status).toBe(403);
    expect((await some.call('PATCH', `/credentials/${id}`, { expiresAt: '2020-01-01T00:00:00Z' })).status).toBe(200);
    expect((await some.call('PATCH', `/credentials/${id}`, { expiresAt: '2999-01-01T00:00:00Z' })).status).toBe(403);
    expect(await works(secret)).toBe(401);
    expect((await some.call('DELETE', `/credentials/${id}`)).status).toBe(204);
  });

  it('are audited with who did it, once for each change, and never with the secret', async () => {
    const { merchant, credentialId, call } = await merchantApi();
    const response = await call('POST', '/credentials', { scheme: 'bearer', label: 'till 8' });
    const { id, secret } = await response.json<Issued>();
    for (let n = 0; n < 2; n++) await call('PATCH', `/credentials/${id}`, { expiresAt: '2999-01-01T00:00:00Z' });
    for (let n = 0; n < 2; n++) await call('DELETE', `/credentials/${id}`);
    const log = await listAudit(env.DB, merchant.id, { before: null, limit: 100 });
    expect(log.map(({ action, actorKind, actorId, subject }) => [action, actorKind, actorId, subject]).sort()).toEqual([
      ['credential.expired', 'credential', credentialId, id],
      ['credential.issued', 'credential', credentialId, id],
      ['credential.revoked', 'credential', credentialId, id],
    ]);
    expect(JSON.stringify(log)).not.toContain(secret);
  });
});
