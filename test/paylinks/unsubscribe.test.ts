import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { configOf } from '../../src/env.ts';
import { newIdAt } from '../../src/paylink-id.ts';
import { unsubscribe } from '../../src/paylinks/recipients/suppressions.ts';
import { readUnsubscribeToken, unsubscribeTokens } from '../../src/paylinks/recipients/unsubscribe-token.ts';
import { seedMerchant } from '../support/merchants.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const config = configOf(env);
const suppressionsOf = async (merchantId: string) =>
  (
    await env.DB.prepare('SELECT channel, recipient, reason FROM suppressions WHERE merchant_id = ?')
      .bind(merchantId)
      .all()
  ).results;

const auditOf = async (merchantId: string) =>
  (await env.DB.prepare('SELECT * FROM audit WHERE merchant_id = ?').bind(merchantId).all()).results;

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
    const signed = await (await unsubscribeTokens(env.DB, config))(elsewhere.id, attempt ?? '');
    for (const token of [
      '',
      '.',
      id,
      `${id}.${id}`,
      `${elsewhere.id}.${attempt}`,
      `${id}.${attempt}.x`,
      "' OR 1=1",
      signed,
    ])
      expect(await unsubscribe(env, config, token, 0)).toBe('unknown');
    expect(await suppressionsOf(merchant.id)).toEqual([]);
  });

  it('needs a token that only we can make: whoever knows the ids of a message cannot', async () => {
    const merchant = await seedMerchant();
    const ctx = contextOf(merchant);
    const sent = await send(ctx, (await seedPaylink(merchant)).id, { channels: ['EMAIL'] });
    if (sent.kind !== 'sent') throw new Error(sent.kind);
    const { id, deliveryLogs } = sent.paylink;
    const attempt = deliveryLogs[0]?.id ?? '';
    const signed = await (await unsubscribeTokens(env.DB, config))(id, attempt);
    const flipped = signed.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    for (const token of [`${id}.${attempt}`, `${id}.${attempt}.${'0'.repeat(32)}`, flipped, signed.slice(0, -1)])
      expect(await unsubscribe(env, config, token, ctx.now)).toBe('unknown');
    expect(await suppressionsOf(merchant.id)).toEqual([]);
    expect(await unsubscribe(env, config, signed, ctx.now)).toBe('done');
    const [told] = await auditOf(merchant.id);
    expect(told).toMatchObject({ action: 'suppression.created', actor_kind: 'customer' });
    expect(JSON.parse(String(told?.details))).toEqual({ channel: 'EMAIL', reason: 'unsubscribe' });
  });

  it('works by links already sent by an earlier release, which nobody signed, and by none sent later', async () => {
    const merchant = await seedMerchant();
    const ctx = contextOf(merchant);
    const old = await send(ctx, (await seedPaylink(merchant)).id, { channels: ['EMAIL'] });
    if (old.kind !== 'sent') throw new Error(old.kind);
    const token = `${old.paylink.id}.${old.paylink.deliveryLogs[0]?.id}`;
    const until = (time: number) =>
      env.DB.prepare('INSERT OR REPLACE INTO unsigned_links (id, sent_until) VALUES (1, ?)').bind(time).run();
    await until(old.paylink.createdAt);
    expect(await unsubscribe(env, config, token, ctx.now)).toBe('unknown');
    await until(Date.now() + 1);
    expect(await unsubscribe(env, config, token, ctx.now, true)).toBe('unknown');
    expect(await unsubscribe(env, config, token, ctx.now)).toBe('done');
    expect(await suppressionsOf(merchant.id)).toMatchObject([{ reason: 'unsubscribe' }]);
    await env.DB.prepare('DELETE FROM unsigned_links').run();
  });

  it('by a link goes on working when the keys are changed', async () => {
    const changed = { ...config, SECRETS_KEY: 'ab'.repeat(32), SECRETS_KEY_PREVIOUS: [config.SECRETS_KEY] };
    const before = await (await unsubscribeTokens(env.DB, config))(newIdAt(1, 0), newIdAt(2, 0));
    const [paylinkId = '', attemptId = ''] = before.split('.');
    expect(await (await unsubscribeTokens(env.DB, changed))(paylinkId, attemptId)).toBe(before);
    expect(await readUnsubscribeToken(env.DB, changed, before)).toEqual({ paylinkId, attemptId, signed: true });
  });
});
