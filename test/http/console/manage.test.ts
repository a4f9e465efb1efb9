import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { sealSecret } from '../../../src/lib/secrets.ts';
import type { Scope } from '../../../src/model/caller.ts';
import { type Api, keyOf, merchantApi } from '../../support/api.ts';
import { ownForm, signedIn, Visitor } from '../../support/console.ts';
import { createBody } from '../../support/verbs.ts';

let api: Api;
let other: Api;
let visitor: Visitor;
let foreign: Visitor;
beforeAll(async () => {
  api = await merchantApi({ name: 'Blue Bottle Books', timeZone: 'Europe/Berlin' });
  other = await merchantApi({ name: 'Red Kettle Tea' });
  visitor = await signedIn(api.key);
  foreign = await signedIn(other.key);
});

const locationOf = (answer: Response) => answer.headers.get('location');
const withScopes = async (...scopes: Scope[]) => signedIn((await keyOf(api.merchant, scopes)).key);

describe('recipients', () => {
  const suppress = async (merchantId: string, reason: string, email: string) => {
    const answer = await api.call('POST', '/', createBody(api.merchant.id, { customer: { email } }));
    const { paylinkId } = z.object({ paylinkId: z.string() }).parse(await answer.json());
    const row = await env.DB.prepare('SELECT email_hash AS hash FROM paylinks WHERE id = ?1').bind(paylinkId).first();
    const id = crypto.randomUUID();
    await env.DB.prepare(
      "INSERT INTO suppressions (id, merchant_id, channel, recipient_hash, recipient, reason, created_at) VALUES (?1, ?2, 'EMAIL', ?3, ?4, ?5, ?6)",
    )
      .bind(id, merchantId, row?.hash, email, reason, Date.now())
      .run();
    return { id, paylinkId };
  };
  const address = () => `${crypto.randomUUID()}@example.com`;

  it('are listed with the reason, and found by the whole address', async () => {
    const email = address();
    await suppress(api.merchant.id, 'complaint', email);
    await visitor.get('/console/recipients');
    expect(visitor.page).toContain(email);
    expect(visitor.page).toContain('Complained');
    await visitor.get(`/console/recipients?q=${encodeURIComponent(email.toUpperCase())}`);
    expect(visitor.page).toContain('Complained');
    await visitor.get(`/console/recipients?q=${encodeURIComponent(`x${email}`)}`);
    expect(visitor.page).toContain('Nothing stands in the way');
    await foreign.get(`/console/recipients?q=${encodeURIComponent(email)}`);
    expect(foreign.page).not.toContain('Complained');
  });

  it('are lifted where that is the merchant’s to decide, and by nobody else', async () => {
    const bounced = await suppress(api.merchant.id, 'hard_bounce', address());
    const stopped = await suppress(api.merchant.id, 'unsubscribe', address());
    const lift = async (of: Visitor, id: string) => {
      await of.get('/console/recipients');
      return (await of.post(`/console/recipients/${id}/lift`)).status;
    };
    await visitor.get('/console/recipients');
    expect(visitor.page).toContain(`/console/recipients/${bounced.id}/lift`);
    expect(visitor.page).not.toContain(`/console/recipients/${stopped.id}/lift`);
    expect(await lift(foreign, bounced.id)).toBe(404);
    expect(await lift(visitor, stopped.id)).toBe(403);
    expect(await lift(visitor, bounced.id)).toBe(303);
    expect(await lift(visitor, bounced.id)).toBe(404);
  });

  it('are erased once somebody says that they are sure', async () => {
    const email = address();
    const answer = await api.call(
      'POST',
      '/',
      createBody(api.merchant.id, { customer: { email, firstName: 'Zelda' } }),
    );
    const { paylinkId } = z.object({ paylinkId: z.string() }).parse(await answer.json());
    const erase = async (form: object) => {
      await visitor.get('/console/recipients');
      return (await visitor.post('/console/recipients/erase', form)).status;
    };
    expect(await erase({ email })).toBe(400);
    expect(await erase({ email: 'nobody', sure: 'yes' })).toBe(400);
    expect(visitor.page).toContain('id="email-wrong"');
    expect(await erase({ sure: 'yes' })).toBe(400);
    expect(await erase({ phone: '12', sure: 'yes' })).toBe(400);
    expect(visitor.page).toContain('id="phone-wrong"');
    const named = async () => (await (await api.call('GET', `/${paylinkId}`)).text()).includes('Zelda');
    expect(await named()).toBe(true);
    expect(await erase({ email, sure: 'yes' })).toBe(303);
    expect(await named()).toBe(false);
  });
});

