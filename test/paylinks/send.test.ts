import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newIdAt } from '../../src/paylink-id.ts';
import { findPaylink } from '../../src/paylinks/read.ts';
import { cancelPaylink } from '../../src/paylinks/transitions.ts';
import { seedMerchant } from '../support/merchants.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

describe('a send', () => {
  it('delivers by both channels, and D1 has what the coordinator answered', async () => {
    const merchant = await seedMerchant();
    const ctx = contextOf(merchant);
    const paylink = await seedPaylink(merchant);
    const outcome = await send(ctx, paylink.id);
    if (outcome.kind !== 'sent') throw new Error(JSON.stringify(outcome));
    expect(outcome.accepted).toEqual(['EMAIL', 'SMS']);
    expect(outcome.paylink).toMatchObject({ status: 'SENT', version: outcome.paylink.version });
    expect(outcome.paylink.deliveryLogs.map(({ channel, status, provider }) => [channel, status, provider])).toEqual([
      ['EMAIL', 'SENT', 'inbox'],
      ['SMS', 'SENT', 'inbox'],
    ]);
    expect(outcome.paylink.events.map(({ type, newValue }) => [type, newValue])).toEqual([
      ['CREATED', null],
      ['SENT', { status: 'SENT', deliveredTo: ['EMAIL', 'SMS'] }],
    ]);
    expect(await findPaylink(ctx, paylink.id)).toEqual(outcome.paylink);
    const { results } = await env.DB.prepare('SELECT channel FROM inbox_messages WHERE paylink_id = ?')
      .bind(paylink.id)
      .all();
    expect(results).toHaveLength(2);
  });

  it('replays its first answer for its key, and refuses the key for anything else', async () => {
    const merchant = await seedMerchant();
    const ctx = contextOf(merchant);
    const paylink = await seedPaylink(merchant);
    const first = await send(ctx, paylink.id, { key: 'k' });
    const again = await send(ctx, paylink.id, { key: 'k' });
    expect(again).toEqual({ ...first, replayed: true });
    expect(await send(ctx, paylink.id, { key: 'k', channels: ['EMAIL'] })).toMatchObject({
      refusal: { code: 'idempotency_key_reuse' },
    });
    expect(await send(ctx, paylink.id, { key: 'k' })).toEqual(again);
    const { results } = await env.DB.prepare('SELECT id FROM inbox_messages WHERE paylink_id = ?')
      .bind(paylink.id)
      .all();
    expect(results).toHaveLength(2);
  });

  it('is refused once the Paylink is canceled', async () => {
    const merchant = await seedMerchant();
    const ctx = contextOf(merchant);
    const paylink = await seedPaylink(merchant);
    expect(await cancelPaylink(ctx, paylink.id)).toEqual({ kind: 'done', replayed: false });
    expect(await send(ctx, paylink.id)).toMatchObject({ refusal: { code: 'not_active' } });
    expect(await cancelPaylink(ctx, paylink.id)).toMatchObject({ refusal: { code: 'already_canceled' } });
  });

  it('of somebody else’s Paylink finds nothing; a parent’s of its child’s does', async () => {
    const parent = await seedMerchant();
    const child = await seedMerchant({ parentId: parent.id });
    const stranger = await seedMerchant();
    const paylink = await seedPaylink(child);
    expect(await send(contextOf(stranger), paylink.id)).toMatchObject({ refusal: { code: 'not_found' } });
    expect(await send(contextOf(parent), paylink.id)).toMatchObject({ kind: 'sent' });
  });

  it('to a coordinator beyond the pool is refused before that is called, unless the Paylink is really there', async () => {
    const merchant = await seedMerchant();
    let called = 0;
    const COORDINATOR = new Proxy(env.COORDINATOR, {
      get: (target, name) => {
        if (name === 'get') called += 1;
        return Reflect.get(target, name).bind(target);
      },
    });
    const shrunk = contextOf(merchant, { ...env, COORDINATOR, COORDINATORS: '1' });
    expect(await send(shrunk, newIdAt(Date.now(), 4095))).toMatchObject({ refusal: { code: 'not_found' } });
    expect(called).toBe(0);
    const grown = contextOf(merchant, { ...env, COORDINATORS: '4096' });
    const paylinks = await Promise.all([1, 2, 3].map(() => seedPaylink(merchant, {}, grown)));
    const outcomes = await Promise.all(paylinks.map(({ id }) => send(shrunk, id)));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['sent', 'sent', 'sent']);
    expect(called).toBeGreaterThan(0);
  });
});
