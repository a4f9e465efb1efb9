import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Api } from '../../support/api.ts';
import { twoMerchants, type Visitor } from '../../support/console.ts';
import { createBody } from '../../support/verbs.ts';

let api: Api;
let visitor: Visitor;
let foreign: Visitor;
beforeAll(async () => {
  ({ api, visitor, foreign } = await twoMerchants());
});

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
