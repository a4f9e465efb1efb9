import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import { findPaylink } from '../../src/paylinks/read.ts';
import { cancelPaylink } from '../../src/paylinks/transitions.ts';
import { seedMerchant } from '../support/merchants.ts';
import { coordinatorStub, inCoordinator, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const accepted = (): ProviderOutcome => ({ kind: 'accepted', messageId: crypto.randomUUID() });
const unknown = (): ProviderOutcome => ({ kind: 'unknown', reason: 'time-out' });
const email = { channels: ['EMAIL' as const] };
const hour = 60 * 60 * 1000;

describe('what a coordinator left open', () => {
  let merchant: Merchant;
  beforeAll(async () => {
    merchant = await seedMerchant();
  });

  it('is settled by asking a provider again that knows its own idempotency key', async () => {
    let now = Date.now();
    const paylink = await seedPaylink(merchant);
    const asked: string[] = [];
    const { provider } = scripted('resend', 'EMAIL', unknown, async ({ message }) => {
      asked.push(message.attemptId);
      return accepted();
    });
    await usingProviders(paylink.id, [provider], () => now);
    const ctx = contextOf(merchant);
    const first = await send(ctx, paylink.id, { ...email, key: 'k' });
    expect(first.kind).toBe('pending');
    now += 31_000;
    await runDurableObjectAlarm(coordinatorStub(paylink.id));
    expect(asked).toHaveLength(1);
    expect(await findPaylink(ctx, paylink.id)).toMatchObject({ status: 'SENT', deliveryLogs: [{ status: 'SENT' }] });
    expect(await send(ctx, paylink.id, { ...email, key: 'k' })).toMatchObject({ kind: 'sent', replayed: true });
  });

  it('is settled beside an accepted channel too, and the first answer stays the answer', async () => {
    let now = Date.now();
    const paylink = await seedPaylink(merchant);
    const { provider } = scripted('resend', 'EMAIL', unknown, async () => accepted());
    const sms = scripted('telnyx', 'SMS', accepted);
    await usingProviders(paylink.id, [provider, sms.provider], () => now);
    const ctx = contextOf(merchant);
    const first = await send(ctx, paylink.id, { key: 'k' });
    if (first.kind !== 'sent') throw new Error(first.kind);
    expect(first.accepted).toEqual(['SMS']);
    now += 31_000;
    await runDurableObjectAlarm(coordinatorStub(paylink.id));
    const stored = await findPaylink(ctx, paylink.id);
    expect(stored?.deliveryLogs.map(({ status }) => status)).toEqual(['SENT', 'SENT']);
    expect(stored?.events.filter(({ type }) => type === 'SENT')).toHaveLength(1);
    expect(await send(ctx, paylink.id, { key: 'k' })).toEqual({ ...first, replayed: true });
    expect(sms.received).toHaveLength(1);
  });

  it('is never asked again by a message once the Paylink was canceled', async () => {
    let now = Date.now();
    const paylink = await seedPaylink(merchant);
    const asked: string[] = [];
    const { provider } = scripted('resend', 'EMAIL', unknown, async ({ message }) => {
      asked.push(message.attemptId);
      return accepted();
    });
    await usingProviders(paylink.id, [provider], () => now);
    const ctx = contextOf(merchant);
    await send(ctx, paylink.id, email);
    await cancelPaylink(ctx, paylink.id);
    now += 31_000;
    await runDurableObjectAlarm(coordinatorStub(paylink.id));
    expect(asked).toEqual([]);
    expect(await findPaylink(ctx, paylink.id)).toMatchObject({
      status: 'CANCELED',
      deliveryLogs: [{ status: 'UNKNOWN' }],
    });
  });

  it('stays UNKNOWN for a person to see when nothing can tell, and is forgotten by the object in the end', async () => {
    let now = Date.now();
    const paylink = await seedPaylink(merchant);
    const { provider, received } = scripted('mailchannels', 'EMAIL', unknown);
    await usingProviders(paylink.id, [provider], () => now);
    const ctx = contextOf(merchant);
    await send(ctx, paylink.id, { ...email, key: 'k' });
    for (let round = 0; round < 12; round += 1) {
      now += 7 * hour;
      await runDurableObjectAlarm(coordinatorStub(paylink.id));
    }
    now += 8 * 24 * hour;
    await runDurableObjectAlarm(coordinatorStub(paylink.id));
    expect(received).toHaveLength(1);
    expect(await findPaylink(ctx, paylink.id)).toMatchObject({
      deliveryLogs: [{ status: 'UNKNOWN', reason: 'time-out' }],
    });
    await inCoordinator(paylink.id, (_, state) => {
      const left = (table: string) => state.storage.sql.exec(`SELECT count(*) AS n FROM ${table}`).one().n;
      expect(left('journal')).toBe(0);
    });
  });

  it('an alarm that fires twice, late or with nothing due does no harm', async () => {
    let now = Date.now();
    const paylink = await seedPaylink(merchant);
    const { provider, received } = scripted('mailchannels', 'EMAIL', accepted);
    await usingProviders(paylink.id, [provider], () => now);
    const ctx = contextOf(merchant);
    await send(ctx, paylink.id, { ...email, key: 'k' });
    const before = await findPaylink(ctx, paylink.id);
    for (const later of [0, 0, 5_000, hour, 0]) {
      now += later;
      await inCoordinator(paylink.id, (coordinator) => coordinator.alarm());
    }
    expect(await findPaylink(ctx, paylink.id)).toEqual(before);
    expect(received).toHaveLength(1);
  });

  it('and D1 did not get, the journal keeps: a fresh object answers from it and projects it', async () => {
    const paylink = await seedPaylink(merchant);
    const ctx = contextOf(merchant);
    const { provider } = scripted('mailchannels', 'EMAIL', accepted);
    await usingProviders(paylink.id, [provider]);
    const sent = await send(ctx, paylink.id, { ...email, key: 'k' });
    if (sent.kind !== 'sent') throw new Error(sent.kind);
    // As if the batch had never reached D1.
    await env.DB.batch([
      env.DB.prepare('DELETE FROM paylink_logs WHERE paylink_id = ?').bind(paylink.id),
      env.DB.prepare("DELETE FROM paylink_events WHERE paylink_id = ? AND type = 'SENT'").bind(paylink.id),
      env.DB.prepare("UPDATE paylinks SET version = 1, status = 'CREATED', last_sent_at = NULL WHERE id = ?").bind(
        paylink.id,
      ),
    ]);
    await evictDurableObject(coordinatorStub(paylink.id));
    expect(await send(ctx, paylink.id, { ...email, key: 'k' })).toEqual({ ...sent, replayed: true });
    await inCoordinator(paylink.id, (coordinator) => {
      coordinator.clock = () => Date.now() + 60_000;
      return coordinator.alarm();
    });
    expect(await findPaylink(ctx, paylink.id)).toEqual(sent.paylink);
  });

  it('by a coordinator that was reset while a provider was asked is not lost: its Worker reports to the next life', async () => {
    const paylink = await seedPaylink(merchant);
    const ctx = contextOf(merchant);
    const { provider, received } = scripted('mailchannels', 'EMAIL', async () => {
      await evictDurableObject(coordinatorStub(paylink.id));
      return accepted();
    });
    await usingProviders(paylink.id, [provider]);
    expect(await send(ctx, paylink.id, { ...email, key: 'k' })).toMatchObject({ kind: 'sent', replayed: false });
    expect(await send(ctx, paylink.id, { ...email, key: 'k' })).toMatchObject({ kind: 'sent', replayed: true });
    expect(received).toHaveLength(1);
  });

  it('by a Worker that was ended is under way for 30 s, then UNKNOWN without anybody asking, and never sent again', async () => {
    let now = Date.now();
    const paylink = await seedPaylink(merchant);
    const ctx = contextOf(merchant);
    const { provider, received } = scripted('mailchannels', 'EMAIL', () => new Promise<ProviderOutcome>(() => {}));
    await usingProviders(paylink.id, [provider], () => now);
    send(ctx, paylink.id, { ...email, key: 'k' }).catch(() => {});
    await expect.poll(() => received.length).toBe(1);
    expect(await send(ctx, paylink.id, { ...email, key: 'k' })).toMatchObject({
      refusal: { code: 'idempotency_in_progress' },
    });
    await evictDurableObject(coordinatorStub(paylink.id));
    await usingProviders(paylink.id, [provider], () => now);
    now += 29_000;
    await inCoordinator(paylink.id, (coordinator) => coordinator.alarm());
    expect(await findPaylink(ctx, paylink.id)).toMatchObject({ deliveryLogs: [{ status: 'PENDING' }] });
    now += 1_000;
    await inCoordinator(paylink.id, (coordinator) => coordinator.alarm());
    expect(await findPaylink(ctx, paylink.id)).toMatchObject({ deliveryLogs: [{ status: 'UNKNOWN' }] });
    expect(await send(ctx, paylink.id, { ...email, key: 'k' })).toMatchObject({ kind: 'pending', replayed: true });
    expect(received).toHaveLength(1);
  });
});
