import { runDurableObjectAlarm } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { LostAttempt, ProviderOutcome } from '../../src/delivery/port.ts';
import { findPaylink } from '../../src/paylinks/read.ts';
import { suppressionOf } from '../../src/paylinks/recipients/suppressions.ts';
import { seedMerchant } from '../support/merchants.ts';
import { coordinatorStub, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { seedSuppressions } from '../support/suppressions.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const unknown: ProviderOutcome = { kind: 'unknown', reason: 'time-out' };
const refused: ProviderOutcome = { kind: 'refused', by: 'provider', reason: 'answered 429' };
const accepted = (messageId: string): ProviderOutcome => ({ kind: 'accepted', messageId });

describe('settling a lost attempt', () => {
  it('does not ask Resend again once the recipient has unsubscribed: that might be the first it hears of it', async () => {
    let now = Date.now();
    const merchant = await seedMerchant();
    const paylink = await seedPaylink(merchant);
    const asked: LostAttempt[] = [];
    const settle = async (lost: LostAttempt) => {
      asked.push(lost);
      return accepted('m');
    };
    const { provider } = scripted('resend', 'EMAIL', () => unknown, settle);
    await usingProviders(paylink.id, [provider], () => now);
    const ctx = contextOf(merchant);
    const sent = await send(ctx, paylink.id, { channels: ['EMAIL'] });
    const attempt = sent.kind === 'pending' ? sent.paylink.deliveryLogs[0] : undefined;
    if (!attempt) throw new Error(sent.kind);
    await seedSuppressions([suppressionOf(merchant.id, attempt, 'unsubscribe', now)]);
    now += 31_000;
    await runDurableObjectAlarm(coordinatorStub(paylink.id));
    expect(asked).toEqual([]);
    expect(await findPaylink(ctx, paylink.id)).toMatchObject({ deliveryLogs: [{ status: 'UNKNOWN' }] });
  });

  it('tells Twilio’s look-up which attempts’ messages would look the same, and which message belongs to another', async () => {
    let now = Date.now();
    const merchant = await seedMerchant();
    const paylink = await seedPaylink(merchant);
    const asked: LostAttempt[] = [];
    const outcomes = [refused, unknown, accepted('SM-known'), unknown, unknown];
    const settle = async (lost: LostAttempt) => {
      asked.push(lost);
      return unknown;
    };
    const { provider, received } = scripted('twilio', 'SMS', () => outcomes.shift() ?? unknown, settle);
    await usingProviders(paylink.id, [provider], () => now);
    const ctx = contextOf(merchant);
    for (const key of ['refused', 'a', 'known', 'b', 'c']) {
      await send(ctx, paylink.id, { channels: ['SMS'], key });
      now += 1_000;
    }
    // Another number’s message cannot be taken for one of these.
    await send(ctx, paylink.id, { channels: ['SMS'], to: '+12025550193', requireEnabled: false, key: 'other' });
    now += 31_000;
    await runDurableObjectAlarm(coordinatorStub(paylink.id));
    const [, a, , b, c, other] = received.map(({ attemptId }) => attemptId);
    const told = new Map(asked.map(({ message, rivals }) => [message.attemptId, rivals]));
    expect(told).toEqual(
      new Map([
        [a, { before: 0, after: 2, refused: 1 }],
        [b, { before: 1, after: 1, refused: 1 }],
        [c, { before: 2, after: 0, refused: 1 }],
        [other, { before: 0, after: 0, refused: 0 }],
      ]),
    );
    expect(asked.map(({ knownMessageIds }) => knownMessageIds)).toEqual(asked.map(() => ['SM-known']));
  });

  it('a send whose outcome is unknown keeps its key when every try to settle it was cut off: it is not sent again', async () => {
    let now = Date.now();
    const merchant = await seedMerchant();
    const paylink = await seedPaylink(merchant);
    const cutOff = () => Promise.reject(new Error('reset'));
    const { provider, received } = scripted('twilio', 'SMS', () => unknown, cutOff);
    await usingProviders(paylink.id, [provider], () => now);
    const ctx = contextOf(merchant);
    await send(ctx, paylink.id, { channels: ['SMS'], key: 'k' });
    for (let tries = 0; tries < 8; tries++) {
      now += 31_000;
      await runDurableObjectAlarm(coordinatorStub(paylink.id));
    }
    expect(await send(ctx, paylink.id, { channels: ['SMS'], key: 'k' })).toMatchObject({ kind: 'pending' });
    expect(received).toHaveLength(1);
  });
});
