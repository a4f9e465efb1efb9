import { expect, it } from 'vitest';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import { seedMerchant } from '../support/merchants.ts';
import { scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';

const accepted = (): ProviderOutcome => ({ kind: 'accepted', messageId: crypto.randomUUID() });

it.each([
  { place: 'Jamaican', phone: '+18765551234', country: 'JM' },
  { place: 'Canadian', phone: '+14165551234', country: 'CA' },
])('a $place +1 number is not the US: an SMS to it needs $country in smsCountries', async ({ phone, country }) => {
  for (const [smsCountries, reached] of [
    [['US'], 0],
    [['US', country], 1],
    [[country], 1],
  ] as const) {
    const merchant = await seedMerchant({ smsCountries: [...smsCountries] });
    const paylink = await seedPaylink(merchant, { customer: { phone } });
    const { provider, received } = scripted('telnyx', 'SMS', accepted);
    await usingProviders(paylink.id, [provider]);
    const outcome = await send(contextOf(merchant), paylink.id, { channels: ['SMS'] });
    expect(outcome).toMatchObject(reached ? { kind: 'sent' } : { refusal: { code: 'country_not_allowed' } });
    expect(received).toHaveLength(reached);
  }
});
