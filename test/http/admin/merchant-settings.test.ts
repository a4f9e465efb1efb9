import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { scopes } from '../../../src/model/caller.ts';
import { listAudit } from '../../../src/store/audit.ts';
import { call, create, issue } from './app.ts';

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS));

describe('a merchant’s settings', () => {
  it('can be changed one by one', async () => {
    const merchant = await create({ brandColor: '#1d4ed8' });
    const { status, body } = await call('PATCH', `/merchants/${merchant.id}`, { brandColor: null, locale: 'fr-CA' });
    const { updatedAt, ...changed } = body;
    const { updatedAt: before, ...rest } = merchant;
    expect({ status, changed }).toEqual({ status: 200, changed: { ...rest, brandColor: null, locale: 'fr-CA' } });
    expect(updatedAt > before).toBe(true);
  });

  it.each([
    [{ id: crypto.randomUUID() }],
    [{ parentId: null }],
    [{ mode: 'live' }],
    [{ createdAt: 0 }],
    [{ name: null }],
    [{}],
    [[]],
  ])('do not include %j', async (change) => {
    const merchant = await create();
    const { status } = await call('PATCH', `/merchants/${merchant.id}`, change);
    expect(status).toBe(400);
    expect((await call('GET', `/merchants/${merchant.id}`)).body).toEqual(merchant);
  });

  it('are audited: what was created, changed from what to what, suspended and resumed; addresses only by name', async () => {
    const { id } = await create({ mode: 'live' });
    await call('PATCH', `/merchants/${id}`, {
      name: 'More books',
      supportEmail: 'someone@books.example',
      country: 'US',
    });
    for (const suspended of [true, true, false]) await call('PATCH', `/merchants/${id}`, { suspended });
    const { id: key } = (await issue(id, { scheme: 'hmac' })).body;
    await call('DELETE', `/merchants/${id}/credentials/${key}`);
    const log = await listAudit(env.DB, id, { before: null, limit: 100 });
    const told = Object.fromEntries(log.map(({ action, details }) => [action, details]));
    expect(log).toHaveLength(6);
    expect(told).toEqual({
      'merchant.created': { name: 'Books', mode: 'live', parentId: null },
      'merchant.updated': { name: { from: 'Books', to: 'More books' }, supportEmail: 'changed' },
      'merchant.suspended': null,
      'merchant.resumed': null,
      'credential.issued': { scheme: 'hmac', label: null, expiresAt: null, scopes: [...scopes] },
      'credential.revoked': {},
    });
    const operators = log.map(({ actorKind, actorLabel, merchantId }) => [actorKind, actorLabel, merchantId]);
    expect(new Set(operators.map(String))).toEqual(new Set([`operator,ADMIN_TOKEN,${id}`]));
    expect(JSON.stringify(log)).not.toContain('someone@');
  });

  it('are a 404 for an unknown merchant', async () => {
    for (const id of [crypto.randomUUID(), 'x', '%00']) {
      expect((await call('GET', `/merchants/${id}`)).status).toBe(404);
      expect((await call('PATCH', `/merchants/${id}`, { name: 'Books' })).status).toBe(404);
      expect((await issue(id, { scheme: 'hmac' })).status).toBe(404);
      expect((await call('GET', `/merchants/${id}/credentials`)).status).toBe(404);
    }
  });

  it('are listed by page', async () => {
    await create();
    await create();
    const ids: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await call('GET', `/merchants?limit=2${cursor && `&cursor=${cursor}`}`);
      ids.push(...body.data.map((merchant: { id: string }) => merchant.id));
      if (body.nextCursor === null) break;
      cursor = body.nextCursor;
    }
    const { results } = await env.DB.prepare('SELECT id FROM merchants ORDER BY id').all();
    expect(ids).toEqual(results.map(({ id }) => id));
    expect((await call('GET', '/merchants?limit=0')).status).toBe(400);
  });
});
