import { beforeAll, describe, expect, it } from 'vitest';
import type { Api } from '../../support/api.ts';
import { locationOf, signedInWith, twoMerchants, type Visitor } from '../../support/console.ts';

let api: Api;
let visitor: Visitor;
let foreign: Visitor;
beforeAll(async () => {
  ({ api, visitor, foreign } = await twoMerchants());
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
    const reader = await signedInWith(api, 'paylinks:read');
    expect((await reader.get(path)).status).toBe(200);
    expect(reader.page).not.toContain(`${path}/new`);
    expect((await reader.post(`${path}/new`, { url: 'https://shop.example.com/' })).status).toBe(403);
  });
});
