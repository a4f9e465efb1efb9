import { expect, it } from 'vitest';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import { seedMerchant } from '../support/merchants.ts';
import { scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { deliver, fromTwilio } from '../support/providers/signed-callbacks.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const accepted = (): ProviderOutcome => ({ kind: 'accepted', messageId: crypto.randomUUID() });
const says = (sid: string, from: string, Body: string) =>
  deliver(fromTwilio({ MessageSid: sid, From: from, To: '+12025550143', Body, OptOutType: Body }));

it('a STOP to the shared sender refuses every merchant’s SMS to that number before a provider is asked', async () => {
  const phone = '+12025550191';
  const merchants = [await seedMerchant(), await seedMerchant()];
  const byEmail = scripted('mailchannels', 'EMAIL', accepted);
  const bySms = scripted('telnyx', 'SMS', accepted);
  await says('SM-stop', phone, 'STOP');
  for (const merchant of merchants) {
    const ctx = contextOf(merchant);
    const paylink = await seedPaylink(merchant, { customer: { email: 'ada@example.com', phone } });
    await usingProviders(paylink.id, [byEmail.provider, bySms.provider]);
    expect(await send(ctx, paylink.id, { channels: ['SMS'] })).toMatchObject({ refusal: { code: 'suppressed' } });
    expect(await send(ctx, paylink.id, { channels: ['EMAIL'] })).toMatchObject({ kind: 'sent' });
    const other = await seedPaylink(merchant, { customer: { phone: '+12025550192' } });
    expect(await send(ctx, other.id, { channels: ['SMS'] })).toMatchObject({ kind: 'sent' });
  }
  expect(bySms.received.map(({ to }) => to)).toEqual(['+12025550192', '+12025550192']);
});