describe('webhook endpoints', () => {
  const path = '/console/webhooks';
  const add = async (form: object) => {
    await visitor.get(`${path}/new`);
    const answer = await visitor.post(`${path}/new`, {
      url: 'https://shop.example.com/hook',
      all: 'yes',
      format: 'standard',
      ...form,
    });
    return { status: answer.status, id: /href="\/console\/webhooks\/([0-9a-f-]{36})"/.exec(visitor.page)?.[1] ?? '' };
  };

  it('are added, and their secret is shown once', async () => {
    const { status, id } = await add({ description: 'Backend' });
    expect(status).toBe(200);
    const secret = /whsec_[\w+/=]+/.exec(visitor.page)?.[0] ?? 'none';
    expect(secret.length).toBeGreaterThan(30);
    await visitor.get(`${path}/${id}`);
    expect(visitor.page).toContain('https://shop.example.com/hook');
    expect(visitor.page).not.toContain('whsec_');
  });

  it('say what is wrong with their URL, and keep what was typed', async () => {
    expect((await add({ url: 'http://10.0.0.1/' })).status).toBe(400);
    expect(visitor.page).toContain('id="url-wrong"');
    expect(visitor.page).toContain('value="http://10.0.0.1/"');
    await visitor.get(`${path}/new`);
    const nonsense = { url: 'https://shop.example.com/', eventTypes: 'nonsense', format: 'standard' };
    expect((await visitor.post(`${path}/new`, nonsense)).status).toBe(400);
  });

  it('are changed, tested, switched, given a new secret and removed', async () => {
    const { id } = await add({});
    const act = async (what: string, form: object = {}) => {
      await visitor.get(`${path}/${id}`);
      return visitor.post(`${path}/${id}/${what}`, form);
    };
    const form = { url: 'https://shop.example.com/2', eventTypes: 'paylink.paid', format: 'standard' };
    expect(locationOf(await act('edit', form))).toBe(`${path}/${id}?done=endpoint-changed`);
    expect(locationOf(await act('test'))).toBe(`${path}/${id}?done=test`);
    expect(locationOf(await act('replay', { since: '2026-01-01T00:00' }))).toBe(`${path}/${id}?done=replayed`);
    expect((await act('replay', { since: 'soon' })).status).toBe(400);
    expect((await act('replay', { deliveryId: 'none' })).status).toBe(404);
    expect((await act('rotate')).status).toBe(200);
    expect(visitor.page).toMatch(/whsec_/);
    expect(locationOf(await act('disable'))).toBe(`${path}/${id}?done=endpoint-off`);
    expect((await act('test')).status).toBe(409);
    expect(visitor.page).toContain('No test was sent.');
    expect(locationOf(await act('enable'))).toBe(`${path}/${id}?done=endpoint-on`);
    for (const what of ['', '/edit', '/test', '/rotate', '/disable', '/remove']) {
      await foreign.get(path);
      const answer = await (what === '' ? foreign.get(`${path}/${id}`) : foreign.post(`${path}/${id}${what}`, form));
      expect(answer.status, what).toBe(404);
    }
    expect(locationOf(await act('remove'))).toBe(`${path}?done=endpoint-removed`);
    expect((await visitor.get(`${path}/${id}`)).status).toBe(404);
  });

  it('are only looked at by a key that may not manage them', async () => {
    const reader = await withScopes('paylinks:read');
    expect((await reader.get(path)).status).toBe(200);
    expect(reader.page).not.toContain(`${path}/new`);
    expect((await reader.post(`${path}/new`, { url: 'https://shop.example.com/' })).status).toBe(403);
  });
});

