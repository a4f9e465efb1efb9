import { describe, expect, it } from 'vitest';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import type { Merchant } from '../../src/model/merchant.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import type { SendOutcome } from '../../src/paylinks/domain/outcome.ts';
import { merchantApi } from '../support/api.ts';
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

describe('the cap of strangers', () => {
  const to = (n: number) => ({ ...email, to: `stranger${n}@example.com`, key: crypto.randomUUID() });
  const beyond = { refusal: { code: 'override_limit' } };

  it('lets a Paylink be sent by `to` to so many others in 24 h, each as often as the other caps allow', async () => {
    let now = Date.now();
    const merchant = await seedMerchant({ overrideSendCap: 3 });
    const paylink = await seedPaylink(merchant, { ...later, customer: { email: 'ada@example.com' } });
    const { provider, received } = scripted('mailchannels', 'EMAIL', accepted);
    await usingProviders(paylink.id, [provider], () => now);
    const ctx = contextOf(merchant);
    for (const n of [1, 2, 3]) expect(await send(ctx, paylink.id, to(n))).toMatchObject({ kind: 'sent' });
    expect(await send(ctx, paylink.id, to(4))).toMatchObject(beyond);
    expect(await send(ctx, paylink.id, to(1))).toMatchObject({ kind: 'sent' });
    for (const own of [null, 'ADA@example.com'])
      expect(await send(ctx, paylink.id, { ...email, to: own, key: crypto.randomUUID() })).toMatchObject({
        kind: 'sent',
      });
    expect(received).toHaveLength(6);
    now += day;
    expect(await send(ctx, paylink.id, to(4))).toMatchObject({ kind: 'sent' });
  });

  it('is 5, and holds for ten sends at once: those that are being sent count', async () => {
    const merchant = await seedMerchant();
    const paylink = await seedPaylink(merchant);
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { provider, received } = scripted('mailchannels', 'EMAIL', () => released.then(accepted));
    await usingProviders(paylink.id, [provider]);
    const outcomes: SendOutcome[] = [];
    const sends = Array.from({ length: 10 }, async (_, n) => {
      outcomes.push(await send(contextOf(merchant), paylink.id, to(n)));
    });
    await expect.poll(() => received.length + outcomes.length, patient).toBe(10);
    release();
    await Promise.all(sends);
    expect(received).toHaveLength(5);
    expect(outcomes.flatMap((one) => (one.kind === 'refused' ? [one.refusal.code] : []))).toEqual(
      Array.from({ length: 5 }, () => 'override_limit'),
    );
  });

  it('counts the channels of one send together, and is a 429 that says when to come again', async () => {
    const { merchant, call } = await merchantApi({ overrideSendCap: 1 });
    const { id } = await seedPaylink(merchant);
    await usingProviders(id, [
      scripted('mailchannels', 'EMAIL', accepted).provider,
      scripted('telnyx', 'SMS', accepted).provider,
    ]);
    const both = { email: 'stranger@example.com', phone: '+12025550178' };
    const answer = await call('PATCH', `/${id}/send`, { sendEmail: true, sendSms: true, to: both });
    expect([answer.status, await answer.json()]).toMatchObject([429, { code: 'override_limit' }]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await send(contextOf(merchant), id, { channels: ['EMAIL', 'SMS'] })).toMatchObject({ kind: 'sent' });
  });
});

describe('the cap of a merchant’s SMS', () => {
  const beyond = { refusal: { code: 'sms_limit', retryAfterSeconds: 3_600 } };
  const some = (n: number) => ({ ...later, customer: { phone: `+1202555${2_000 + n}` } });

  it('lets exactly so many go in 24 h over all its Paylinks, to whomever, and no email counts', async () => {
    let now = Date.now();
    const merchant = await seedMerchant({ smsSendCap: 2 });
    const [one, two, three, other] = [
      await seedPaylink(merchant, some(1)),
      await seedPaylink(merchant, some(2)),
      await seedPaylink(merchant, some(3)),
      await seedPaylink(await seedMerchant({ smsSendCap: 1 }), some(4)),
    ];
    const byEmail = scripted('mailchannels', 'EMAIL', accepted);
    const bySms = scripted('telnyx', 'SMS', accepted);
    await usingProviders(one.id, [byEmail.provider, bySms.provider], () => now);
    const ctx = contextOf(merchant);
    for (const { id } of [one, two]) expect(await send(ctx, id, sms)).toMatchObject({ kind: 'sent' });
    expect(await send(ctx, three.id, sms)).toMatchObject(beyond);
    expect(await send(ctx, three.id, { ...email, to: 'ada@example.com' })).toMatchObject({ kind: 'sent' });
    const owner = {
      ...contextOf(merchant),
      caller: { ...ctx.caller, merchant: { ...merchant, id: other.merchantId } },
    };
    expect(await send(owner, other.id, sms)).toMatchObject({ kind: 'sent' });
    expect(bySms.received).toHaveLength(3);
    now += day;
    expect(await send(ctx, three.id, sms)).toMatchObject({ kind: 'sent' });
  });

  it('holds for thirty Paylinks at once: those that are being sent count', async () => {
    const merchant = await seedMerchant({ smsSendCap: 5 });
    const paylinks = await Promise.all(Array.from({ length: 30 }, (_, n) => seedPaylink(merchant, some(100 + n))));
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { provider, received } = scripted('telnyx', 'SMS', () => released.then(accepted));
    await usingProviders(paylinks[0]?.id ?? '', [provider]);
    const outcomes: SendOutcome[] = [];
    const sends = paylinks.map(async ({ id }) => outcomes.push(await send(contextOf(merchant), id, sms)));
    await expect.poll(() => received.length + outcomes.length, patient).toBe(30);
    release();
    await Promise.all(sends);
    expect(received).toHaveLength(5);
    expect(outcomes.filter((one) => one.kind === 'refused' && one.refusal.code === 'sms_limit')).toHaveLength(25);
  });

  it('does not count what every provider refused', async () => {
    const merchant = await seedMerchant({ smsSendCap: 1 });
    const refused = scripted('telnyx', 'SMS', () => ({ kind: 'refused', by: 'provider', reason: '403' }));
    const paylink = await seedPaylink(merchant, some(200));
    await usingProviders(paylink.id, [refused.provider]);
    for (const key of ['a', 'b'])
      expect(await send(contextOf(merchant), paylink.id, { ...sms, key })).toMatchObject({ kind: 'failed' });
  });
});
