import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { configOf } from '../../../src/env.ts';
import type { DeliveryLog } from '../../../src/model/delivery.ts';
import { sweepProviderEvents } from '../../../src/paylinks/delivery-events.ts';
import { recipientHash } from '../../../src/paylinks/recipients/recipient.ts';
import { recipientKey } from '../../../src/paylinks/recipients/recipient-key.ts';
import { anAttempt, attemptInD1, project, seedSent } from '../../support/attempts.ts';
import { seedMerchant } from '../../support/merchants.ts';
import {
  deliver,
  fromMailchannels,
  fromResend,
  fromTelnyx,
  fromTwilio,
  handle,
  publicKeys,
  reporting,
} from '../../support/providers/signed-callbacks.ts';

const lines: string[] = [];
beforeEach(() => {
  vi.stubGlobal('fetch', publicKeys().answer);
  lines.length = 0;
  for (const level of ['info', 'warn', 'error', 'log'] as const)
    vi.spyOn(console, level).mockImplementation((line) => lines.push(String(line)));
});
afterEach(() => {
  vi.restoreAllMocks();
  expect(lines.join('\n')).not.toMatch(/@|\+1202|12025550/);
});

const config = configOf(reporting);
const minute = 60_000;

const mailchannels = (attempt: DeliveryLog, event: string, some: object = {}) => ({
  event,
  email: 'pay@example.com',
  customer_handle: handle,
  campaign_id: attempt.id,
  recipients: ['ada@example.com'],
  timestamp: 1_750_000_000,
  ...some,
});
const resend = (attempt: DeliveryLog, type: string, some: object = {}) => ({
  type,
  created_at: '2026-01-01T00:00:00Z',
  data: { email_id: attempt.messageId, to: ['ada@example.com'], tags: { attempt: attempt.id }, ...some },
});
const telnyx = (attempt: DeliveryLog, status: string, some: object = {}) => ({
  data: {
    id: crypto.randomUUID(),
    event_type: status === 'sent' ? 'message.sent' : 'message.finalized',
    payload: { id: attempt.messageId, to: [{ phone_number: '+12025550123', status }], tags: [attempt.id], ...some },
  },
});

const suppressionsOf = async (hash: string) =>
  (
    await env.DB.prepare(
      'SELECT merchant_id AS merchantId, channel, recipient, reason FROM suppressions WHERE recipient_hash = ?',
    )
      .bind(hash)
      .all()
  ).results;
const waiting = async () =>
  (await env.DB.prepare('SELECT id FROM provider_reports WHERE due_at IS NOT NULL').all()).results;

