import { env } from 'cloudflare:workers';
import { Webhook } from 'standardwebhooks';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Api, merchantApi } from '../support/api.ts';
import { behave, consume, deliveriesOf, heardBy, hookUrl, messagesFor, seedHook } from '../support/hooks.ts';
import { createBody } from '../support/verbs.ts';

const Secret = z.object({ secret: z.string() });
const Attempts = z.object({
  data: z.array(
    z.object({
      deliveryId: z.string(),
      eventType: z.string(),
      paylinkId: z.string(),
      outcome: z.string(),
      statusCode: z.int().nullable(),
      error: z.string().nullable(),
    }),
  ),
});
const Answer = z.object({ data: z.record(z.string(), z.object({ id: z.string() })) });

let api: Api;
beforeEach(async () => {
  api = await merchantApi();
});

const mutate = async (verb: string, input: object): Promise<string> => {
  const kind = verb === 'createPaymentSession' ? 'Create' : 'Update';
  const query = `mutation ($input: ${kind}PaymentSessionInput!) { ${verb}(input: $input) { id } }`;
  const answer = await api.call('POST', '/graphql', { query, variables: { input } });
  return Answer.parse(await answer.json()).data[verb]?.id ?? '';
};
const createSession = (callbackUrl: string | null) =>
  mutate('createPaymentSession', {
    amount: '10.10',
    callbackUrl,
    customerConsent: true,
    contactRef: { email: 'ada@example.com' },
  });
const rotate = async () =>
  Secret.parse(await (await api.call('POST', '/settings/callback-secret/rotate')).json()).secret;
const deliveries = () => deliveriesOf(api.merchant.id);
const pay = (paylinkId: string) =>
  api.call('POST', '/webhooks/payments', {
    paylinkId,
    orderId: 'o-1',
    type: 'payment',
    amount: 1010,
    currencyCode: 'USD',
  });

/** Delivers what is due until nothing is. */
async function deliverAll(): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    const pending = (await deliveries()).filter(({ status }) => status === 'pending');
    if (pending.length === 0) return;
    const due = Math.max(...pending.map(({ next_attempt_at }) => next_attempt_at ?? 0));
    await consume(messagesFor(pending.map(({ id }) => id)), due);
  }
}

const attempts = async (by = api) =>
  Attempts.parse(await (await by.call('GET', '/webhook-endpoints/callbacks/attempts')).json()).data;

describe('a session with a callback URL', () => {
  it('has it told of all its events, signed with the merchant’s callback secret, and of no other session’s', async () => {
    const secret = await rotate();
    const name = crypto.randomUUID();
    const id = await createSession(hookUrl(name));
    const other = await createSession(null);
    for (const one of [id, other]) {
      await api.call('PATCH', `/${one}/send`, { sendEmail: true, sendSms: false });
      await pay(one);
    }
    await deliverAll();
    const verifier = new Webhook(secret);
    const told = (await heardBy(name, 3)).map(({ body, headers }) => verifier.verify(body, headers));
    const ofThis = { paylinkId: id, merchantId: api.merchant.id };
    expect(told).toMatchObject([
      { type: 'paylink.created', data: { ...ofThis, status: 'CREATED' } },
      { type: 'paylink.sent', data: { ...ofThis, status: 'SENT', channels: ['EMAIL'] } },
      { type: 'paylink.paid', data: { ...ofThis, status: 'PAID', amount: 1010 } },
    ]);
    expect((await deliveries()).map(({ status }) => status)).toEqual(['delivered', 'delivered', 'delivered']);
  });

  it('costs a Paylink without one not a row', async () => {
    await createSession(null);
    await api.call('POST', '/', createBody(api.merchant.id));
    const { results } = await env.DB.prepare('SELECT id FROM endpoint_deliveries WHERE id >= ?1 AND id < ?2')
      .bind(`${api.merchant.id}.`, `${api.merchant.id}/`)
      .all();
    expect(results).toEqual([]);
  });

  it('has it told beside the merchant’s endpoints, under the same webhook-id', async () => {
    const hook = await seedHook(api.merchant);
    const name = crypto.randomUUID();
    await createSession(hookUrl(name));
    await deliverAll();
    const pending = await deliveriesOf(hook.endpoint.id);
    await consume(messagesFor(pending.map(({ id }) => id)), Date.now() + 60_000);
    const [[toCallback], [toEndpoint]] = [await heardBy(name, 1), await heardBy(hook.name, 1)];
    expect(toCallback?.headers['webhook-id']).toBe(toEndpoint?.headers['webhook-id']);
    expect(() => new Webhook(hook.secret).verify(toCallback?.body ?? '', toCallback?.headers ?? {})).toThrow();
  });

  it('is told at the new URL once that is changed', async () => {
    const [before, after] = [crypto.randomUUID(), crypto.randomUUID()];
    const id = await createSession(hookUrl(before));
    await mutate('updatePaymentSession', { id, callbackUrl: hookUrl(after) });
    await mutate('updatePaymentSession', { id, callbackUrl: null });
    await pay(id);
    await deliverAll();
    expect((await heardBy(before)).map(({ body }) => JSON.parse(body).type)).toEqual(['paylink.created']);
    expect((await heardBy(after)).map(({ body }) => JSON.parse(body).type)).toEqual(['paylink.updated']);
  });
});

