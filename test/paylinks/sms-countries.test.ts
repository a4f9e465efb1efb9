import { expect, it } from 'vitest';
import type { ProviderOutcome } from '../../src/delivery/port.ts';
import { merchantApi } from '../support/api.ts';
import { seedMerchant } from '../support/merchants.ts';
import { scripted, usingProviders } from '../support/providers/scripted-providers.ts';
import { contextOf, createBody, seedPaylink, send } from '../support/verbs.ts';

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

it.each([
  ['premium', '+19002345678', 'US'],
  ['toll-free', '+18002345678', 'US'],
  ['personal', '+447012345678', 'GB'],
  ['premium', '+449012345678', 'GB'],
  ['shared-cost', '+448431234567', 'GB'],
  ['universal-access', '+445512345678', 'GB'],
  ['shared-cost', '+49180123456', 'DE'],
  ['premium', '+33891123456', 'FR'],
  // The network ignores digits too many, so what is dialled is the number before them.
  ['premium (and a digit more)', '+4990012345678', 'DE'],
  ['premium (and two digits more)', '+49900123456789', 'DE'],
])('an SMS to a %s number (%s, %s) is refused though its country is allowed', async (_, phone, country) => {
  const merchant = await seedMerchant({ smsCountries: [country] });
  const paylink = await seedPaylink(merchant, { customer: { phone } });
  const { provider, received } = scripted('telnyx', 'SMS', accepted);
  await usingProviders(paylink.id, [provider]);
  const refused = { refusal: { code: 'country_not_allowed', detail: expect.stringContaining('premium') } };
  expect(await send(contextOf(merchant), paylink.id, { channels: ['SMS'] })).toMatchObject(refused);
  const to = { channels: ['SMS' as const], to: phone };
  expect(await send(contextOf(merchant), (await seedPaylink(merchant)).id, to)).toMatchObject(refused);
  expect(received).toEqual([]);
});

it('the sandbox’s numbers are exempt from the rule about kinds of numbers', async () => {
  const merchant = await seedMerchant();
  const paylink = await seedPaylink(merchant, { customer: { phone: '+15005550006' } });
  expect(await send(contextOf(merchant), paylink.id, { channels: ['SMS'] })).toMatchObject({ kind: 'sent' });
});

it.each([
  '+12025550143 ext. 12',
  '+12025550143x12',
  '+12025550143;ext=12',
  '+12025550143,,99',
  'tel:2025550143;phone-context=+44',
  '2025550143;phone-context=+1',
  '+12025550143;isub=1',
])('a phone with an extension or parameters (%s) is a 400 that names the field', async (phone) => {
  const { merchant, call } = await merchantApi();
  const wrong = { code: 'invalid_request', errors: [{ path: 'customer.phone' }] };
  const created = await call('POST', '/', createBody(merchant.id, { customer: { phone } }));
  expect([created.status, await created.json()]).toMatchObject([400, wrong]);
  const { id } = await seedPaylink(merchant);
  const updated = await call('PATCH', `/${id}`, { customer: { phone } });
  expect([updated.status, await updated.json()]).toMatchObject([400, wrong]);
  const to = await call('PATCH', `/${id}/send`, { sendEmail: false, sendSms: true, to: { phone } });
  expect([to.status, await to.json()]).toMatchObject([400, { errors: [{ path: 'to.phone' }] }]);
  const erased = await call('POST', '/recipients/erase', { phone });
  expect([erased.status, await erased.json()]).toMatchObject([400, { errors: [{ path: 'phone' }] }]);
});