describe('a delivery event', () => {
  it('changes the status of its attempt, and is deleted once applied', async () => {
    const attempts = [
      anAttempt(),
      anAttempt({ provider: 'resend' }),
      anAttempt({ provider: 'telnyx', channel: 'SMS' }),
      anAttempt({ provider: 'twilio', channel: 'SMS' }),
    ] as const;
    const { id } = await seedSent(await seedMerchant(), [...attempts]);
    const [one, two, three, four] = attempts;
    await deliver(fromMailchannels([mailchannels(one, 'delivered')]));
    await deliver(fromResend(resend(two, 'email.delivered')));
    await deliver(
      fromTelnyx(telnyx(three, 'delivery_failed', { errors: [{ code: '40008', title: 'Undeliverable' }] })),
    );
    const twilio = { MessageSid: four.messageId ?? '', MessageStatus: 'undelivered', ErrorCode: '30003' };
    const answer = await deliver(fromTwilio(twilio, `?attempt=${four.id}&paylink=${id}`));
    expect(answer.headers.get('content-type')).toBe('text/xml');
    expect(await answer.text()).toBe('<?xml version="1.0" encoding="UTF-8"?><Response/>');
    expect(await Promise.all(attempts.map((attempt) => attemptInD1(attempt.id)))).toEqual([
      { status: 'DELIVERED', messageId: one.messageId, reason: null },
      { status: 'DELIVERED', messageId: two.messageId, reason: null },
      { status: 'FAILED', messageId: three.messageId, reason: '40008 Undeliverable' },
      { status: 'FAILED', messageId: four.messageId, reason: 'error 30003' },
    ]);
    expect((await env.DB.prepare('SELECT id FROM provider_reports').all()).results).toEqual([]);
  });

  it('that names no attempt of ours is taken, and nothing is stored or changed for it: its message is not ours', async () => {
    const attempt = anAttempt({ provider: 'resend' });
    await seedSent(await seedMerchant(), [attempt]);
    const answer = await deliver(fromResend(resend(attempt, 'email.delivered', { tags: undefined })));
    expect([answer.status, await attemptInD1(attempt.id), await waiting()]).toMatchObject([
      200,
      { status: 'SENT' },
      [],
    ]);
  });

  it('changes nothing when it is late or repeated', async () => {
    const attempt = anAttempt();
    await seedSent(await seedMerchant(), [attempt]);
    await deliver(fromMailchannels([mailchannels(attempt, 'delivered')]));
    const version = () => env.DB.prepare('SELECT version FROM paylink_logs WHERE id = ?').bind(attempt.id).first();
    const before = await version();
    await deliver(fromMailchannels([mailchannels(attempt, 'processed'), mailchannels(attempt, 'delivered')]));
    expect([await attemptInD1(attempt.id), await version()]).toMatchObject([{ status: 'DELIVERED' }, before]);
  });

  it('is accepted and counted when its type is unknown', async () => {
    const attempt = anAttempt();
    await seedSent(await seedMerchant(), [attempt]);
    const batch = [mailchannels(attempt, 'teleported'), mailchannels(attempt, 'test'), { customer_handle: handle }];
    expect((await deliver(fromMailchannels(batch))).status).toBe(200);
    expect((await deliver(fromResend({ type: 'domain.created', data: {} }))).status).toBe(200);
    const strange = { data: { id: 'x', event_type: 'fax.sent', payload: {} } };
    expect((await deliver(fromTelnyx(strange))).status).toBe(200);
    expect((await deliver(fromTwilio({ MessageSid: 'SM1', MessageStatus: 'pondering' }))).status).toBe(200);
    expect(await attemptInD1(attempt.id)).toMatchObject({ status: 'SENT' });
    const counted = lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'provider_event_ignored');
    const types = ['teleported', 'test', 'malformed', 'domain.created', 'fax.sent', 'pondering'];
    expect(counted.map(({ type, count }) => [type, count])).toEqual(types.map((type) => [type, 1]));
  });

  it('is stored when its attempt is not recorded yet, and applied by the sweep', async () => {
    const attempt = anAttempt({ status: 'UNKNOWN', messageId: null, acceptedAt: null });
    const paylink = await seedSent(await seedMerchant(), []);
    const batch = [
      mailchannels(attempt, 'hard-bounced', { smtp_id: '<1@example>', status: '550', reason: 'no <ada@example.com>' }),
    ];
    expect((await deliver(fromMailchannels(batch))).status).toBe(200);
    expect(await waiting()).toHaveLength(1);
    expect(JSON.stringify((await env.DB.prepare('SELECT * FROM provider_reports').all()).results)).not.toContain('ada');
    await sweepProviderEvents(reporting, config, Date.now() + minute);
    expect(await waiting()).toHaveLength(1);
    await project(paylink, [attempt]);
    await sweepProviderEvents(reporting, config, Date.now() + 5 * minute);
    expect(await waiting()).toEqual([]);
    expect(await attemptInD1(attempt.id)).toEqual({
      status: 'BOUNCED',
      messageId: '<1@example>',
      reason: '550 no <[address]>',
    });
    expect(await suppressionsOf(attempt.recipientHash)).toMatchObject([{ reason: 'hard_bounce' }]);
  });

  it('is stored before the answer, and applied by the sweep when that fails', async () => {
    const attempt = anAttempt();
    await seedSent(await seedMerchant(), [attempt]);
    const COORDINATOR = {
      ...env.COORDINATOR,
      idFromName: () => {
        throw new Error('unreachable');
      },
      get: env.COORDINATOR.get,
    };
    expect(
      (await deliver(fromMailchannels([mailchannels(attempt, 'delivered')]), { ...reporting, COORDINATOR })).status,
    ).toBe(200);
    await sweepProviderEvents(reporting, config, Date.now() + 3 * minute);
    expect(await attemptInD1(attempt.id)).toMatchObject({ status: 'DELIVERED' });
  });

  it('is deleted after a week when its attempt was never found', async () => {
    await seedMerchant();
    await deliver(fromMailchannels([mailchannels(anAttempt(), 'delivered')]));
    const week = 7 * 24 * 60 * minute;
    await sweepProviderEvents(reporting, config, Date.now() + week - minute);
    expect(await waiting()).toHaveLength(1);
    await sweepProviderEvents(reporting, config, Date.now() + week + minute);
    expect(await waiting()).toEqual([]);
  });

  it('comes in batches of a thousand: four calls to their coordinator, and not one row that waits', async () => {
    const merchant = await seedMerchant();
    const attempts = Array.from({ length: 40 }, () => anAttempt());
    for (let at = 0; at < 40; at += 4) await seedSent(merchant, attempts.slice(at, at + 4));
    const batch = Array.from({ length: 1_000 }, (_, n) => {
      const attempt = attempts[n % attempts.length];
      if (!attempt) throw new Error('none');
      return mailchannels(attempt, n < 500 ? 'processed' : 'delivered', { request_id: `r-${n}` });
    });
    let calls = 0;
    const COORDINATOR = new Proxy(reporting.COORDINATOR, {
      get(target, name) {
        if (name === 'get') calls += 1;
        return Reflect.get(target, name).bind(target);
      },
    });
    expect((await deliver(fromMailchannels(batch), { ...reporting, COORDINATOR })).status).toBe(200);
    expect([calls, await waiting()]).toEqual([4, []]);
    const { results } = await env.DB.prepare("SELECT id FROM paylink_logs WHERE status = 'DELIVERED'").all();
    expect(attempts.filter(({ id }) => !results.some((row) => row.id === id))).toEqual([]);
  });
});

