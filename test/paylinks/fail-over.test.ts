import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { providerBreaker } from '../../src/delivery/circuit-breaker.ts';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import { Journal } from '../../src/paylinks/coordinator/journal.ts';
import { seedMerchant } from '../support/merchants.ts';
import { inCoordinator, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const accepted = (): ProviderOutcome => ({ kind: 'accepted', messageId: crypto.randomUUID() });
const refused: ProviderOutcome = { kind: 'refused', by: 'provider', reason: 'answered 429' };
const email = { channels: ['EMAIL' as const] };

describe('a fail-over', () => {
  let merchant: Merchant;
  beforeAll(async () => {
    merchant = await seedMerchant();
  });
  // The refusals of one test must not have the next skip that provider.
  afterEach(() => {
    vi.useRealTimers();
  });
  beforeEach(() => providerBreaker.record('mailchannels', { kind: 'accepted' }, Date.now()));

  it('has its attempt in the journal before the next provider is asked, and the refused one as FAILED', async () => {
    const paylink = await seedPaylink(merchant);
    const kept: unknown[] = [];
    const look = async (attemptId: string) => {
      const logs = await inCoordinator(paylink.id, (_, state) => {
        return new Journal(state.storage.sql).changesOf(paylink.id)?.deliveryLogs ?? [];
      });
      kept.push(logs.map(({ id, provider, status }) => [provider, status, id === attemptId ? 'asked now' : 'before']));
    };
    const first = scripted('mailchannels', 'EMAIL', async ({ attemptId }) => {
      await look(attemptId);
      return refused;
    });
    const second = scripted('resend', 'EMAIL', async ({ attemptId }) => {
      await look(attemptId);
      return accepted();
    });
    await usingProviders(paylink.id, [first.provider, second.provider]);
    expect(await send(contextOf(merchant), paylink.id, email)).toMatchObject({ kind: 'sent' });
    expect(kept).toEqual([
      [['mailchannels', 'PENDING', 'asked now']],
      [
        ['mailchannels', 'FAILED', 'before'],
        ['resend', 'PENDING', 'asked now'],
      ],
    ]);
  });

  it('is not lost when the other channel is accepted while the next provider is looked for', async () => {
    const paylink = await seedPaylink(merchant);
    const first = scripted('mailchannels', 'EMAIL', () => refused);
    const second = scripted('resend', 'EMAIL', accepted);
    const sms = scripted('twilio', 'SMS', accepted);
    await usingProviders(paylink.id, [first.provider, second.provider, sms.provider]);
    expect(await send(contextOf(merchant), paylink.id)).toMatchObject({ kind: 'sent', accepted: ['EMAIL', 'SMS'] });
    expect([first, second, sms].map(({ received }) => received.length)).toEqual([1, 1, 1]);
  });

  it.each([
    { took: 0, reached: 1, kind: 'sent' },
    { took: 1, reached: 0, kind: 'failed' },
  ])(
    'does not begin with less than 3 s left of the 17 s for calls (refused $took ms after 14 s)',
    async ({ took, reached, kind }) => {
      const paylink = await seedPaylink(merchant);
      const first = scripted('mailchannels', 'EMAIL', () => {
        vi.setSystemTime(Date.now() + took);
        return refused;
      });
      const second = scripted('resend', 'EMAIL', accepted);
      await usingProviders(paylink.id, [first.provider, second.provider]);
      vi.useFakeTimers({ toFake: ['Date'] });
      expect(await send(contextOf(merchant), paylink.id, { ...email, elapsedMs: 14_000 })).toMatchObject({ kind });
      expect(second.received).toHaveLength(reached);
    },
  );

  it('refused by the first provider and unknown of the second is unknown: its key stays taken', async () => {
    const ctx = contextOf(merchant);
    const paylink = await seedPaylink(merchant);
    const first = scripted('mailchannels', 'EMAIL', () => refused);
    const second = scripted('resend', 'EMAIL', () => ({ kind: 'unknown', reason: 'reset' }));
    await usingProviders(paylink.id, [first.provider, second.provider]);
    const logs = [{ status: 'FAILED' }, { status: 'UNKNOWN' }];
    for (const replayed of [false, true]) {
      const outcome = await send(ctx, paylink.id, { ...email, key: 'k' });
      expect(outcome).toMatchObject({ kind: 'pending', replayed, paylink: { status: 'CREATED', deliveryLogs: logs } });
    }
    expect([first.received.length, second.received.length]).toEqual([1, 1]);
  });
});
