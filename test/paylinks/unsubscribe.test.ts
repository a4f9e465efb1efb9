import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { configOf } from '../../src/env.ts';
import { unsubscribe } from '../../src/paylinks/recipients/suppressions.ts';
import { seedMerchant } from '../support/merchants.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const config = configOf(env);
const suppressionsOf = async (merchantId: string) =>
  (
    await env.DB.prepare('SELECT channel, recipient, reason FROM suppressions WHERE merchant_id = ?')
      .bind(merchantId)
      .all()
  ).results;

describe('unsubscribing', () => {
  it('by the link of a message stops that merchant’s emails to whoever got it, and only those', async () => {
    const merchant = await seedMerchant();
    const other = await seedMerchant();
    const paylink = await seedPaylink(merchant);
    const ctx = contextOf(merchant);
    await send(ctx, paylink.id, { channels: ['EMAIL'] });
    const message = await env.DB.prepare('SELECT html FROM inbox_messages WHERE paylink_id = ?')
      .bind(paylink.id)
      .first();
    const token = /\/u\/([0-9a-f.-]+)/.exec(String(message?.html))?.[1] ?? '';
    expect(await unsubscribe(env, config, token, ctx.now)).toBe('done');
    expect(await unsubscribe(env, config, token.toUpperCase(), ctx.now)).toBe('done');
    const row = { channel: 'EMAIL', recipient: 'ada@example.com', reason: 'unsubscribe' };
    expect(await suppressionsOf(merchant.id)).toEqual([row]);
    expect(await send(ctx, paylink.id)).toMatchObject({ refusal: { code: 'suppressed' } });
    expect(await send(ctx, paylink.id, { channels: ['SMS'] })).toMatchObject({ kind: 'sent' });
    const theirs = await seedPaylink(other);
    expect(await send(contextOf(other), theirs.id)).toMatchObject({ kind: 'sent' });
  });

  it('by any other token changes nothing', async () => {
    const merchant = await seedMerchant();
    const sent = await send(contextOf(merchant), (await seedPaylink(merchant)).id, { channels: ['EMAIL'] });
    if (sent.kind !== 'sent') throw new Error(sent.kind);
    const { id, deliveryLogs } = sent.paylink;
    const attempt = deliveryLogs[0]?.id;
    const elsewhere = await seedPaylink(merchant);
    for (const token of ['', '.', id, `${id}.${id}`, `${elsewhere.id}.${attempt}`, `${id}.${attempt}.x`, "' OR 1=1"])
      expect(await unsubscribe(env, config, token, 0)).toBe('unknown');
    expect(await suppressionsOf(merchant.id)).toEqual([]);
  });
});
