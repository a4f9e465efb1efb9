import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { newCode, newIdAt } from '../../src/paylink-id.ts';
import { MAX_PARTS } from '../../src/paylinks/domain/bounds.ts';
import { insertPaylinks } from '../../src/store/insert-paylinks.ts';
import { changesOf } from '../support/a-paylink.ts';
import { type Api, merchantApi } from '../support/api.ts';
import { consume, deliveriesOf, messagesFor, seedHook } from '../support/hooks.ts';
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

const Told = z.object({ data: z.object({ paylinkId: z.optional(z.string()) }) });
/** Something that its endpoints are still to hear of. */
const changeMemo = (api: Api, id: string) => api.call('PATCH', `/${id}`, { memo: 'new' });

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
    expect([answer.status, await answer.json()]).toMatchObject([200, { paylinks: 2, remaining: 0 }]);
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

    expect(await (await call('POST', '/recipients/erase', { email })).json()).toMatchObject({
      paylinks: 0,
      remaining: 0,
    });
    expect(await send(ctx, kept.id, { to: email, channels: ['EMAIL'] })).toMatchObject({
      refusal: { code: 'suppressed' },
    });
    const phone = await call('POST', '/recipients/erase', { phone: '(202) 555-0188' });
    expect(await phone.json()).toMatchObject({ paylinks: 1, remaining: 0 });
    expect(await wholeDatabase(merchant.id)).not.toMatch(/2025550188/);
  });

  it('takes the customer’s id, what the merchant wrote, the proof of consent and the history’s values, and lists what it touched', async () => {
    const { merchant, call } = await merchantApi();
    const secret = 'Grace-private';
    const about = { memo: secret, description: secret, metadata: { note: secret } };
    const consent = { source: secret, capturedAt: '2026-01-02T03:04:05Z', text: secret, ip: '203.0.113.9' };
    const first = { customer: { ...customer, paylinkCustomerId: secret }, ...about, consent };
    const { id } = await seedPaylink(merchant, first);
    const other = { memo: 'other', description: 'other', metadata: null, consent: { ...consent, source: 'other' } };
    for (const change of [
      { ...other, customer: { ...first.customer, lastName: 'Murray' } },
      { ...first, consent },
    ])
      expect((await call('PATCH', `/${id}`, change)).status).toBe(200);
    await send(contextOf(merchant), id, { channels: ['EMAIL'] });
    expect(await wholeDatabase(merchant.id)).toContain(secret);

    const answer = await call('POST', '/recipients/erase', { email });
    const touched = {
      suppressions: 1,
      inboxMessages: 1,
      webhookDeliveries: 0,
      paylinks: [
        {
          paylinkId: id,
          fields: [
            ...['customer.email', 'customer.firstName', 'customer.lastName', 'customer.paylinkCustomerId'],
            ...['memo', 'description', 'metadata', 'consent', 'deliveryLogs.recipient'],
          ],
        },
      ],
    };
    expect(await answer.json()).toEqual({ paylinks: 1, remaining: 0, touched });
    expect(await wholeDatabase(merchant.id)).not.toMatch(/grace|murray|203\.0\.113/i);
    expect(await coordinatorState(id)).not.toMatch(/grace|murray|203\.0\.113/i);
    const seen = await call('GET', `/${id}`);
    const text = await seen.text();
    expect(text).not.toMatch(/grace|murray/i);
    expect(JSON.parse(text)).toMatchObject({
      memo: null,
      description: null,
      metadata: null,
      consent: null,
      attachments: [],
    });
    const canceled = await (await call('PATCH', `/${id}/cancel`)).text();
    expect(canceled).not.toMatch(/grace/i);
  });

  it('blanks the history of a Paylink that holds as many events as it may, too', async () => {
    const { merchant, call } = await merchantApi();
    const like = await seedPaylink(merchant, { customer });
    const updated = { type: 'UPDATED', oldValue: { memo: null }, newValue: { memo: 'For Grace' } } as const;
    const events = Array.from({ length: MAX_PARTS }, (_, n) => ({
      ...{ id: newIdAt(like.createdAt + n, 1), ...updated, createdBy: 'API Key', actor: null },
      ...{ createdAt: like.createdAt + n, version: 1 },
    }));
    const full = { ...like, id: newIdAt(Date.now(), 1), code: newCode(0), lineItems: [], memo: 'For Grace', events };
    await insertPaylinks(env.DB, [{ ...changesOf(full, { events }), key: null }], []);
    const answer = await call('POST', '/recipients/erase', { email });
    expect(await answer.json()).toMatchObject({
      remaining: 0,
      touched: { paylinks: expect.arrayContaining([{ paylinkId: full.id, fields: expect.arrayContaining(['memo']) }]) },
    });
    expect(await wholeDatabase(merchant.id)).not.toMatch(/grace/i);
  });

  it('leaves what was written about the customer where only a log named who is erased', async () => {
    const { merchant, call } = await merchantApi();
    const { id } = await seedPaylink(merchant, { memo: 'kept', customer: { email: 'ada@example.com' } });
    await send(contextOf(merchant), id, { channels: ['EMAIL'], to: email });
    const answer = await (await call('POST', '/recipients/erase', { email })).json();
    expect(answer).toMatchObject({ touched: { paylinks: [{ paylinkId: id, fields: ['deliveryLogs.recipient'] }] } });
    expect(await (await call('GET', `/${id}`)).json()).toMatchObject({
      memo: 'kept',
      customer: { email: 'ada@example.com' },
    });
  });

  it('takes the copies of what the merchant’s and its parent’s endpoints were told, but not what they are still to hear', async () => {
    const parent = await merchantApi();
    const child = await merchantApi({ parentId: parent.merchant.id });
    const hooks = [await seedHook(child.merchant), await seedHook(parent.merchant, { includeChildren: true })];
    const { id } = await seedPaylink(child.merchant, { customer });
    const unrelated = await seedPaylink(child.merchant);
    const told = async () => (await Promise.all(hooks.map((hook) => deliveriesOf(hook.endpoint.id)))).flat();
    await consume(messagesFor((await told()).map((one) => one.id)), Date.now());
    expect((await told()).map(({ status }) => status)).toEqual(['delivered', 'delivered', 'delivered', 'delivered']);
    await changeMemo(child, id);
    const answer = await (await child.call('POST', '/recipients/erase', { email })).json();
    expect(answer).toMatchObject({ touched: { webhookDeliveries: 2 } });
    const left = (await told()).map(({ payload, status }) => [Told.parse(JSON.parse(payload)).data.paylinkId, status]);
    expect(left.toSorted()).toEqual(
      [
        [unrelated.id, 'delivered'],
        [unrelated.id, 'delivered'],
        [id, 'pending'],
        [id, 'pending'],
        [undefined, 'pending'],
        [undefined, 'pending'],
      ].toSorted(),
    );
  });

  it('goes through a hundred Paylinks a call and says what remains', async () => {
    const { merchant, call } = await merchantApi();
    for (let n = 0; n < 103; n++) await seedPaylink(merchant, { customer });
    const erase = async () => (await call('POST', '/recipients/erase', { email })).json();
    expect(await erase()).toMatchObject({ paylinks: 100, remaining: 3 });
    expect(await erase()).toMatchObject({ paylinks: 3, remaining: 0 });
  });

  it('needs one recipient, and one that can be', async () => {
    const { call } = await merchantApi();
    for (const body of [{}, { email: 'x' }, { phone: '12' }, { email, phone: '+12025550188' }, { name: 'Grace' }])
      expect((await call('POST', '/recipients/erase', body)).status).toBe(400);
  });
});
