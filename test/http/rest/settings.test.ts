import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { configOf } from '../../../src/env.ts';
import { openSecret } from '../../../src/lib/secrets.ts';
import { listAudit } from '../../../src/store/audit.ts';
import { type Api, merchantApi } from '../../support/api.ts';
import { hookUrl } from '../../support/hooks.ts';
import { createBody } from '../../support/verbs.ts';

const Body = z.looseObject({ errors: z.array(z.object({ path: z.string(), message: z.string() })).optional() });
const Rotated = z.strictObject({
  secret: z.string().regex(/^whsec_[A-Za-z0-9+/]{43}=$/),
  rotatedAt: z.string(),
  previousSecretExpiresAt: z.string().nullable(),
});
const Sealed = z.object({ secret_ciphertext: z.string(), previous_secret_ciphertext: z.string().nullable() });

describe('/settings', () => {
  let api: Api;
  const call = async (method: string, path: string, body?: unknown, by = api) => {
    const answer = await by.call(method, path, body);
    return { status: answer.status, headers: answer.headers, body: Body.parse(await answer.json()) };
  };
  const get = () => call('GET', '/settings');
  const patch = (body: unknown) => call('PATCH', '/settings', body);

  beforeEach(async () => {
    api = await merchantApi();
  });

  it('shows a merchant its own settings and no others', async () => {
    const { id, shard: _, suspendedAt: __, ...stored } = api.merchant;
    const createdAt = '2025-06-15T15:06:40.000Z';
    expect((await get()).body).toEqual({
      merchantId: id,
      ...stored,
      callbackSecret: null,
      createdAt,
      updatedAt: createdAt,
    });
  });

  it('changes what is given, keeps the rest, and what is created from then on follows it', async () => {
    const other = await merchantApi();
    const changed = {
      name: 'Café – 支払い',
      brandColor: '#0f766e',
      logoUrl: 'https://cdn.example/logo.png',
      supportEmail: 'hello@cafe.example',
      country: 'DE',
      locale: 'de-DE',
      timeZone: 'Europe/Berlin',
      smsCountries: ['DE', 'AT'],
      paylinkSendCap: 3,
      recipientSendCap: 4,
      unkeyedWindowMs: 0,
      consentByContract: true,
    };
    const answer = await patch(changed);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ ...changed, merchantId: api.merchant.id, rateLimitRequests: 100_000 });
    await patch({ checkoutUrlTemplate: 'https://PAY.example/a b/{code}' });
    const read = (await get()).body;
    expect(read).toMatchObject({ ...changed, checkoutUrlTemplate: 'https://pay.example/a%20b/{code}' });
    const created = await call('POST', '/', createBody(api.merchant.id, { customer: { phone: '030 901820' } }));
    expect(created.status).toBe(201);
    expect(created.body.link).toMatch(/^https:\/\/pay\.example\/a%20b\/[0-9A-Za-z]+$/);
    expect((await call('GET', '/settings', undefined, other)).body).toMatchObject({ name: other.merchant.name });
  });

  it('is audited: who changed what, and that the secret was changed, but no address and no secret', async () => {
    await patch({ name: 'Café', supportEmail: 'hello@cafe.example', consentByContract: true });
    await patch({ name: 'Café' });
    const { body } = await call('POST', '/settings/callback-secret/rotate');
    const log = await listAudit(env.DB, api.merchant.id, { before: null, limit: 100 });
    const told = Object.fromEntries(log.map(({ action, details }) => [action, details]));
    expect([log.length, told]).toEqual([
      2,
      {
        'settings.updated': {
          name: { from: api.merchant.name, to: 'Café' },
          supportEmail: 'changed',
          consentByContract: { from: false, to: true },
        },
        'settings.secret_rotated': null,
      },
    ]);
    expect(log.map(({ actorId }) => actorId)).toEqual([api.credentialId, api.credentialId]);
    expect(JSON.stringify(log)).not.toContain(body.secret);
  });

  it.each([
    ['name', ''],
    ['name', 'Books\r\nBcc: all@example.com'],
    ['name', 7],
    ['brandColor', 'red'],
    ['logoUrl', 'http://cdn.example/logo.png'],
    ['supportEmail', 'nobody'],
    ['country', 'Germany'],
    ['locale', 'x'],
    ['timeZone', '+02:00'],
    ['smsCountries', 'US'],
    ['checkoutUrlTemplate', 'https://pay.example/'],
    ['checkoutUrlTemplate', 'https://{code}.example/'],
    ['checkoutUrlTemplate', 'javascript:alert({code})'],
    ['paylinkSendCap', -1],
    ['recipientSendCap', 1.5],
    ['unkeyedWindowMs', 600_001],
    ['consentByContract', 'yes'],
    ['rateLimitRequests', 1_000_000],
    ['smsSendCap', 1],
    ['overrideSendCap', 1],
    ['rateLimitWindowSeconds', null],
    ['mode', 'live'],
    ['parentId', null],
    ['merchantId', crypto.randomUUID()],
    ['callbackSecret', null],
    ['shard', 1],
  ])('refuses %s: %o by naming it, and changes nothing', async (field, value) => {
    const before = (await get()).body;
    const answer = await patch({ [field]: value, unkeyedWindowMs: field === 'unkeyedWindowMs' ? value : 5 });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ path: field }] } });
    expect((await get()).body).toEqual(before);
  });

  it('refuses an empty change', async () => {
    expect(await patch({})).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });
});

