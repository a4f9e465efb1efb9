import { env } from 'cloudflare:workers';
import { describe, expect, inject, it } from 'vitest';
import type { LostAttempt, SmsMessage } from '../../../src/delivery/port.ts';
import { telnyx } from '../../../src/delivery/providers/telnyx/send.ts';
import { twilio } from '../../../src/delivery/providers/twilio/send.ts';
import { configOf } from '../../../src/env.ts';
import { behave, callsOf } from '../../support/providers/fake-client.ts';
import { anSms, fakeConfig } from '../sample.ts';

const url = inject('fakeProviders');
const config = fakeConfig(url);
const options = { timeoutMs: 10_000 };

describe.each([
  { make: twilio, invalid: '21211', stopped: '21610' },
  { make: telnyx, invalid: '40310', stopped: '40300' },
])('$make.name', ({ make, invalid, stopped }) => {
  it('tells a refusal of the recipient from its own', async () => {
    const message = anSms();
    await behave(url, { provider: '*', to: message.to, behaviours: ['recipient-invalid'] });
    const outcome = await make(config).send(message, options);
    expect(outcome).toMatchObject({ kind: 'refused', by: 'recipient', reason: expect.stringContaining(invalid) });
    expect(outcome).not.toHaveProperty('optedOut');
  });

  it('says when the recipient has opted out', async () => {
    const message = anSms();
    await behave(url, { provider: '*', to: message.to, behaviours: ['opted-out'] });
    expect(await make(config).send(message, options)).toMatchObject({
      kind: 'refused',
      by: 'recipient',
      optedOut: true,
      reason: expect.stringContaining(stopped),
    });
  });
});

describe('a Twilio Messaging Service', () => {
  const service = `MG${'0a'.repeat(16)}`;

  it('is the sender in place of a number', async () => {
    for (const from of [service, '+12025550143']) {
      const message = { ...anSms(), from };
      expect(await twilio(config).send(message, options)).toMatchObject({ kind: 'accepted' });
      expect((await callsOf(url, { to: message.to })).calls).toMatchObject([{ from }]);
    }
  });

  it.each([
    [service, 'twilio', true],
    [service, 'inbox', true],
    [service, 'twilio,telnyx', false],
    ['+12025550143', 'twilio,telnyx', true],
    ['MG12', 'twilio', false],
    ['2025550143', 'twilio', false],
  ])('may be SMS_FROM: %s with %s is %s', (SMS_FROM, SMS_PROVIDERS, isRight) => {
    const secrets = { TWILIO_ACCOUNT_SID: 'AC', TWILIO_AUTH_TOKEN: 't', TELNYX_API_KEY: 'k' };
    const read = () => configOf({ ...env, ...secrets, SMS_FROM, SMS_PROVIDERS });
    if (isRight) expect(read().SMS_FROM).toBe(SMS_FROM);
    else expect(read).toThrow('SMS_FROM');
  });
});

describe('twilio settling a lost attempt', () => {
  const lost = (message: SmsMessage, more: Partial<LostAttempt> = {}): LostAttempt => ({
    message,
    attemptedAt: Date.now(),
    knownMessageIds: [],
    ...more,
  });
  const settle = async (attempt: LostAttempt, from = config) => twilio(from).settle?.(attempt, options);
  /** A message that Twilio took and never said so. */
  const lostMessage = async () => {
    const message = anSms();
    await behave(url, { provider: 'twilio', to: message.to, behaviours: ['500-after'] });
    expect(await twilio(config).send(message, options)).toMatchObject({ kind: 'unknown' });
    const sid = (await callsOf(url, { to: message.to })).calls[0]?.messageId ?? '';
    return { message, sid };
  };

  it('finds it in the list by number and short link', async () => {
    const { message, sid } = await lostMessage();
    expect(await settle(lost(message))).toEqual({ kind: 'accepted', messageId: sid });
    expect(await callsOf(url, { to: message.to })).toMatchObject({ count: 1, delivered: 1 });
  });

  it('does not take another attempt’s message for it', async () => {
    const { message, sid } = await lostMessage();
    expect(await settle(lost(message, { knownMessageIds: [sid] }))).toMatchObject({ kind: 'unknown' });
  });

  it('does not tell attempts side by side apart unless the list has a message for each', async () => {
    const { message, sid } = await lostMessage();
    const rivals = { before: 0, after: 1, refused: 0 };
    expect(await settle(lost(message, { rivals }))).toMatchObject({ kind: 'unknown' });
    await behave(url, { provider: 'twilio', to: message.to, behaviours: ['500-after'] });
    await twilio(config).send({ ...message, attemptId: crypto.randomUUID() }, options);
    const second = (await callsOf(url, { to: message.to })).calls[1]?.messageId;
    expect(await settle(lost(message, { rivals }))).toEqual({ kind: 'accepted', messageId: sid });
    expect(await settle(lost(message, { rivals: { before: 1, after: 0, refused: 0 } }))).toEqual({
      kind: 'accepted',
      messageId: second,
    });
  });

  it('does not take a message with another link, or of another time, for it', async () => {
    const { message } = await lostMessage();
    expect(await settle(lost({ ...message, shortLink: `${message.shortLink}0` }))).toMatchObject({ kind: 'unknown' });
    expect(await settle(lost({ ...message, shortLink: message.shortLink.slice(0, -1) }))).toMatchObject({
      kind: 'unknown',
    });
    expect(await settle(lost(message, { attemptedAt: Date.now() - 60 * 60_000 }))).toMatchObject({ kind: 'unknown' });
    expect(await settle(lost(message, { attemptedAt: Date.now() + 60 * 60_000 }))).toMatchObject({ kind: 'unknown' });
  });

  it('learns nothing from an empty list, a refusal or silence', async () => {
    expect(await settle(lost(anSms()))).toMatchObject({ kind: 'unknown' });
    expect(await settle(lost(anSms()), fakeConfig(url, { TWILIO_AUTH_TOKEN: 'x' }))).toMatchObject({ kind: 'unknown' });
    expect(await settle(lost(anSms()), fakeConfig('http://127.0.0.1:9'))).toMatchObject({ kind: 'unknown' });
  });
});

it('telnyx cannot settle what is unknown: its callback does', () => {
  expect(telnyx(config).settle).toBeNull();
});
