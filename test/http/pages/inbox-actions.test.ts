import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { configOf } from '../../../src/env.ts';
import { inboxRoutes } from '../../../src/http/pages/inbox/routes.ts';
import { findInboxMessage } from '../../../src/store/inbox.ts';
import { type Api, merchantApi } from '../../support/api.ts';
import { contextOf, seedPaylink, send } from '../../support/verbs.ts';
import { testApp } from './test-app.ts';

let api: Api;
beforeAll(async () => {
  api = await merchantApi({ mode: 'test' });
});

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const Paylink = z.object({ deliveryLogs: z.array(z.object({ deliveryLogId: z.string(), status: z.string() })) });

/** A Paylink that was sent both ways; its messages' ids by channel. */
async function sent(merchant = api.merchant) {
  const email = `${crypto.randomUUID()}@example.com`;
  const phone = `+1202555${Math.floor(1000 + Math.random() * 9000)}`;
  const { id } = await seedPaylink(merchant, { customer: { email, phone } });
  await send(contextOf(merchant), id);
  const { results } = await env.DB.prepare('SELECT id, channel FROM inbox_messages WHERE paylink_id = ?1')
    .bind(id)
    .all<{ id: string; channel: string }>();
  const of = (channel: string) => results.find((one) => one.channel === channel)?.id ?? '';
  return { paylinkId: id, email, phone, EMAIL: of('EMAIL'), SMS: of('SMS') };
}

const statusOf = async (paylinkId: string, attemptId: string) => {
  const { deliveryLogs } = Paylink.parse(await (await api.call('GET', `/${paylinkId}`)).json());
  return deliveryLogs.find(({ deliveryLogId }) => deliveryLogId === attemptId)?.status;
};

const reasonsOf = async (recipient: string) => {
  const { results } = await env.DB.prepare('SELECT merchant_id, reason FROM suppressions WHERE recipient = ?1')
    .bind(recipient)
    .all<{ merchant_id: string; reason: string }>();
  return results.map(({ merchant_id, reason }) => [merchant_id === api.merchant.id, reason]);
};

describe('what happens next, played from the inbox', () => {
  const local = testApp(inboxRoutes);

  it.each([
    ['EMAIL', 'delivered', 'DELIVERED', []],
    ['EMAIL', 'bounced', 'BOUNCED', [[true, 'hard_bounce']]],
    ['EMAIL', 'complained', 'DELIVERED', [[true, 'complaint']]],
    ['EMAIL', 'unsubscribed', 'DELIVERED', [[true, 'unsubscribe']]],
    ['SMS', 'delivered', 'DELIVERED', []],
    ['SMS', 'undelivered', 'FAILED', []],
    ['SMS', 'stop', 'DELIVERED', [[true, 'stop']]],
  ] as const)(
    '%s, %s: the attempt is %s and the recipient suppressed %j, for its merchant alone',
    async (channel, event, status, reasons) => {
      const message = await sent();
      const response = await local(`/inbox/${message[channel]}/play?q=x`, {
        method: 'POST',
        headers: form,
        body: `event=${event}`,
      });
      expect(response.status).toBe(303);
      expect(response.headers.get('location')).toBe(`/inbox/${message[channel]}?q=x&done=${event}`);
      expect(await statusOf(message.paylinkId, message[channel])).toBe(status);
      expect(await reasonsOf(channel === 'EMAIL' ? message.email : message.phone)).toEqual(reasons);
    },
  );

  it('names what may happen where something else is asked for', async () => {
    const message = await sent();
    for (const event of ['stop', 'constructor', '']) {
      const response = await local(`/inbox/${message.EMAIL}/play`, {
        method: 'POST',
        headers: form,
        body: `event=${event}`,
      });
      expect([response.status, await response.json()]).toMatchObject([
        400,
        { errors: [{ path: 'event', message: 'Must be one of delivered, bounced, complained, unsubscribed.' }] },
      ]);
    }
  });

  it('deletes one message, and all that a search finds; records stay', async () => {
    const [one, other] = [await sent(), await sent()];
    const deleted = await local(`/inbox/${one.EMAIL}/delete`, { method: 'POST', headers: form });
    expect([deleted.status, deleted.headers.get('location')]).toEqual([303, '/inbox?done=deleted']);
    expect(await findInboxMessage(env.DB, null, one.EMAIL)).toBeNull();
    await local(`/inbox/delete?q=${other.email}`, { method: 'POST', headers: form });
    expect(await findInboxMessage(env.DB, null, other.EMAIL)).toBeNull();
    expect(await findInboxMessage(env.DB, null, other.SMS)).not.toBeNull();
    expect(await statusOf(one.paylinkId, one.EMAIL)).toBe('SENT');
  });
});