describe('keys', () => {
  const path = '/console/keys';
  const issue = async (form: object) => {
    await visitor.get(`${path}/new`);
    const answer = await visitor.post(`${path}/new`, { scheme: 'bearer', ...form });
    return { status: answer.status, key: /plk_live_[0-9a-f]{32}/.exec(visitor.page)?.[0] ?? '' };
  };

  it('are issued with some scopes, shown once, and work', async () => {
    const { status, key } = await issue({ label: 'Support', scopes: 'paylinks:read' });
    expect(status).toBe(200);
    const support = await signedIn(key);
    expect((await support.get('/console/paylinks')).status).toBe(200);
    expect((await support.get(path)).status).toBe(403);
    await visitor.get(path);
    expect(visitor.page).toContain('Support');
    expect(visitor.page).not.toContain(key);
  });

  it('are not issued with what is wrong', async () => {
    expect((await issue({ scopes: 'everything' })).status).toBe(400);
    expect((await issue({ all: 'yes', expiresAt: '2020-01-01T00:00' })).status).toBe(400);
    expect(visitor.page).toContain('id="expiresAt-wrong"');
    expect((await issue({ all: 'yes', scheme: 'none' })).status).toBe(400);
    expect((await issue({})).status).toBe(400);
  });

  it('give nobody more than they have', async () => {
    const some = await withScopes('paylinks:read', 'credentials:manage');
    await some.get(`${path}/new`);
    expect(some.page).not.toContain('value="settings:manage"');
    const answer = await some.post(`${path}/new`, { scheme: 'bearer', scopes: 'settings:manage' });
    expect([answer.status, some.page.includes('settings:manage')]).toEqual([403, true]);
  });

  it('are replaced and revoked, and another merchant can do neither', async () => {
    const { key } = await issue({ label: 'To end', all: 'yes' });
    await visitor.get(path);
    const id = /<strong>To end<\/strong>.*?\/console\/keys\/([0-9a-f-]{36})\/replace/s.exec(visitor.page)?.[1] ?? '';
    await foreign.get(path);
    expect((await foreign.post(`${path}/${id}/revoke`)).status).toBe(404);
    await foreign.get(path);
    expect((await foreign.post(`${path}/${id}/replace`)).status).toBe(404);
    expect((await visitor.post(`${path}/${id}/replace`)).status).toBe(200);
    const fresh = /plk_live_[0-9a-f]{32}/.exec(visitor.page)?.[0] ?? '';
    expect((await (await signedIn(fresh)).get('/console')).status).toBe(200);
    const holder = await signedIn(key);
    expect((await holder.get('/console')).status).toBe(200);
    await visitor.get(path);
    expect(locationOf(await visitor.post(`${path}/${id}/revoke`))).toBe(`${path}?done=revoked`);
    expect(locationOf(await holder.get('/console'))).toContain('ended');
  });
});

describe('settings', () => {
  const path = '/console/settings';
  const typed = {
    name: 'Blue Bottle',
    brandColor: '#0f766e',
    locale: 'de-DE',
    country: 'us',
    smsCountries: 'us, ca',
    paylinkSendCap: '7',
    recipientSendCap: '50',
    unkeyedWindow: '2.5',
    timeZone: 'Europe/Berlin',
  };

  it('are saved by the rules of the API, and what is wrong is said beside its field', async () => {
    await visitor.get(path);
    expect((await visitor.post(path, { ...typed, brandColor: 'red', paylinkSendCap: 'many' })).status).toBe(400);
    expect(visitor.page).toContain('id="brandColor-wrong"');
    expect(visitor.page).toContain('id="paylinkSendCap-wrong"');
    expect(visitor.page).toContain('value="many"');
    expect(locationOf(await visitor.post(path, typed))).toBe(`${path}?done=settings`);
    const saved = await (await api.call('GET', '/settings')).json();
    const { unkeyedWindow: _, ...kept } = typed;
    expect(saved).toMatchObject({
      ...kept,
      country: 'US',
      smsCountries: ['US', 'CA'],
      paylinkSendCap: 7,
      recipientSendCap: 50,
      unkeyedWindowMs: 2500,
      logoUrl: null,
    });
    await visitor.get('/console/audit');
    expect(visitor.page).toContain('Settings updated');
    await foreign.get('/console/audit');
    expect(foreign.page).not.toContain('Settings updated');
  });

  it('are previewed as typed in every language, without being saved', async () => {
    await visitor.get(path);
    const { formToken } = visitor;
    const show = async (form: object) => {
      const answer = await visitor.request(
        'POST',
        `${path}/preview`,
        { formToken, ...typed, name: 'Not saved yet', brandColor: '#123456', ...form },
        { origin: 'http://gateway.test', 'sec-fetch-site': 'same-origin' },
      );
      expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'self'");
      return visitor.page;
    };
    expect(await show({ previewKind: 'email', previewLanguage: 'es' })).toMatch(/lang="es"[\s\S]*Not saved yet/);
    expect(await show({ previewKind: 'sms', previewLanguage: 'de' })).toContain('Not saved yet');
    expect(await show({ previewKind: 'page', previewLanguage: 'fr' })).toMatch(
      /lang="fr"[\s\S]*#123456[\s\S]*Not saved yet/,
    );
    expect(await show({ previewKind: 'page', brandColor: '"><script>' })).not.toContain('"><script>');
    await visitor.get(path);
    expect(visitor.page).not.toContain('Not saved yet');
  });

  it('have a callback secret that is shown once', async () => {
    await visitor.get(path);
    expect((await visitor.post(`${path}/secret`)).status).toBe(200);
    expect(visitor.page).toMatch(/whsec_/);
  });

  it('are not for a key without the scope, which does not see the section', async () => {
    const reader = await withScopes('paylinks:read');
    expect((await reader.get(path)).status).toBe(403);
    expect(reader.page).not.toContain(`href="${path}"`);
    expect((await reader.post(path, typed)).status).toBe(403);
  });
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