describe('the callback secret', () => {
  let api: Api;
  const rotate = async () => {
    const answer = await api.call('POST', '/settings/callback-secret/rotate');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    return Rotated.parse(await answer.json());
  };
  beforeEach(async () => {
    api = await merchantApi();
  });

  it('is shown once, when it is made or rotated, and lies sealed; the one before signs for another day', async () => {
    const first = await rotate();
    expect(first.previousSecretExpiresAt).toBeNull();
    const second = await rotate();
    expect(second.secret).not.toBe(first.secret);
    const overlap = Date.parse(second.previousSecretExpiresAt ?? '') - Date.parse(second.rotatedAt);
    expect(overlap).toBe(24 * 60 * 60 * 1_000);
    const shown = await (await api.call('GET', '/settings')).text();
    const { secret: _, ...rest } = second;
    expect(JSON.parse(shown).callbackSecret).toEqual(rest);
    expect(shown).not.toContain('whsec_');
    const row = await env.DB.prepare('SELECT * FROM webhook_endpoints WHERE id = ?1').bind(api.merchant.id).first();
    const { secret_ciphertext, previous_secret_ciphertext } = Sealed.parse(row);
    expect(JSON.stringify(row)).not.toContain(second.secret.slice(6));
    expect(await openSecret(configOf(env), api.merchant.id, secret_ciphertext)).toBe(second.secret);
    expect(await openSecret(configOf(env), api.merchant.id, previous_secret_ciphertext ?? '')).toBe(first.secret);
  });

  it('is no endpoint: it is not listed, read, changed, tested or removed as one, and takes the place of none', async () => {
    await rotate();
    expect(await (await api.call('GET', '/webhook-endpoints')).json()).toEqual({ data: [] });
    const path = `/webhook-endpoints/${api.merchant.id}`;
    const asked: [string, string, unknown?][] = [
      ['GET', path],
      ['PATCH', path, { url: hookUrl('mine'), eventTypes: ['*'] }],
      ['DELETE', path],
      ['POST', `${path}/rotate`],
      ['POST', `${path}/test`],
    ];
    for (const [method, to, body] of asked)
      expect((await api.call(method, to, body)).status, `${method} ${to}`).toBe(404);
    const url = hookUrl(crypto.randomUUID());
    for (let count = 0; count < 10; count += 1)
      expect((await api.call('POST', '/webhook-endpoints', { url })).status).toBe(201);
    await api.call('POST', '/', createBody(api.merchant.id));
    const told = await env.DB.prepare(`SELECT count(*) AS n FROM endpoint_deliveries WHERE endpoint_id = ?1`)
      .bind(api.merchant.id)
      .first('n');
    expect(told).toBe(0);
  });
});
