import { beforeAll, describe, expect, it } from 'vitest';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import { seedMerchant } from '../support/merchants.ts';
import { scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const accepted = (): ProviderOutcome => ({ kind: 'accepted', messageId: crypto.randomUUID() });
const email = { channels: ['EMAIL' as const] };

describe('the idempotency contract', () => {
  let merchant: Merchant;
  beforeAll(async () => {
    merchant = await seedMerchant();
  });

  /** A Paylink whose emails go to a scripted provider that waits for `release`. */
  async function held() {
    const paylink = await seedPaylink(merchant);
    const { promise, resolve } = Promise.withResolvers<ProviderOutcome>();
    const provider = scripted('mailchannels', 'EMAIL', () => promise);
    await usingProviders(paylink.id, [provider.provider]);
    return { paylink, provider, release: (outcome = accepted()) => resolve(outcome) };
  }

  it('answers 64 equal requests at once with one key by one provider call', async () => {
    const ctx = contextOf(merchant);
    const paylink = await seedPaylink(merchant);
    const { provider, received } = scripted('mailchannels', 'EMAIL', accepted);
    await usingProviders(paylink.id, [provider]);
    const idempotency = { key: 'one', waitSeconds: 20 };
    const outcomes = await Promise.all(
      Array.from({ length: 64 }, () => send(ctx, paylink.id, { ...email, idempotency })),
    );
    expect(received).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.kind === 'sent')).toHaveLength(64);
    expect(outcomes.filter((outcome) => outcome.kind === 'sent' && !outcome.replayed)).toHaveLength(1);
  });

  it('says 409 with Retry-After while the first is running, and replays for who prefers to wait', async () => {
    const { paylink, provider, release } = await held();
    const ctx = contextOf(merchant);
    const first = send(ctx, paylink.id, { ...email, key: 'k' });
    await expect.poll(() => provider.received.length).toBe(1);
    const refused = await send(ctx, paylink.id, { ...email, key: 'k' });
    expect(refused).toMatchObject({ refusal: { code: 'idempotency_in_progress', retryAfterSeconds: 1 } });
    const waiting = send(ctx, paylink.id, { ...email, idempotency: { key: 'k', waitSeconds: 20 } });
    release();
    expect(await first).toMatchObject({ kind: 'sent', replayed: false });
    expect(await waiting).toEqual({ ...(await first), replayed: true });
    expect(provider.received).toHaveLength(1);
  });

  it('releases the key when every provider refused for certain: a retry really tries again', async () => {
    const ctx = contextOf(merchant);
    const paylink = await seedPaylink(merchant);
    const outcomes: ProviderOutcome[] = [{ kind: 'refused', by: 'provider', reason: '403' }, accepted()];
    const { provider, received } = scripted('mailchannels', 'EMAIL', () => outcomes[received.length - 1] ?? accepted());
    await usingProviders(paylink.id, [provider]);
    expect(await send(ctx, paylink.id, { ...email, key: 'k' })).toMatchObject({
      kind: 'failed',
      paylink: { status: 'FAILED' },
    });
    expect(await send(ctx, paylink.id, { ...email, key: 'k' })).toMatchObject({
      kind: 'sent',
      replayed: false,
      paylink: { status: 'SENT' },
    });
    expect(received).toHaveLength(2);
  });

  it('answers 202 from the present state until the outcome is settled, then keeps that answer', async () => {
    const ctx = contextOf(merchant);
    const paylink = await seedPaylink(merchant);
    const { provider, received } = scripted('mailchannels', 'EMAIL', () => ({ kind: 'unknown', reason: 'time-out' }));
    await usingProviders(paylink.id, [provider]);
    const first = await send(ctx, paylink.id, { ...email, key: 'k' });
    expect(first).toMatchObject({
      kind: 'pending',
      paylink: { status: 'CREATED', deliveryLogs: [{ status: 'UNKNOWN' }] },
    });
    expect(await send(ctx, paylink.id, { ...email, key: 'k' })).toMatchObject({ kind: 'pending', replayed: true });
    const attemptId = received[0]?.attemptId ?? '';
    const news = { status: 'DELIVERED', messageId: 'm', reason: null } as const;
    await ctx.env.COORDINATOR.get(
      ctx.env.COORDINATOR.idFromName(`paylinks-${Number.parseInt(paylink.id.slice(15, 18), 16)}`),
    ).change(paylink.id, null, { kind: 'delivery', attemptId, news });
    const settled = await send(ctx, paylink.id, { ...email, key: 'k' });
    expect(settled).toMatchObject({
      kind: 'sent',
      replayed: true,
      paylink: { status: 'SENT', deliveryLogs: [{ status: 'DELIVERED' }] },
    });
    expect(received).toHaveLength(1);
  });

  it('treats an identical send without a key within ten seconds as the same, and a later one as new', async () => {
    let now = Date.now();
    const ctx = contextOf(merchant);
    const paylink = await seedPaylink(merchant);
    const { provider, received } = scripted('mailchannels', 'EMAIL', accepted);
    await usingProviders(paylink.id, [provider], () => now);
    expect(await send(ctx, paylink.id, email)).toMatchObject({ kind: 'sent', replayed: false });
    now += 9_999;
    expect(await send(ctx, paylink.id, email)).toMatchObject({ kind: 'sent', replayed: true });
    now += 2;
    expect(await send(ctx, paylink.id, email)).toMatchObject({ kind: 'sent', replayed: false });
    expect(received).toHaveLength(2);
  });

  it('stores nothing for a refusal: the key is free for the corrected request', async () => {
    const ctx = contextOf(merchant);
    const paylink = await seedPaylink(merchant, { sendSms: false });
    await usingProviders(paylink.id, [scripted('mailchannels', 'EMAIL', accepted).provider]);
    expect(await send(ctx, paylink.id, { key: 'k' })).toMatchObject({ refusal: { code: 'channel_not_enabled' } });
    expect(await send(ctx, paylink.id, { ...email, key: 'k' })).toMatchObject({ kind: 'sent', replayed: false });
  });

  it('refuses a key that is used again with another recipient, whatever the way it is written', async () => {
    const ctx = contextOf(merchant);
    const paylink = await seedPaylink(merchant);
    const { provider, received } = scripted('mailchannels', 'EMAIL', accepted);
    await usingProviders(paylink.id, [provider]);
    const sendTo = (to: string | null) => send(ctx, paylink.id, { ...email, to, key: 'k' });
    expect(await sendTo('ben@example.com')).toMatchObject({ kind: 'sent', replayed: false });
    expect(await sendTo('Ben@Example.com')).toMatchObject({ kind: 'sent', replayed: true });
    for (const other of ['eve@example.com', null])
      expect(await sendTo(other)).toMatchObject({ refusal: { code: 'idempotency_key_reuse' } });
    expect(received).toHaveLength(1);
  });

  it('fails over only when the provider itself refused, and never after an answer that was lost', async () => {
    const ctx = contextOf(merchant);
    const next = scripted('resend', 'EMAIL', accepted);
    const cases: [ProviderOutcome, string, number][] = [
      [{ kind: 'refused', by: 'provider', reason: '429' }, 'sent', 1],
      [{ kind: 'refused', by: 'recipient', reason: 'no such mailbox' }, 'failed', 0],
      [{ kind: 'unknown', reason: 'reset' }, 'pending', 0],
    ];
    for (const [outcome, kind, reached] of cases) {
      next.received.length = 0;
      const paylink = await seedPaylink(merchant);
      const first = scripted('mailchannels', 'EMAIL', () => outcome);
      await usingProviders(paylink.id, [first.provider, next.provider]);
      expect((await send(ctx, paylink.id, email)).kind).toBe(kind);
      expect(next.received).toHaveLength(reached);
    }
  });
});
