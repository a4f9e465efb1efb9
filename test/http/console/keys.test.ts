import { beforeAll, describe, expect, it } from 'vitest';
import type { Api } from '../../support/api.ts';
import { locationOf, signedIn, signedInWith, twoMerchants, type Visitor } from '../../support/console.ts';

let api: Api;
let visitor: Visitor;
let foreign: Visitor;
beforeAll(async () => {
  ({ api, visitor, foreign } = await twoMerchants());
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
    const some = await signedInWith(api, 'paylinks:read', 'credentials:manage');
    await some.get(`${path}/new`);
    expect(some.page).not.toContain('value="settings:manage"');
    const answer = await some.post(`${path}/new`, { scheme: 'bearer', scopes: 'settings:manage' });
    expect([answer.status, some.page.includes('settings:manage')]).toEqual([403, true]);
  });

  it('are not replaced by somebody who may less: what replaces a key may do the same', async () => {
    await issue({ label: 'May all', all: 'yes' });
    const some = await signedInWith(api, 'paylinks:read', 'credentials:manage');
    await some.get(path);
    const id = /<strong>May all<\/strong>.*?\/console\/keys\/([0-9a-f-]{36})\/replace/s.exec(some.page)?.[1] ?? '';
    expect((await some.post(`${path}/${id}/replace`)).status).toBe(403);
    expect(some.page).not.toMatch(/plk_live_[0-9a-f]{32}/);
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
