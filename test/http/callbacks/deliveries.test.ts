import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { configOf } from '../../../src/env.ts';
import { sweepProviderEvents } from '../../../src/paylinks/delivery-events.ts';
import { anAttempt, attemptInD1, project, seedSent } from '../../support/attempts.ts';
import { seedMerchant } from '../../support/merchants.ts';
import {
  deliver,
  fromMailchannels,
  fromResend,
  fromTelnyx,
  fromTwilio,
  handle,
  reporting,
} from '../../support/providers/signed-callbacks.ts';
import { loggedWithoutRecipients, mailchannels, resend, suppressionsOf, telnyx } from './events.ts';

const lines = loggedWithoutRecipients();
const config = configOf(reporting);
const minute = 60_000;

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