describe('the callback secret', () => {
  it('signs from the first event on, also for a merchant that never asked for it; after a rotation both sign for a day', async () => {
    const name = crypto.randomUUID();
    const id = await createSession(hookUrl(name));
    await deliverAll();
    const [first] = await heardBy(name, 1);
    expect(first?.headers['webhook-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
    const secret = await rotate();
    await pay(id);
    await deliverAll();
    const [, second] = await heardBy(name, 2);
    expect(second?.headers['webhook-signature']?.split(' ')).toHaveLength(2);
    expect(new Webhook(secret).verify(second?.body ?? '', second?.headers ?? {})).toMatchObject({
      type: 'paylink.paid',
    });
  });
});

describe('delivering to callback URLs', () => {
  it('is tried again as to an endpoint', async () => {
    const name = crypto.randomUUID();
    await behave(name, [503, 'reset', 500]);
    await createSession(hookUrl(name));
    await deliverAll();
    expect((await heardBy(name)).map(({ behaviour }) => behaviour)).toEqual(['503', 'reset', '500', '200']);
    const ids = new Set((await heardBy(name)).map(({ headers }) => headers['webhook-id']));
    expect(ids.size).toBe(1);
    expect((await attempts()).map(({ outcome, statusCode, error }) => [outcome, statusCode, error])).toEqual([
      ['delivered', 200, null],
      ['failed', 500, 'refused'],
      ['failed', null, 'connection_failed'],
      ['failed', 503, 'refused'],
    ]);
  });

  it('ends with a 410 for that event alone: no other session is told less', async () => {
    const [gone, fine] = [crypto.randomUUID(), crypto.randomUUID()];
    await behave(gone, [], 410);
    await createSession(hookUrl(gone));
    await createSession(hookUrl(fine));
    await deliverAll();
    expect((await deliveries()).map(({ status }) => status)).toEqual(['failed', 'delivered']);
    await createSession(hookUrl(fine));
    await deliverAll();
    expect(await heardBy(fine, 2)).toHaveLength(2);
  });

  it('does not wait for a host that does not answer: another host is told in the same turn', async () => {
    const [silent, fine] = [crypto.randomUUID(), crypto.randomUUID()];
    await behave(silent, [], 'reset');
    await createSession(hookUrl(silent));
    await createSession(hookUrl(silent));
    await createSession(hookUrl(fine).replace('127.0.0.1', 'localhost'));
    const all = await deliveries();
    const due = Math.max(...all.map(({ next_attempt_at }) => next_attempt_at ?? 0));
    await consume(messagesFor(all.map(({ id }) => id)), due);
    expect(await heardBy(silent)).toHaveLength(1);
    expect(await heardBy(fine)).toHaveLength(1);
    expect((await deliveries()).map(({ status, attempts: tries }) => [status, tries])).toEqual([
      ['pending', 1],
      ['pending', 0],
      ['delivered', 1],
    ]);
  });

  it('checks the URL again at each delivery', async () => {
    await createSession(hookUrl(crypto.randomUUID()));
    await env.DB.prepare('UPDATE endpoint_deliveries SET url = ?1 WHERE endpoint_id = ?2')
      .bind('https://169.254.169.254/latest', api.merchant.id)
      .run();
    const [one] = await deliveries();
    await consume(messagesFor([one?.id ?? '']), one?.next_attempt_at ?? 0);
    expect(await attempts()).toMatchObject([{ outcome: 'failed', statusCode: null, error: 'address_refused' }]);
  });

  it('is listed and repeated as to an endpoint, by this merchant alone', async () => {
    const name = crypto.randomUUID();
    const id = await createSession(hookUrl(name));
    await deliverAll();
    const [attempt] = await attempts();
    expect(attempt).toMatchObject({
      eventType: 'paylink.created',
      paylinkId: id,
      outcome: 'delivered',
      statusCode: 200,
    });
    const stranger = await merchantApi();
    expect(await attempts(stranger)).toEqual([]);
    const replay = (by: Api, path: string, body: object) => by.call('POST', `/webhook-endpoints/${path}/replay`, body);
    const { deliveryId = '' } = attempt ?? {};
    expect((await replay(stranger, 'callbacks', { deliveryId })).status).toBe(404);
    expect((await replay(stranger, api.merchant.id, { deliveryId })).status).toBe(404);
    expect((await stranger.call('GET', `/webhook-endpoints/${api.merchant.id}/attempts`)).status).toBe(404);
    const again = await replay(api, 'callbacks', { deliveryId });
    expect([again.status, await again.json()]).toEqual([202, { queued: 1, nextSince: null }]);
    await deliverAll();
    const [first, second] = await heardBy(name, 2);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect((await api.call('POST', '/webhook-endpoints/callbacks/test')).status).toBe(404);
    expect((await api.call('DELETE', '/webhook-endpoints/callbacks')).status).toBe(404);
  });
});
