import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { sealSecret } from '../../../src/lib/secrets.ts';
import type { Api } from '../../support/api.ts';
import { locationOf, ownForm, signedIn, twoMerchants, Visitor } from '../../support/console.ts';

let api: Api;
let visitor: Visitor;
beforeAll(async () => {
  ({ api, visitor } = await twoMerchants());
});

describe('the operator', () => {
  const path = '/console/operator';
  const operator = async () => {
    const of = new Visitor();
    await of.request('POST', '/console/sign-in', { token: String(env.ADMIN_TOKEN) }, ownForm);
    await of.get(path);
    return of;
  };

  it('creates a merchant, issues its first key, suspends and resumes it, and finds it all in the audit log', async () => {
    const of = await operator();
    await of.get(`${path}/new`);
    expect((await of.post(`${path}/new`, { name: '', country: 'xx' })).status).toBe(400);
    expect(of.page).toContain('id="country-wrong"');
    const made = await of.post(`${path}/new`, { name: 'Green Lamp', mode: 'live', country: 'us', locale: 'en-US' });
    const merchantPath = (locationOf(made) ?? '').split('?')[0] ?? '';
    await of.get(merchantPath);
    expect(of.page).toContain('Green Lamp');
    expect((await of.post(`${merchantPath}/keys`, { scheme: 'bearer', label: 'First' })).status).toBe(200);
    const key = /plk_live_[0-9a-f]{32}/.exec(of.page)?.[0] ?? '';
    const person = await signedIn(key);
    expect((await person.get('/console')).status).toBe(200);
    await of.get(merchantPath);
    await of.post(`${merchantPath}/suspend`);
    expect((await person.get('/console')).status).toBe(403);
    await of.get(merchantPath);
    expect(of.page).toContain('Suspended');
    await of.post(`${merchantPath}/resume`);
    expect((await person.get('/console')).status).toBe(200);
    await of.get(merchantPath);
    const revokePath = /action="([^"]+\/revoke)"/.exec(of.page)?.[1] ?? '';
    expect((await of.post(revokePath)).status).toBe(303);
    expect(locationOf(await person.get('/console'))).toContain('ended');
    await of.get(`${path}/health`);
    expect(of.page).toContain('Webhooks due');
    expect(of.page).toContain('No key is being changed');
    await of.get(`${path}/audit`);
    for (const done of ['Merchant created', 'Merchant suspended', 'Merchant resumed', 'Key issued', 'Key revoked'])
      expect(of.page).toContain(done);
  });

  it('finds a merchant by its whole id', async () => {
    const of = await operator();
    const found = await of.get(`${path}?id=%20${api.merchant.id.toUpperCase()}`);
    expect([found.status, locationOf(found)]).toEqual([303, `${path}/merchants/${api.merchant.id}`]);
    expect((await of.get(`${path}?id=Green+Lamp`)).status).toBe(200);
    expect(of.page).toContain('id="id-wrong"');
    expect(of.page).toContain('value="Green Lamp"');
  });

  it('is told of a merchant that is not there, and a merchant sees none of its pages', async () => {
    const of = await operator();
    expect((await of.get(`${path}/merchants/${crypto.randomUUID()}`)).status).toBe(404);
    expect((await of.get(`${path}/merchants/nothing`)).status).toBe(404);
    expect(locationOf(await of.get('/console/paylinks'))).toBe(path);
    const mine = `${path}/merchants/${api.merchant.id}`;
    for (const page of [path, `${path}/new`, `${path}/audit`, `${path}/health`, mine])
      expect(locationOf(await visitor.get(page)), page).toContain('/console/sign-in?operator');
    await visitor.get('/console');
    expect((await visitor.post(`${mine}/suspend`)).status).toBe(303);
    expect((await visitor.get('/console')).status).toBe(200);
  });

  it('is signed out when its token is replaced', async () => {
    const sealed = await sealSecret(
      { SECRETS_KEY: String(env.SECRETS_KEY) },
      'console-session',
      JSON.stringify({
        kind: 'operator',
        token: 'another',
        email: null,
        formToken: 'x',
        expiresAt: Date.now() + 60_000,
      }),
    );
    const of = new Visitor();
    of.cookie = `paylinks_console=${sealed}`;
    expect(locationOf(await of.get(path))).toContain('operator&ended');
  });
});