const service = `MG${'0'.repeat(32)}`;
/** The last four digits of customers who say STOP. */
let numbers = 1000;

describe('a suppression', () => {
  it('is written for hard bounces, complaints and unsubscribes, for that merchant and channel', async () => {
    const merchant = await seedMerchant();
    const expected: [string, object, string | null][] = [
      ['hard-bounced', {}, 'hard_bounce'],
      ['complained', {}, 'complaint'],
      ['unsubscribed', {}, 'unsubscribe'],
      ['soft-bounced', {}, null],
      ['dropped', {}, null],
    ];
    for (const [event, some, reason] of expected) {
      const attempt = anAttempt();
      await seedSent(merchant, [attempt]);
      await deliver(fromMailchannels([mailchannels(attempt, event, some)]));
      const row = { merchantId: merchant.id, channel: 'EMAIL', recipient: 'ada@example.com', reason };
      expect(await suppressionsOf(attempt.recipientHash)).toEqual(reason ? [row] : []);
    }
    for (const [type, reason] of [
      ['Permanent', 'hard_bounce'],
      ['Transient', null],
    ] as const) {
      const attempt = anAttempt({ provider: 'resend' });
      await seedSent(merchant, [attempt]);
      await deliver(fromResend(resend(attempt, 'email.bounced', { bounce: { type, message: 'gone' } })));
      expect(await attemptInD1(attempt.id)).toMatchObject({ status: 'BOUNCED', reason: `${type} gone` });
      expect(await suppressionsOf(attempt.recipientHash)).toMatchObject(reason ? [{ reason }] : []);
    }
  });

  it('is not written again by a repeated event after the merchant lifted it', async () => {
    const attempt = anAttempt();
    await seedSent(await seedMerchant(), [attempt]);
    const callback = fromMailchannels([mailchannels(attempt, 'hard-bounced')]);
    await deliver(callback);
    await env.DB.prepare('DELETE FROM suppressions WHERE recipient_hash = ?').bind(attempt.recipientHash).run();
    await deliver(callback);
    expect(await suppressionsOf(attempt.recipientHash)).toEqual([]);
  });

  it('is written by a STOP for every merchant of the sender, until a START; repeats change nothing', async () => {
    await seedMerchant();
    const number = '+12025550177';
    const hash = await recipientHash(await recipientKey(env.DB, config), 'SMS', number);
    const twilio = (sid: string, Body: string, OptOutType?: string) =>
      fromTwilio({ MessageSid: sid, From: number, To: '+12025550143', Body, ...(OptOutType ? { OptOutType } : {}) });
    const telnyxInbound = (id: string, text: string) => {
      const payload = { id, direction: 'inbound', from: { phone_number: number }, text };
      return fromTelnyx({ data: { id, event_type: 'message.received', payload } });
    };
    const shared = [{ merchantId: '*', channel: 'SMS', recipient: null, reason: 'stop' }];
    const stop = twilio('SM1', 'please stop it', 'STOP');
    await deliver(twilio('SM0', 'When will it come?'));
    expect(await suppressionsOf(hash)).toEqual([]);
    await deliver(stop);
    expect(await suppressionsOf(hash)).toEqual(shared);
    await deliver(twilio('SM2', ' Start. '));
    expect(await suppressionsOf(hash)).toEqual([]);
    await deliver(stop);
    expect(await suppressionsOf(hash)).toEqual([]);
    await deliver(telnyxInbound('t1', 'STOP'));
    expect(await suppressionsOf(hash)).toEqual(shared);
    await deliver(telnyxInbound('t2', 'unstop'));
    expect(await suppressionsOf(hash)).toEqual([]);
  });

  it.each([
    ['another account’s', { AccountSid: 'AC99' }, {}, false],
    ['another number’s', { To: '+12025550199' }, {}, false],
    ['our number’s', {}, {}, true],
    ['our Messaging Service’s', { To: '+12025550199', MessagingServiceSid: service }, { SMS_FROM: service }, true],
    ['another Messaging Service’s', { MessagingServiceSid: `MG${'1'.repeat(32)}` }, { SMS_FROM: service }, false],
  ])('by a STOP at Twilio counts for our own account and sender alone: %s', async (_, sent, bindings, counts) => {
    await seedMerchant();
    numbers += 1;
    const from = `+1202555${numbers}`;
    const hash = await recipientHash(await recipientKey(env.DB, config), 'SMS', from);
    const form = { MessageSid: crypto.randomUUID(), From: from, To: '+12025550143', Body: 'STOP', ...sent };
    const answer = await deliver(fromTwilio(form), { ...reporting, ...bindings });
    expect(answer.status).toBe(200);
    expect((await suppressionsOf(hash)).length).toBe(counts ? 1 : 0);
    // Nor does a START elsewhere lift what was said to us.
    await deliver(fromTwilio({ ...form, To: '+12025550143' }), reporting);
    const before = await suppressionsOf(hash);
    await deliver(fromTwilio({ ...form, MessageSid: crypto.randomUUID(), To: '+12025550177', Body: 'START' }));
    expect(await suppressionsOf(hash)).toEqual(before);
  });

  it('is written by a callback that says the recipient has opted out', async () => {
    const merchant = await seedMerchant();
    const one = anAttempt({ provider: 'twilio', channel: 'SMS', recipient: null });
    const two = anAttempt({ provider: 'telnyx', channel: 'SMS', recipient: null });
    const { id } = await seedSent(merchant, [one, two]);
    const failed = { MessageSid: 'SM9', MessageStatus: 'failed', ErrorCode: '21610' };
    await deliver(fromTwilio(failed, `?attempt=${one.id}&paylink=${id}`));
    await deliver(fromTelnyx(telnyx(two, 'sending_failed', { errors: [{ code: '40300', title: 'Blocked' }] })));
    const row = { merchantId: merchant.id, channel: 'SMS', recipient: null, reason: 'stop' };
    expect([await suppressionsOf(one.recipientHash), await suppressionsOf(two.recipientHash)]).toEqual([[row], [row]]);
  });
});
