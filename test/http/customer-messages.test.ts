import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Api, merchantApi, request } from '../support/api.ts';
import { createBody } from '../support/verbs.ts';

const Inbox = z.object({
  messages: z.array(z.object({ channel: z.string(), subject: z.nullable(z.string()), text: z.string() })),
});
const Created = z.object({ paylinkId: z.string(), customer: z.object({ timeZone: z.nullable(z.string()) }) });

const create = async ({ merchant, call }: Api, customer: object) => {
  const fields = { email: 'ada@example.com', phone: '+12025550123', ...customer };
  const body = createBody(merchant.id, { customer: fields, expiration: '2099-01-01T02:00:00Z' });
  return Created.parse(await (await call('POST', '/', body)).json());
};

async function messagesOf(paylinkId: string) {
  const answer = await request('GET', `/inbox.json?paylinkId=${paylinkId}`);
  const { messages } = Inbox.parse(await answer.json());
  const text = (channel: string) => messages.find((message) => message.channel === channel)?.text ?? '';
  return { email: text('EMAIL'), sms: text('SMS'), subject: messages.find(({ subject }) => subject)?.subject };
}

const both = { sendEmail: true, sendSms: true };
const byGraphql = ({ call }: Api, id: string, channel: string) =>
  call('POST', '/graphql', {
    query: `mutation { sendPaymentSessionLink(input: { id: "${id}", channel: ${channel} }) { success } }`,
  });

describe('what a customer who paid a part is asked for', () => {
  const sends: [string, (api: Api, id: string) => Promise<unknown>][] = [
    ['REST', ({ call }, id) => call('PATCH', `/${id}/send`, both)],
    ['GraphQL', async (api, id) => [await byGraphql(api, id, 'Email'), await byGraphql(api, id, 'Phone')]],
  ];
  it.each(sends)('is the rest, and the messages say what was paid: by %s', async (_, send) => {
    const api = await merchantApi();
    const { paylinkId } = await create(api, {});
    const payment = { paylinkId, orderId: 'o', type: 'payment', amount: 400, currencyCode: 'USD' };
    await api.call('POST', '/webhooks/payments', payment);
    await send(api, paylinkId);
    const { email, sms, subject } = await messagesOf(paylinkId);
    expect(subject).toBe('Blue Bottle Books: payment request for $6.10');
    expect(email).toContain('Blue Bottle Books has received $4.00 of $10.10.');
    expect(email).toContain('Still due: $6.10');
    expect(sms).toMatch(/requests \$6\.10 \(\$4\.00 already paid\)\. Pay here/);
    expect(`${email}${sms}`).not.toContain('INV-1');
  });
});

describe('the dates of a message', () => {
  it.each([
    ['the customer’s clock', 'Europe/Berlin', 'America/New_York', 'January 1, 2099 at 3:00'],
    ['else the merchant’s', null, 'America/New_York', 'December 31, 2098 at 9:00'],
    ['else UTC', null, null, 'January 1, 2099 at 2:00'],
  ])('are told by %s', async (_, timeZone, ofMerchant, date) => {
    const api = await merchantApi({ timeZone: ofMerchant });
    const { paylinkId, customer } = await create(api, { timeZone });
    expect(customer).toMatchObject({ timeZone });
    await api.call('PATCH', `/${paylinkId}/send`, both);
    expect((await messagesOf(paylinkId)).email).toContain(date);
  });

  it('need a time zone that exists: anything else is refused by name', async () => {
    const { merchant, call } = await merchantApi();
    for (const timeZone of ['Middle/Earth', '+02:00', '']) {
      const answer = await call('POST', '/', createBody(merchant.id, { customer: { timeZone } }));
      expect([answer.status, await answer.json()]).toMatchObject([400, { errors: [{ path: 'customer.timeZone' }] }]);
    }
  });
});
