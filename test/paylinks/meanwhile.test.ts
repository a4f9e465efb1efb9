import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import { findPaylink } from '../../src/paylinks/read.ts';
import { seedMerchant } from '../support/merchants.ts';
import { coordinatorStub, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const accepted = (): ProviderOutcome => ({ kind: 'accepted', messageId: crypto.randomUUID() });
const refused: ProviderOutcome = { kind: 'refused', by: 'provider', reason: 'answered 429' };
const email = { channels: ['EMAIL' as const] };

const suppress = (merchantId: string, hash: string | null) =>
  env.DB.prepare(
    "INSERT INTO suppressions (id, merchant_id, channel, recipient_hash, reason, created_at) VALUES (?1, ?2, 'EMAIL', ?3, 'unsubscribe', 1)",
  )
    .bind(crypto.randomUUID(), merchantId, hash)
    .run();

describe('what happens while a provider is being asked', () => {
  let merchant: Merchant;
  beforeAll(async () => {
    merchant = await seedMerchant();
  });

  it('a recipient that is erased is not written to by the next provider, nor written down again', async () => {
    const paylink = await seedPaylink(merchant, { customer: { email: 'gone@example.com' } });
    const hash = paylink.emailHash ?? '';
    const first = scripted('mailchannels', 'EMAIL', async () => {
      await coordinatorStub(paylink.id).change(paylink.id, null, { kind: 'erase', hash });
      return refused;
    });
    const second = scripted('resend', 'EMAIL', accepted);
    await usingProviders(paylink.id, [first.provider, second.provider]);
    expect(await send(contextOf(merchant), paylink.id, email)).toMatchObject({ kind: 'failed' });
    expect(second.received).toEqual([]);
    expect(JSON.stringify(await findPaylink(contextOf(merchant), paylink.id))).not.toContain('gone@example.com');
  });

  it('a recipient that unsubscribes is not written to by the next provider', async () => {
    const paylink = await seedPaylink(merchant, { customer: { email: 'enough@example.com' } });
    const first = scripted('mailchannels', 'EMAIL', async () => {
      await suppress(merchant.id, paylink.emailHash);
      return refused;
    });
    const second = scripted('resend', 'EMAIL', accepted);
    await usingProviders(paylink.id, [first.provider, second.provider]);
    expect(await send(contextOf(merchant), paylink.id, email)).toMatchObject({ kind: 'failed' });
    expect(second.received).toEqual([]);
  });

  it('a send that is refused for a suppression is logged once a day, and an empty update not at all', async () => {
    const ctx = contextOf(merchant);
    const paylink = await seedPaylink(merchant, { customer: { email: 'never@example.com' } });
    await suppress(merchant.id, paylink.emailHash);
    for (let times = 0; times < 3; times += 1) {
      expect(await send(ctx, paylink.id, email)).toMatchObject({ refusal: { code: 'suppressed' } });
      await coordinatorStub(paylink.id).change(paylink.id, null, { kind: 'update', patch: {}, createdBy: 'API Key' });
    }
    const stored = await findPaylink(ctx, paylink.id);
    expect(stored?.deliveryLogs.map(({ status, provider }) => [status, provider])).toEqual([['SUPPRESSED', null]]);
    expect(stored?.events.map(({ type }) => type)).toEqual(['CREATED']);
  });

  it('a provider adapter that throws leaves the outcome unknown, and the key answers', async () => {
    const ctx = contextOf(merchant);
    const paylink = await seedPaylink(merchant, { customer: { email: 'odd@example.com' } });
    const broken = scripted('mailchannels', 'EMAIL', () => Promise.reject(new Error('a bug')));
    await usingProviders(paylink.id, [broken.provider]);
    expect(await send(ctx, paylink.id, { ...email, key: 'k' })).toMatchObject({ kind: 'pending', replayed: false });
    expect(await send(ctx, paylink.id, { ...email, key: 'k' })).toMatchObject({ kind: 'pending', replayed: true });
    expect(broken.received).toHaveLength(1);
  });
});
