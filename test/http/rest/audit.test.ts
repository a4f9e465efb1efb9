import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Api, merchantApi, request } from '../../support/api.ts';
import { hookUrl } from '../../support/hooks.ts';
import { seedSuppressions } from '../../support/suppressions.ts';
import { seedPaylink } from '../../support/verbs.ts';

const Page = z.object({
  data: z.array(
    z.object({
      auditId: z.string(),
      merchantId: z.string(),
      at: z.iso.datetime(),
      actor: z.object({ kind: z.string(), id: z.string().nullable(), label: z.string().nullable() }),
      action: z.string(),
      subject: z.string().nullable(),
      details: z.looseObject({}).nullable(),
    }),
  ),
  nextCursor: z.string().nullable(),
});
const operator = { authorization: `Bearer ${env.ADMIN_TOKEN}` };

let api: Api;
let other: Api;
beforeAll(async () => {
  [api, other] = [await merchantApi(), await merchantApi()];
});

const pageOf = async (response: Response) => {
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  return Page.parse(await response.json());
};
const auditOf = async (by: Api) => (await pageOf(await by.call('GET', '/audit?limit=100'))).data;

const suppress = async (merchantId: string) => {
  const id = crypto.randomUUID();
  const reason = 'hard_bounce' as const;
  const row = { id, merchantId, channel: 'EMAIL' as const, recipient: 'gone@example.com', reason, createdAt: 1 };
  await seedSuppressions([{ ...row, recipientHash: id }]);
  return id;
};

describe('what is audited', () => {
  it('is the lifting of a suppression, once, with no address', async () => {
    const id = await suppress(api.merchant.id);
    expect((await api.call('DELETE', `/suppressions/${id}`)).status).toBe(204);
    expect((await api.call('DELETE', `/suppressions/${id}`)).status).toBe(404);
    const told = (await auditOf(api)).filter(({ subject }) => subject === id);
    expect(told).toMatchObject([
      {
        merchantId: api.merchant.id,
        action: 'suppression.lifted',
        actor: { kind: 'credential', id: api.credentialId },
        details: { channel: 'EMAIL', reason: 'hard_bounce' },
      },
    ]);
    expect(JSON.stringify(told)).not.toContain('@');
  });

  it('is not the lifting that was refused, nor anybody else’s', async () => {
    const id = await suppress(other.merchant.id);
    expect((await api.call('DELETE', `/suppressions/${id}`)).status).toBe(404);
    expect((await auditOf(api)).some(({ subject }) => subject === id)).toBe(false);
  });

  it('is an erasure, with nothing that names who was erased', async () => {
    await seedPaylink(other.merchant, { customer: { email: 'erased@example.com' } });
    expect((await other.call('POST', '/recipients/erase', { email: 'erased@example.com' })).status).toBe(200);
    const told = (await auditOf(other)).filter(({ action }) => action === 'recipient.erased');
    expect(told).toMatchObject([{ actor: { id: other.credentialId }, details: { channel: 'EMAIL' } }]);
    expect(JSON.stringify(told)).not.toContain('erased@');
  });

  it('is what is done to webhook endpoints, without their URLs, headers and secrets', async () => {
    const body = { url: hookUrl('secret-path'), headers: { 'x-token': 'a-secret' } };
    const made = await (await api.call('POST', '/webhook-endpoints', body)).json<{ endpointId: string }>();
    const path = `/webhook-endpoints/${made.endpointId}`;
    await api.call('PATCH', path, { url: hookUrl('other-path'), enabled: false });
    const rotated = await (await api.call('POST', `${path}/rotate`)).json<{ secret: string }>();
    for (let n = 0; n < 2; n++) await api.call('DELETE', path);
    const told = (await auditOf(api)).filter(({ subject }) => subject === made.endpointId);
    expect(told.map(({ action }) => action)).toEqual([
      'endpoint.deleted',
      'endpoint.rotated',
      'endpoint.updated',
      'endpoint.created',
    ]);
    expect(told[2]?.details).toEqual({ changed: ['url', 'enabled'] });
    for (const secret of ['path', 'a-secret', rotated.secret]) expect(JSON.stringify(told)).not.toContain(secret);
  });
});

describe('the audit log', () => {
  it('is a merchant’s own, newest first, in pages', async () => {
    const mine = await merchantApi();
    for (const name of ['A', 'B', 'C']) await mine.call('PATCH', '/settings', { name });
    await other.call('PATCH', '/settings', { name: 'Z' });
    const first = await pageOf(await mine.call('GET', '/audit?limit=2'));
    expect(first.data.map(({ details }) => details)).toMatchObject([{ name: { to: 'C' } }, { name: { to: 'B' } }]);
    const rest = await pageOf(await mine.call('GET', `/audit?limit=2&cursor=${first.nextCursor}`));
    expect(rest).toMatchObject({ data: [{ details: { name: { to: 'A' } } }], nextCursor: null });
    expect((await mine.call('GET', '/audit?limit=0')).status).toBe(400);
    expect((await mine.call('GET', '/audit?cursor=x')).status).toBe(400);
    expect((await mine.call('DELETE', '/audit')).status).toBe(405);
  });

  it('is whole for the operator, or of one merchant, and for nobody else', async () => {
    const mine = await merchantApi();
    await mine.call('PATCH', '/settings', { name: 'A' });
    const one = await pageOf(await request('GET', `/admin/audit?merchantId=${mine.merchant.id}`, undefined, operator));
    expect(one.data.map(({ merchantId }) => merchantId)).toEqual([mine.merchant.id]);
    const all = await pageOf(await request('GET', '/admin/audit?limit=100', undefined, operator));
    expect(new Set(all.data.map(({ merchantId }) => merchantId)).size).toBeGreaterThan(1);
    expect((await mine.call('GET', '/admin/audit')).status).toBe(401);
    expect((await request('GET', '/admin/audit?who=me', undefined, operator)).status).toBe(400);
  });
});
