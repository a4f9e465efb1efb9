import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { merchantApi } from '../support/api.ts';
import { inCoordinator } from '../support/providers/scripted-providers.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

/** Every row of every table, as text. */
async function wholeDatabase(merchantId: string): Promise<string> {
  const of = ['paylinks', 'paylink_logs', 'suppressions', 'inbox_messages'];
  const statements = of.map((table) => env.DB.prepare(`SELECT * FROM ${table} WHERE merchant_id = ?`).bind(merchantId));
  const events = env.DB.prepare(
    'SELECT * FROM paylink_events WHERE paylink_id IN (SELECT id FROM paylinks WHERE merchant_id = ?)',
  );
  return JSON.stringify((await env.DB.batch([...statements, events.bind(merchantId)])).map(({ results }) => results));
}

/** All that the Paylink's coordinator keeps, as text. */
const coordinatorState = (paylinkId: string) =>
  inCoordinator(paylinkId, (_, { storage }) =>
    JSON.stringify(storage.sql.exec('SELECT * FROM journal WHERE paylink_id = ?', paylinkId).toArray()),
  );

const email = 'Grace.Hopper@Example.com';
const customer = { email, phone: '+12025550188', firstName: 'Grace', lastName: 'Hopper' };

describe('erasing a recipient', () => {
  it('takes it out of everything of the merchant’s, keeps the hash, and no message goes there again', async () => {
    const { merchant, call } = await merchantApi();
    const other = await merchantApi();
    const ctx = contextOf(merchant);
    const paylink = await seedPaylink(merchant, { customer });
    const kept = await seedPaylink(merchant);
    const theirs = await seedPaylink(other.merchant, { customer });
    await send(ctx, paylink.id, { key: 'k' });
    await send(ctx, kept.id, { channels: ['EMAIL'], to: email, key: 'k' });
    await send(contextOf(other.merchant), theirs.id);
    expect(await wholeDatabase(merchant.id)).toMatch(/grace/i);

    const answer = await call('POST', '/recipients/erase', { email: email.toLowerCase() });
    expect([answer.status, await answer.json()]).toEqual([200, { paylinks: 2, remaining: 0 }]);
    expect(await wholeDatabase(merchant.id)).not.toMatch(/grace\.hopper/i);
    expect(await coordinatorState(paylink.id)).not.toMatch(/grace/i);
    expect(await coordinatorState(kept.id)).not.toMatch(/grace/i);
    const found = await (await call('GET', `/${paylink.id}`)).json();
    expect(found).toMatchObject({ customer: { email: null, phone: '+12025550188', firstName: null, lastName: null } });
    expect(await (await call('GET', `/${kept.id}`)).json()).toMatchObject({ customer: { email: 'ada@example.com' } });

    const { data } = await (await call('GET', '/suppressions')).json<{ data: object[] }>();
    expect(data).toMatchObject([{ channel: 'EMAIL', recipient: null, reason: 'erased' }]);
    expect(await send(ctx, paylink.id, { key: 'k' })).toMatchObject({ kind: 'sent', replayed: true });
    expect(await wholeDatabase(other.merchant.id)).toMatch(/grace/i);

    expect(await (await call('POST', '/recipients/erase', { email })).json()).toEqual({ paylinks: 0, remaining: 0 });
    expect(await send(ctx, kept.id, { to: email, channels: ['EMAIL'] })).toMatchObject({
      refusal: { code: 'suppressed' },
    });
    const phone = await call('POST', '/recipients/erase', { phone: '(202) 555-0188' });
    expect(await phone.json()).toEqual({ paylinks: 1, remaining: 0 });
    expect(await wholeDatabase(merchant.id)).not.toMatch(/2025550188/);
  });

  it('goes through a hundred Paylinks a call and says what remains', async () => {
    const { merchant, call } = await merchantApi();
    for (let n = 0; n < 103; n++) await seedPaylink(merchant, { customer });
    const erase = async () => (await call('POST', '/recipients/erase', { email })).json();
    expect(await erase()).toEqual({ paylinks: 100, remaining: 3 });
    expect(await erase()).toEqual({ paylinks: 3, remaining: 0 });
  });

  it('needs one recipient, and one that can be', async () => {
    const { call } = await merchantApi();
    for (const body of [{}, { email: 'x' }, { phone: '12' }, { email, phone: '+12025550188' }, { name: 'Grace' }])
      expect((await call('POST', '/recipients/erase', body)).status).toBe(400);
  });
});
