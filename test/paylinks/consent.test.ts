import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { type Api, merchantApi } from '../support/api.ts';
import { createBody } from '../support/verbs.ts';

const proof = {
  source: 'checkout form',
  capturedAt: '2026-01-02T03:04:05.000Z',
  text: 'Text me my bills.',
  ip: '203.0.113.9',
};
const { ip: _, ...audited } = proof;

const auditOf = async (paylinkId: string) => {
  const { results } = await env.DB.prepare('SELECT * FROM audit WHERE subject = ? ORDER BY id').bind(paylinkId).all();
  return results.map(({ action, actor_id, details }) => ({ action, actor_id, details: JSON.parse(String(details)) }));
};

async function created(api: Api, some: object): Promise<string> {
  const answer = await api.call('POST', '/', createBody(api.merchant.id, some));
  expect(answer.status).toBe(201);
  const { paylinkId } = await answer.json<{ paylinkId: string }>();
  return paylinkId;
}

const credentialOf = async ({ merchant }: Api) =>
  (await env.DB.prepare('SELECT id FROM credentials WHERE merchant_id = ?').bind(merchant.id).first())?.id;

describe('the proof of a customer’s consent', () => {
  it('is taken at create and update, kept, returned, and shown to no customer', async () => {
    const api = await merchantApi();
    const { call } = api;
    const id = await created(api, { consent: proof });
    const read = await (await call('GET', `/${id}`)).json<{ consent: object; link: string }>();
    expect(read.consent).toEqual(proof);
    const page = await call('GET', new URL(read.link).pathname);
    expect(await page.text()).not.toMatch(/checkout form|Text me my bills|203\.0\.113/);
    const other = { ...proof, source: 'phone', ip: '2001:db8::1' };
    expect(await (await call('PATCH', `/${id}`, { consent: other })).json()).toMatchObject({ consent: other });
    expect(await (await call('PATCH', `/${id}`, { memo: 'x' })).json()).toMatchObject({ consent: other });
    const gone = await (await call('PATCH', `/${id}`, { consent: null })).json<{
      consent: null;
      events: { newValue: object }[];
    }>();
    expect(gone.consent).toBe(null);
    expect(JSON.stringify(gone.events)).not.toMatch(/203\.0\.113|2001:db8|Text me/);
    const empty = { source: null, capturedAt: null, text: null, ip: null };
    expect(await (await call('PATCH', `/${id}`, { consent: {} })).json()).toMatchObject({ consent: empty });
  });

  it.each([
    ['consent.capturedAt', { capturedAt: 'yesterday' }],
    ['consent.ip', { ip: '300.1.1.1' }],
    ['consent.source', { source: 7 }],
    ['consent.text', { text: 'x'.repeat(2_001) }],
    ['consent.by', { by: 'me' }],
  ])('is refused by naming what is wrong in it: %s', async (path, consent) => {
    const { merchant, call } = await merchantApi();
    const answer = await call('POST', '/', createBody(merchant.id, { consent }));
    expect([answer.status, await answer.json()]).toMatchObject([400, { errors: [{ path }] }]);
  });
});

describe('consent', () => {
  it('that becomes true is audited with its proof, but for the address, by whom it was brought', async () => {
    const api = await merchantApi();
    const actor_id = await credentialOf(api);
    const given = { action: 'consent.given', actor_id, details: audited };
    expect(await auditOf(await created(api, { consent: proof }))).toEqual([given]);

    const id = await created(api, { customerConsent: false });
    expect(await auditOf(id)).toEqual([]);
    for (const _ of [1, 2]) await api.call('PATCH', `/${id}`, { customerConsent: true, consent: proof });
    expect(await auditOf(id)).toEqual([given]);
    await api.call('PATCH', `/${id}`, { customerConsent: false });
    await api.call('PATCH', `/${id}`, { customerConsent: true });
    expect((await auditOf(id)).map(({ action }) => action)).toEqual([
      'consent.given',
      'consent.withdrawn',
      'consent.given',
    ]);
  });

  it('costs a create without a proof no row: the Paylink says it', async () => {
    const api = await merchantApi();
    expect(await auditOf(await created(api, { customerConsent: true }))).toEqual([]);
    expect(await auditOf(await created(api, { customerConsent: false, consent: proof }))).toEqual([]);
  });

  it('by contract is audited when it is switched on, from what to what', async () => {
    const api = await merchantApi();
    expect((await api.call('PATCH', '/settings', { consentByContract: true })).status).toBe(200);
    const { data } = await (await api.call('GET', '/audit')).json<{ data: object[] }>();
    expect(data).toMatchObject([
      { action: 'settings.updated', details: { consentByContract: { from: false, to: true } } },
    ]);
  });

  it('of a create that repeats another is audited once', async () => {
    const api = await merchantApi();
    const body = createBody(api.merchant.id, { consent: proof });
    const ids = new Set<string>();
    for (const _ of [1, 2]) {
      const answer = await api.call('POST', '/', body, { 'idempotency-key': 'k' });
      ids.add((await answer.json<{ paylinkId: string }>()).paylinkId);
    }
    const { results } = await env.DB.prepare('SELECT id FROM audit WHERE merchant_id = ?').bind(api.merchant.id).all();
    expect([ids.size, results.length]).toEqual([1, 1]);
  });
});
