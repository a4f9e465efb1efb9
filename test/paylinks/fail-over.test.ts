import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { providerBreaker } from '../../src/delivery/circuit-breaker.ts';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import type { Merchant } from '../../src/model.ts';
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
  beforeEach(() => providerBreaker.record('mailchannels', { kind: 'accepted' }, Date.now()));

  it('has its attempt in the journal before the next provider is asked, and the refused one as FAILED', async () => {
    const paylink = await seedPaylink(merchant);
    const journal = await inCoordinator(paylink.id, (_, state) => new Journal(state.storage.sql));
    const kept: unknown[] = [];
    const look = (attemptId: string) => {
      const logs = journal.changesOf(paylink.id)?.deliveryLogs ?? [];
      kept.push(logs.map(({ id, provider, status }) => [provider, status, id === attemptId ? 'asked now' : 'before']));
    };
    const first = scripted('mailchannels', 'EMAIL', ({ attemptId }) => {
      look(attemptId);
      return refused;
    });
    const second = scripted('resend', 'EMAIL', ({ attemptId }) => {
      look(attemptId);
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

  it.each([
    { took: 23_000, reached: 1, kind: 'sent' },
    { took: 24_000, reached: 0, kind: 'failed' },
  ])('does not begin once the send’s deadline has come (a refusal after $took ms)', async ({ took, reached, kind }) => {
    let now = Date.now();
    const paylink = await seedPaylink(merchant);
    const first = scripted('mailchannels', 'EMAIL', () => {
      now += took;
      return refused;
    });
    const second = scripted('resend', 'EMAIL', accepted);
    await usingProviders(paylink.id, [first.provider, second.provider], () => now);
    expect(await send(contextOf(merchant), paylink.id, email)).toMatchObject({ kind });
    expect(second.received).toHaveLength(reached);
  });

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
