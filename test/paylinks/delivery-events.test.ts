import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeliveryLog } from '../../src/model/delivery.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import { applyChange } from '../../src/paylinks/domain/apply-change.ts';
import { findPaylink } from '../../src/paylinks/read.ts';
import { anAttempt, seedSent } from '../support/attempts.ts';
import { livesOf, seeded, shuffled } from '../support/lifecycles.ts';
import { seedMerchant } from '../support/merchants.ts';
import { scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { deliver, fromMailchannels, fromTwilio, handle, publicKeys } from '../support/providers/signed-callbacks.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

beforeEach(() => {
  vi.stubGlobal('fetch', publicKeys().answer);
  for (const level of ['info', 'warn', 'error'] as const) vi.spyOn(console, level).mockImplementation(() => {});
});

const seed = 20_261_118;
type News = { attemptId: string; status: 'SENT' | 'DELIVERED' | 'FAILED' | 'BOUNCED' };

/** Attempts of which nobody knows yet what became of them. */
const lost = (count: number, some: Partial<DeliveryLog> = {}) =>
  Array.from({ length: count }, () => anAttempt({ status: 'UNKNOWN', acceptedAt: null, messageId: null, ...some }));

const applyAll = (paylink: Paylink, events: readonly News[]): Paylink =>
  events.reduce((current, { attemptId, status }, at) => {
    const news = { status, messageId: null, reason: null };
    const applied = applyChange(current, { kind: 'delivery', attemptId, news }, at);
    return applied.kind === 'changed' ? applied.paylink : current;
  }, paylink);

const statuses = (paylink: Paylink) => [paylink.status, ...paylink.deliveryLogs.map(({ status }) => status)];

describe('delivery events', () => {
  it('10,000 of them, in random order and with repeats, end in the same statuses as in order', async () => {
    const random = seeded(seed);
    const like = await seedPaylink(await seedMerchant());
    for (let n = 0; n < 20; n++) {
      const paylink: Paylink = { ...like, deliveryLogs: lost(40) };
      const orderedChannels: News[] = livesOf(
        paylink.deliveryLogs.map(({ id }) => id),
        random,
      );
      const final = new Map(orderedChannels.map(({ attemptId, status }) => [attemptId, status]));
      const expected = applyAll(paylink, orderedChannels);
      expect(expected.deliveryLogs.map(({ status }) => status)).toEqual([...final.values()]);
      expect(statuses(applyAll(paylink, shuffled(orderedChannels, 500, random)))).toEqual(statuses(expected));
    }
  });

  it('delivered by signed batches in random order, end in D1 as they do in order', async () => {
    const random = seeded(seed);
    const merchant = await seedMerchant();
    const paylink = await seedSent(merchant, lost(24));
    const orderedChannels: News[] = livesOf(
      paylink.deliveryLogs.map(({ id }) => id),
      random,
    );
    const names = { SENT: 'processed', DELIVERED: 'delivered', FAILED: 'dropped', BOUNCED: 'hard-bounced' };
    const events = shuffled(orderedChannels, 200, random).map(({ attemptId, status }) => {
      return { event: names[status], customer_handle: handle, campaign_id: attemptId, recipients: ['ada@example.com'] };
    });
    const batches = Array.from({ length: 10 }, (_, n) => events.slice(n * 20, n * 20 + 20));
    const answers = await Promise.all(batches.map((batch) => deliver(fromMailchannels(batch))));
    expect(answers.map(({ status }) => status)).toEqual(batches.map(() => 200));
    const stored = await findPaylink(contextOf(merchant), paylink.id);
    if (!stored) throw new Error('lost');
    const byId = new Map(stored.deliveryLogs.map(({ id, status }) => [id, status]));
    expect(byId).toEqual(new Map(orderedChannels.map(({ attemptId, status }) => [attemptId, status])));
    expect((await env.DB.prepare('SELECT id FROM provider_reports WHERE due_at IS NOT NULL').all()).results).toEqual(
      [],
    );
  });

  it('that overtake the answer to our own request win over it', async () => {
    const merchant = await seedMerchant();
    const paylink = await seedPaylink(merchant);
    const { provider } = scripted('twilio', 'SMS', async (message) => {
      const form = { MessageSid: 'SM77', MessageStatus: 'delivered' };
      await deliver(fromTwilio(form, `?attempt=${message.attemptId}&paylink=${message.paylinkId}`));
      return { kind: 'unknown', reason: 'time-out' };
    });
    await usingProviders(paylink.id, [provider]);
    const ctx = contextOf(merchant);
    expect(await send(ctx, paylink.id, { channels: ['SMS'] })).toMatchObject({ kind: 'sent' });
    const found = await findPaylink(ctx, paylink.id);
    expect(found).toMatchObject({ status: 'SENT', deliveryLogs: [{ status: 'DELIVERED', messageId: 'SM77' }] });
  });

  it('settle a send whose outcome was not known', async () => {
    const merchant = await seedMerchant();
    const paylink = await seedPaylink(merchant);
    const { provider } = scripted('mailchannels', 'EMAIL', () => ({ kind: 'unknown', reason: 'time-out' }));
    await usingProviders(paylink.id, [provider]);
    const ctx = contextOf(merchant);
    const sent = await send(ctx, paylink.id, { channels: ['EMAIL'], key: 'k' });
    if (sent.kind !== 'pending') throw new Error(sent.kind);
    const campaign_id = sent.paylink.deliveryLogs[0]?.id;
    await deliver(fromMailchannels([{ event: 'processed', customer_handle: handle, campaign_id }]));
    expect(await findPaylink(ctx, paylink.id)).toMatchObject({ status: 'SENT', deliveryLogs: [{ status: 'SENT' }] });
    expect(await send(ctx, paylink.id, { channels: ['EMAIL'], key: 'k' })).toMatchObject({
      kind: 'sent',
      replayed: true,
    });
  });
});
