import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProviderOutcome } from '../../src/delivery/port.ts';

import type { Merchant } from '../../src/model/merchant.ts';
import type { Paylink } from '../../src/model/paylink.ts';

import { updatePaylink } from '../../src/paylinks/update.ts';
import { seedMerchant } from '../support/merchants.ts';
import { aClaim, asking, claim, ring } from '../support/protocol.ts';
import { scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { tapped } from '../support/tapped.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const accepted: ProviderOutcome = { kind: 'accepted', messageId: 'm' };
const unknown: ProviderOutcome = { kind: 'unknown', reason: 'time-out' };
const email = { channels: ['EMAIL' as const] };

let merchant: Merchant;
let paylink: Paylink;
let now: number;
beforeAll(async () => {
  merchant = await seedMerchant({ recipientSendCap: 1_000_000, unkeyedWindowMs: 10_000 });
});
beforeEach(async () => {
  now = Date.now();
  paylink = await seedPaylink(merchant);
  await usingProviders(paylink.id, [scripted('mailchannels', 'EMAIL', () => accepted).provider], () => now);
});

afterEach(() => {
  vi.useRealTimers();
});

/** How another Worker's claim of the same, without a key, is answered now. */
const another = async () => {
  const reply = await claim(aClaim(paylink));
  return reply.kind === 'ended' ? `${reply.result.kind} again` : reply.kind;
};

describe('a send without a key', () => {
  it('repeats another while that runs, however long after it began', async () => {
    await asking(paylink);
    now += 29_999;
    expect(await another()).toBe('running');
  });

  it('repeats another for 10 s from that one’s end, not from its beginning', async () => {
    const call = await asking(paylink);
    now += 20_000;
    await call.report(accepted);
    now += 9_999;
    expect(await another()).toBe('sent again');
    now += 1;
    expect(await another()).toBe('granted');
  });

  it.each([
    { how: 'was reported as UNKNOWN', end: async () => (await asking(paylink)).report(unknown) },
    {
      how: 'nobody reported',
      end: async () => {
        await asking(paylink);
        now += 30_000;
        await ring(paylink.id);
      },
    },
  ])('repeats another that $how for 10 minutes', async ({ end }) => {
    await end();
    now += 10 * 60_000 - 1;
    expect(await another()).toBe('pending again');
    now += 1;
    expect(await another()).toBe('granted');
  });

  it.each([
    ['was accepted', accepted],
    ['has an unknown outcome', unknown],
  ] as const)('repeats no other that %s and went to an address that was corrected since', async (_, outcome) => {
    const { provider, received } = scripted('mailchannels', 'EMAIL', () => outcome);
    await usingProviders(paylink.id, [provider], () => now);
    const ctx = contextOf(merchant);
    await send(ctx, paylink.id, email);
    const customer = { ...paylink.customer, email: 'corrected@example.com' };
    expect((await updatePaylink(ctx, paylink.id, { customer }, null)).kind).toBe('done');
    expect(await send(ctx, paylink.id, email)).toMatchObject({ replayed: false });
    expect(received).toMatchObject([{ to: { email: 'ada@example.com' } }, { to: { email: 'corrected@example.com' } }]);
    expect(await send(ctx, paylink.id, email)).toMatchObject({ replayed: true });
    expect(received).toHaveLength(2);
  });

  it('repeats no other whose providers all refused, nor one that was not begun', async () => {
    const refused = { kind: 'refused', by: 'recipient', reason: 'no such mailbox' } as const;
    for (const outcome of [refused, { kind: 'not_begun' } as const]) {
      await (await asking(paylink)).report(outcome);
    }
    expect(await another()).toBe('granted');
  });

  it.each([
    { elapsedMs: 0, most: 15_000 },
    { elapsedMs: 14_000, most: 6_000 },
  ])(
    'waits at most 15 s, and has its answer by 20 s, for the one that it repeats ($elapsedMs ms in)',
    async ({ elapsedMs, most }) => {
      const waits: number[] = [];
      const call = await asking(paylink);
      const { bindings } = tapped({
        awaitOperation: async (real, { waitMs }) => {
          waits.push(waitMs);
          await call.report(accepted);
          return real();
        },
      });
      vi.useFakeTimers({ toFake: ['Date'] });
      const outcome = await send(contextOf(merchant, bindings), paylink.id, { ...email, elapsedMs });
      expect([waits, outcome.kind]).toEqual([[most], 'sent']);
    },
  );

  it('gets the end of the one that it repeats as soon as that is there', async () => {
    const call = await asking(paylink);
    const awaited = Promise.withResolvers<void>();
    const { bindings } = tapped({
      awaitOperation: (real) => {
        awaited.resolve();
        return real();
      },
    });
    // Its time to wait is never over.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const waiting = send(contextOf(merchant, bindings), paylink.id, email);
    await awaited.promise;
    await call.report(accepted);
    expect(await waiting).toMatchObject({ kind: 'sent', replayed: true });
  });
});
