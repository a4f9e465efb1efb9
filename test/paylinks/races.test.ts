import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import type { PaylinkStatus } from '../../src/model/paylink.ts';
import type { ChangeCommand } from '../../src/paylinks/domain/change.ts';
import { findPaylink } from '../../src/paylinks/read.ts';
import { cancelPaylink } from '../../src/paylinks/transitions.ts';
import { seedMerchant } from '../support/merchants.ts';
import { coordinatorStub, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const accepted = (): ProviderOutcome => ({ kind: 'accepted', messageId: crypto.randomUUID() });
const refused = (): ProviderOutcome => ({ kind: 'refused', by: 'provider', reason: '429' });

type Move = 'send' | 'cancel' | 'update' | 'pay' | 'expire' | 'open';

describe('racing changes of one Paylink', () => {
  let merchant: Merchant;
  beforeAll(async () => {
    merchant = await seedMerchant({ recipientSendCap: 1_000_000, paylinkSendCap: 1_000 });
  });

  /** Runs all moves at once; provider calls end in the order that fast-check's scheduler draws. */
  async function race(moves: Move[], scheduler: fc.Scheduler): Promise<void> {
    let canceledAt = Number.POSITIVE_INFINITY;
    let tick = 0;
    const begun: number[] = [];
    const paylink = await seedPaylink(merchant);
    const ctx = contextOf(merchant);
    const ask = async (outcome: () => ProviderOutcome) => {
      tick += 1;
      begun.push(tick);
      await scheduler.schedule(Promise.resolve());
      return outcome();
    };
    const first = scripted('mailchannels', 'EMAIL', () => ask(refused));
    const second = scripted('resend', 'EMAIL', () => ask(accepted));
    await usingProviders(paylink.id, [first.provider, second.provider]);
    const change = (command: ChangeCommand) => coordinatorStub(paylink.id).change(paylink.id, null, command);
    const run: Record<Move, (at: number) => Promise<unknown>> = {
      send: (at) => send(ctx, paylink.id, { channels: ['EMAIL'], key: `k${at % 3}` }),
      cancel: async () => {
        const done = await cancelPaylink(ctx, paylink.id);
        tick += 1;
        if (done.kind === 'done') canceledAt = Math.min(canceledAt, tick);
      },
      update: (at) => change({ kind: 'update', patch: { memo: `m${at}` }, createdBy: 'API Key' }),
      pay: () =>
        change({
          kind: 'payment',
          payment: { orderId: 'o', kind: 'payment', amount: 1010, fees: 0, currencyCode: 'USD' },
        }),
      expire: () => change({ kind: 'expire' }),
      open: () => change({ kind: 'open' }),
    };
    const moving = moves.map((move, at) => scheduler.schedule(Promise.resolve()).then(() => run[move](at)));
    await scheduler.waitFor(Promise.all(moving));

    expect(begun.filter((at) => at > canceledAt)).toEqual([]);
    const stored = await findPaylink(ctx, paylink.id);
    if (!stored) throw new Error('gone');
    // The history is serial: each event begins where the one before ended, and the Paylink is where the last one left it.
    let status: unknown = 'CREATED' satisfies PaylinkStatus;
    for (const event of stored.events) {
      if (!event.newValue || !('status' in event.newValue) || !event.oldValue) continue;
      expect(event.oldValue.status).toBe(status);
      status = event.newValue.status;
    }
    expect(stored.status).toBe(status);
    const versions = stored.events.map((event) => event.version);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    // One message for each key at most.
    expect(second.received.length).toBeLessThanOrEqual(3);
    expect(new Set(stored.deliveryLogs.map((log) => log.id)).size).toBe(stored.deliveryLogs.length);
    expect(stored.deliveryLogs.filter((log) => log.status === 'SENT')).toHaveLength(second.received.length);
  }

  it('gives a history that a serial order explains, and no provider call begins after a cancel has answered', async () => {
    const move = fc.constantFrom<Move>('send', 'send', 'send', 'cancel', 'update', 'pay', 'expire', 'open');
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 2, maxLength: 10 }), fc.scheduler(), (moves, scheduler) =>
        race(moves, scheduler),
      ),
      { numRuns: 100 },
    );
  }, 120_000);
});
