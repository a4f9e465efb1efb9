import { describe, expect, it } from 'vitest';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import type { Merchant, Paylink } from '../../src/model.ts';
import type { SendOutcome } from '../../src/paylinks/domain/outcome.ts';
import { seedMerchant } from '../support/merchants.ts';
import { coordinatorStub, scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

/** An event is waited for, however slow the machine. */
const patient = { timeout: 60_000 };

const day = 24 * 60 * 60 * 1000;
const accepted = (): ProviderOutcome => ({ kind: 'accepted', messageId: crypto.randomUUID() });
const email = { channels: ['EMAIL' as const] };
const sms = { channels: ['SMS' as const] };
const limited = { refusal: { code: 'resend_limit' } };
const later = { expiration: new Date(Date.now() + 10 * day).toISOString() };

/** Sends these Paylinks by email all at once; the provider answers when each was refused or has reached it. */
async function sendAtOnce(merchant: Merchant, paylinks: readonly Paylink[]) {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { provider, received } = scripted('mailchannels', 'EMAIL', () => released.then(accepted));
  await usingProviders(paylinks[0]?.id ?? '', [provider]);
  const outcomes: SendOutcome[] = [];
  const sends = paylinks.map(async ({ id }, n) => {
    outcomes.push(await send(contextOf(merchant), id, { ...email, key: `k${n}` }));
  });
  await expect.poll(() => received.length + outcomes.length, patient).toBe(paylinks.length);
  release();
  await Promise.all(sends);
  const refusals = outcomes.flatMap((outcome) => (outcome.kind === 'refused' ? [outcome.refusal.code] : []));
  return { messages: received.length, refusals };
}

describe('the cap of a Paylink', () => {
  it('lets exactly so many sends by a channel go in 24 h, and counts the other channel apart', async () => {
    let now = Date.now();
    const merchant = await seedMerchant({ paylinkSendCap: 2 });
    const paylink = await seedPaylink(merchant, later);
    const byEmail = scripted('mailchannels', 'EMAIL', accepted);
    const bySms = scripted('telnyx', 'SMS', accepted);
    await usingProviders(paylink.id, [byEmail.provider, bySms.provider], () => now);
    const ctx = contextOf(merchant);
    for (const key of ['a', 'b'])
      expect(await send(ctx, paylink.id, { ...email, key })).toMatchObject({ kind: 'sent' });
    expect(await send(ctx, paylink.id, { ...email, key: 'c' })).toMatchObject(limited);
    expect(byEmail.received).toHaveLength(2);
    expect(await send(ctx, paylink.id, { ...sms, key: 'd' })).toMatchObject({ kind: 'sent' });
    now += day - 1;
    expect(await send(ctx, paylink.id, { ...email, key: 'c' })).toMatchObject({
      refusal: { code: 'resend_limit', retryAfterSeconds: 1 },
    });
    now += 1;
    expect(await send(ctx, paylink.id, { ...email, key: 'c' })).toMatchObject({ kind: 'sent' });
  });

  it('holds for five sends at once: those that are being sent count', async () => {
    const merchant = await seedMerchant({ paylinkSendCap: 2 });
    const paylink = await seedPaylink(merchant);
    const { messages, refusals } = await sendAtOnce(
      merchant,
      Array.from({ length: 5 }, () => paylink),
    );
    expect(messages).toBe(2);
    expect(refusals).toEqual(['resend_limit', 'resend_limit', 'resend_limit']);
  });

  it('does not count what every provider refused', async () => {
    const merchant = await seedMerchant({ paylinkSendCap: 1, recipientSendCap: 1 });
    const paylink = await seedPaylink(merchant);
    const refused = scripted('mailchannels', 'EMAIL', () => ({ kind: 'refused', by: 'provider', reason: '403' }));
    await usingProviders(paylink.id, [refused.provider]);
    const ctx = contextOf(merchant);
    for (const _ of [1, 2]) expect(await send(ctx, paylink.id, email)).toMatchObject({ kind: 'failed' });
    expect(refused.received).toHaveLength(2);
  });
});

describe('the cap of a recipient', () => {
  it('lets exactly so many messages of a merchant go in 24 h over all its Paylinks, whatever others send', async () => {
    let now = Date.now();
    const [merchant, other] = [
      await seedMerchant({ recipientSendCap: 2 }),
      await seedMerchant({ recipientSendCap: 2 }),
    ];
    const paylinks = [];
    for (const _ of [1, 2, 3]) paylinks.push(await seedPaylink(merchant, later));
    const [one, two, three] = paylinks.map(({ id }) => id);
    const theirs = await seedPaylink(other);
    const { provider, received } = scripted('mailchannels', 'EMAIL', accepted);
    await usingProviders(theirs.id, [provider], () => now);
    const ctx = contextOf(merchant);
    for (const id of [one, two]) expect(await send(ctx, id ?? '', email)).toMatchObject({ kind: 'sent' });
    expect(await send(ctx, three ?? '', email)).toMatchObject(limited);
    expect(received).toHaveLength(2);
    expect(await send(contextOf(other), theirs.id, email)).toMatchObject({ kind: 'sent' });
    now += day;
    expect(await send(ctx, three ?? '', email)).toMatchObject({ kind: 'sent' });
  });

  it('holds for five Paylinks at once: those that are being sent count', async () => {
    const merchant = await seedMerchant({ recipientSendCap: 3 });
    const paylinks = await Promise.all([1, 2, 3, 4, 5].map(() => seedPaylink(merchant)));
    const before = await sendAtOnce(merchant, paylinks.slice(0, 1));
    expect(before).toEqual({ messages: 1, refusals: [] });
    const { messages, refusals } = await sendAtOnce(merchant, paylinks.slice(1));
    expect(messages).toBe(2);
    expect(refusals).toEqual(['resend_limit', 'resend_limit']);
  });

  it('counts a message once that D1 has while its provider is still being asked', async () => {
    const merchant = await seedMerchant({ recipientSendCap: 2 });
    const [slow, quick, third] = [
      await seedPaylink(merchant),
      await seedPaylink(merchant),
      await seedPaylink(merchant),
    ];
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { provider, received } = scripted('mailchannels', 'EMAIL', async ({ paylinkId }) => {
      if (paylinkId === slow.id) await released;
      return accepted();
    });
    await usingProviders(slow.id, [provider]);
    const ctx = contextOf(merchant);
    const sending = send(ctx, slow.id, email);
    await expect.poll(() => received.length, patient).toBe(1);
    // A change of the Paylink brings the attempt to D1 with it.
    await coordinatorStub(slow.id).change(slow.id, null, { kind: 'open' });
    expect(await send(ctx, quick.id, email)).toMatchObject({ kind: 'sent' });
    expect(await send(ctx, third.id, email)).toMatchObject(limited);
    release();
    expect(await sending).toMatchObject({ kind: 'sent' });
  });
});
