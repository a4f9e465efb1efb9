import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { configOf } from '../../../src/env.ts';
import { recipientHash } from '../../../src/paylinks/recipients/recipient.ts';
import { recipientKey } from '../../../src/paylinks/recipients/recipient-key.ts';
import { anAttempt, attemptInD1, seedSent } from '../../support/attempts.ts';
import { seedMerchant } from '../../support/merchants.ts';
import {
  deliver,
  fromMailchannels,
  fromResend,
  fromTelnyx,
  fromTwilio,
  reporting,
} from '../../support/providers/signed-callbacks.ts';
import { loggedWithoutRecipients, mailchannels, resend, suppressionsOf, telnyx } from './events.ts';

loggedWithoutRecipients();
const config = configOf(reporting);
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

  it.each([
    ['another number', [{ phone_number: '+12025550199' }], false],
    ['ours', [{ phone_number: '+12025550143' }], true],
    ['several, ours too', [{ phone_number: '+12025550199' }, { phone_number: '+12025550143' }], true],
  ])('by a STOP at Telnyx counts for our own sender alone: to %s', async (_, to, counts) => {
    await seedMerchant();
    numbers += 1;
    const from = `+1202555${numbers}`;
    const hash = await recipientHash(await recipientKey(env.DB, config), 'SMS', from);
    const inbound = (text: string, sentTo: object[]) => {
      const payload = { id: crypto.randomUUID(), from: { phone_number: from }, to: sentTo, text };
      return fromTelnyx({ data: { id: crypto.randomUUID(), event_type: 'message.received', payload } });
    };
    expect((await deliver(inbound('STOP', to))).status).toBe(200);
    expect((await suppressionsOf(hash)).length).toBe(counts ? 1 : 0);
    // Nor does a START elsewhere lift what was said to us.
    await deliver(inbound('STOP', [{ phone_number: '+12025550143' }]));
    await deliver(inbound('START', [{ phone_number: '+12025550199' }]));
    expect((await suppressionsOf(hash)).length).toBe(1);
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