describe('a page of another site', () => {
  const local = testApp(inboxRoutes);
  const foreign = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ];
  const own = [{ 'sec-fetch-site': 'same-origin', origin: 'null' }, { origin: 'http://localhost' }, {}];

  it.each(foreign)('plays and deletes nothing: %j', async (headers) => {
    const message = await sent();
    const asked = (path: string, method: string) =>
      local(path, { method, headers: { ...form, ...headers }, body: method === 'POST' ? 'event=bounced' : null });
    for (const [path, method] of [
      [`/inbox/${message.EMAIL}/play`, 'POST'],
      [`/inbox/${message.EMAIL}/delete`, 'POST'],
      ['/inbox/delete', 'POST'],
      [`/inbox/${message.EMAIL}`, 'DELETE'],
      ['/inbox', 'DELETE'],
    ] as const) {
      const response = await asked(path, method);
      expect([response.status, await response.json()]).toMatchObject([403, { code: 'forbidden' }]);
    }
    expect(await statusOf(message.paylinkId, message.EMAIL)).toBe('SENT');
    expect(await findInboxMessage(env.DB, null, message.EMAIL)).not.toBeNull();
  });

  it.each(own)('is not what says: %j', async (headers) => {
    const message = await sent();
    const response = await local(`/inbox/${message.EMAIL}/play`, {
      method: 'POST',
      headers: { ...form, ...headers },
      body: 'event=delivered',
    });
    expect(response.status).toBe(303);
  });
});

describe('where the gateway is deployed', () => {
  const deployed = testApp(inboxRoutes, { config: { ...configOf(env), ENVIRONMENT: 'production' }, now: Date.now() });
  const as = (who: Api) => ({ authorization: `Bearer ${who.key}`, 'content-type': 'application/json' });
  const play = (id: string, headers: Record<string, string>) =>
    testApp(inboxRoutes, {
      config: { ENVIRONMENT: 'production' },
      now: Date.now(),
      body: JSON.stringify({ event: 'bounced' }),
    })(`/inbox/${id}/play`, { method: 'POST', headers });

  it('a test-mode merchant plays and deletes its own messages with its key', async () => {
    const message = await sent();
    expect((await play(message.EMAIL, as(api))).status).toBe(204);
    expect(await statusOf(message.paylinkId, message.EMAIL)).toBe('BOUNCED');
    expect((await deployed(`/inbox/${message.EMAIL}`, { method: 'DELETE', headers: as(api) })).status).toBe(204);
    expect(await findInboxMessage(env.DB, null, message.EMAIL)).toBeNull();
    expect((await deployed('/inbox', { method: 'DELETE', headers: as(api) })).status).toBe(204);
    expect(await findInboxMessage(env.DB, null, message.SMS)).toBeNull();
  });

  it('nobody else does: without a key, with another’s, in live mode', async () => {
    const message = await sent();
    const other = await merchantApi({ mode: 'test' });
    const live = await merchantApi({ mode: 'live' });
    const ofLive = await sent(live.merchant);
    expect((await play(message.EMAIL, { 'content-type': 'application/json' })).status).toBe(401);
    expect((await play(message.EMAIL, as(other))).status).toBe(404);
    expect((await play(ofLive.EMAIL, as(live))).status).toBe(404);
    expect((await deployed(`/inbox/${message.EMAIL}`, { method: 'DELETE', headers: as(other) })).status).toBe(404);
    expect((await deployed('/inbox', { method: 'DELETE', headers: as(other) })).status).toBe(204);
    expect((await deployed('/inbox', { method: 'DELETE' })).status).toBe(401);
    expect(await statusOf(message.paylinkId, message.EMAIL)).toBe('SENT');
    expect(await findInboxMessage(env.DB, null, message.EMAIL)).not.toBeNull();
  });
});

describe('GET /inbox/events', () => {
  it('tells a page at once that it is not true any more, and else once that is so', async () => {
    const local = testApp(inboxRoutes, { now: Date.now() });
    const page = await (await local('/inbox')).text();
    const mark = /data-mark="([^"]+)"/.exec(page)?.[1] ?? '';
    const stale = await local('/inbox/events?mark=0&id=');
    expect(stale.headers.get('content-type')).toBe('text/event-stream');
    expect(await stale.text()).toContain('event: change');
    const waiting = (await local(`/inbox/events?mark=${mark}&id=`)).text();
    await sent();
    expect(await waiting).toContain('event: change');
  });
});
