import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { call, create, iso } from './app.ts';

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS));

describe('a new merchant', () => {
  it('has every given setting', async () => {
    const parentId = (await create({ mode: 'live' })).id;
    const inTest = (await create({ mode: 'test' })).id;
    const mixed = await call('POST', '/merchants', {
      name: 'Live child of a test parent',
      mode: 'live',
      parentId: inTest,
    });
    expect([mixed.status, mixed.body]).toMatchObject([400, { errors: [{ path: 'parentId' }] }]);
    const settings = {
      id: crypto.randomUUID(),
      parentId,
      name: 'Café – 支払い',
      mode: 'live',
      country: 'GB',
      locale: 'en-GB',
      timeZone: 'Europe/London',
      brandColor: '#1d4ed8',
      logoUrl: 'https://cdn.example/logo.png',
      supportEmail: 'help@books.example',
      checkoutUrlTemplate: 'https://pay.example/{paylinkId}?c={code}',
      smsCountries: ['GB', 'IE'],
      rateLimitRequests: 10,
      rateLimitWindowSeconds: 30,
      paylinkSendCap: 3,
      recipientSendCap: 4,
      smsSendCap: 100,
      overrideSendCap: 0,
      unkeyedWindowMs: 0,
      consentByContract: true,
    };
    const { status, headers, body } = await call('POST', '/merchants', settings);
    expect({ status, body }).toEqual({
      status: 201,
      body: { ...settings, suspendedAt: null, createdAt: iso, updatedAt: iso },
    });
    expect(headers.get('location')).toBe(`/admin/merchants/${settings.id}`);
    expect(headers.get('cache-control')).toBe('no-store');
    expect((await call('GET', `/merchants/${settings.id.toUpperCase()}`)).body).toEqual(body);
  });

  it('has the documented defaults, test mode among them', async () => {
    expect(await create({ country: 'ca' })).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      parentId: null,
      name: 'Books',
      mode: 'test',
      country: 'CA',
      locale: 'en-US',
      timeZone: null,
      brandColor: null,
      logoUrl: null,
      supportEmail: null,
      checkoutUrlTemplate: null,
      smsCountries: ['CA'],
      rateLimitRequests: null,
      rateLimitWindowSeconds: null,
      paylinkSendCap: 20,
      recipientSendCap: 50,
      smsSendCap: 2_000,
      overrideSendCap: 5,
      unkeyedWindowMs: 10_000,
      consentByContract: false,
      createdAt: iso,
      suspendedAt: null,
      updatedAt: iso,
    });
  });

  it('cannot have the id of another', async () => {
    const { id } = await create();
    const { status, body } = await call('POST', '/merchants', { id, name: 'Another' });
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'conflict' });
    expect((await call('GET', `/merchants/${id}`)).body.name).toBe('Books');
  });

  it('cannot have a parent that does not exist', async () => {
    const { status, body } = await call('POST', '/merchants', { name: 'Books', parentId: crypto.randomUUID() });
    expect({ status, path: body.errors[0].path }).toEqual({ status: 400, path: 'parentId' });
  });

  it.each([
    ['name', ''],
    ['name', 'n'.repeat(256)],
    ['name', 'Books\r\nBcc: a@b.example'],
    ['id', 'merchant-1'],
    ['parentId', 7],
    ['mode', 'LIVE'],
    ['country', 'XX'],
    ['country', 'USA'],
    ['locale', 'english please'],
    ['locale', `en-x-${'abcdefgh-'.repeat(50)}a`],
    ['timeZone', 'Middle/Earth'],
    ['timeZone', '+02:00'],
    ['brandColor', 'red'],
    ['brandColor', '#fff'],
    ['logoUrl', 'http://cdn.example/logo.png'],
    ['logoUrl', 'https:cdn.example'],
    ['logoUrl', 'javascript:alert(1)'],
    ['supportEmail', 'nobody'],
    ['supportEmail', 'a@b.example\nBcc: c@d.example'],
    ['checkoutUrlTemplate', 'https://pay.example/'],
    ['checkoutUrlTemplate', 'https://{code}.example/'],
    ['checkoutUrlTemplate', 'https://user:pass@pay.example/{code}'],
    ['checkoutUrlTemplate', 'http://pay.example/{code}'],
    ['smsCountries.0', ['ZZ']],
    ['smsCountries', 'US'],
    ['rateLimitRequests', 0],
    ['rateLimitRequests', 1.5],
    ['rateLimitWindowSeconds', 86_401],
    ['paylinkSendCap', -1],
    ['recipientSendCap', '50'],
    ['unkeyedWindowMs', 600_001],
    ['shard', 1],
  ])('is refused with a wrong %s: %j', async (path, value) => {
    const field = path.split('.')[0] ?? '';
    const { status, body } = await call('POST', '/merchants', { name: 'Books', [field]: value });
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_request' });
    expect(body.errors.map((error: { path: string }) => error.path)).toContain(path);
  });
});

describe('a merchant’s checkout', () => {
  it.each([
    ['https://pay.example/\n{code}', 'https://pay.example/{code}'],
    ['https://PAY.example/é/{paylinkId}?c={code}#{code}', 'https://pay.example/%C3%A9/{paylinkId}?c={code}#{code}'],
    ['https://münchen.example/%7B/{code}', 'https://xn--mnchen-3ya.example/%7B/{code}'],
    ['https:///pay.example/{code}', 'https://pay.example/{code}'],
  ])('is kept in the normal form of a URL: %j', async (checkoutUrlTemplate, kept) => {
    const created = await call('POST', '/merchants', { name: 'Books', checkoutUrlTemplate });
    expect([created.status, created.body.checkoutUrlTemplate]).toEqual([201, kept]);
    const changed = await call('PATCH', `/merchants/${created.body.id}`, { checkoutUrlTemplate });
    expect(changed.body.checkoutUrlTemplate).toBe(kept);
  });

  it.each([
    'https:///{code}.example/{code}',
    'https://pay.exa\n{code}mple/',
    'https://pay.example:99999/{code}',
    'https://a b/{code}',
  ])('is refused where it is no URL, or lets the Paylink choose the host: %j', async (checkoutUrlTemplate) => {
    expect((await call('POST', '/merchants', { name: 'Books', checkoutUrlTemplate })).status).toBe(400);
  });
});
