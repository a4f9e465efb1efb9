import { describe, expect, inject, it } from 'vitest';
import type { InboxWriter } from '../../src/delivery/port.ts';
import { inbox } from '../../src/delivery/providers/inbox/send.ts';
import { callbackHandlers, providersFor } from '../../src/delivery/providers/index.ts';
import { webhookRoutes } from '../../src/http/callbacks/routes.ts';
import { anEmail, anSms, fakeConfig } from './sample.ts';

const config = fakeConfig(inject('fakeProviders'), { EMAIL_PROVIDERS: 'resend,inbox,mailchannels' });
const nowhere: InboxWriter = async () => {};
const options = { timeoutMs: 5_000 };

describe('the providers of a channel', () => {
  it('come in the configured order', () => {
    const names = (channel: 'EMAIL' | 'SMS') => providersFor(config, channel, 'live', nowhere).map(({ name }) => name);
    expect(names('EMAIL')).toEqual(['resend', 'inbox', 'mailchannels']);
    expect(names('SMS')).toEqual(['twilio', 'telnyx']);
  });

  it('are the inbox alone for a test-mode merchant', () => {
    for (const channel of ['EMAIL', 'SMS'] as const) {
      expect(providersFor(config, channel, 'test', nowhere)).toMatchObject([{ name: 'inbox', channel }]);
    }
  });

  it('say how they settle an unknown attempt: by looking it up, by repeating it under its key, or not at all', () => {
    const providers = [
      ...providersFor(config, 'EMAIL', 'live', nowhere),
      ...providersFor(config, 'SMS', 'live', nowhere),
    ];
    expect(providers.map(({ name, settles, settle }) => [name, settles, settle !== null])).toEqual([
      ['resend', 'repeat', true],
      ['inbox', 'repeat', true],
      ['mailchannels', null, false],
      ['twilio', 'lookup', true],
      ['telnyx', null, false],
    ]);
  });

  it('report at a path of their own, all but the inbox', () => {
    expect([...callbackHandlers.keys()]).toEqual(['mailchannels', 'resend', 'twilio', 'telnyx']);
    for (const name of callbackHandlers.keys()) expect(Object.keys(webhookRoutes)).toContain(`/webhooks/${name}`);
  });
});

describe('the inbox', () => {
  it('keeps a message under its attempt’s id, also when it settles', async () => {
    const kept: Parameters<InboxWriter>[0][] = [];
    const write: InboxWriter = async (message) => {
      kept.push(message);
    };
    const email = anEmail();
    const sms = anSms();
    expect(await inbox('EMAIL', write).send(email, options)).toEqual({ kind: 'accepted', messageId: email.attemptId });
    expect(await inbox('SMS', write).settle?.({ message: sms, attemptedAt: 5, knownMessageIds: [] }, options)).toEqual({
      kind: 'accepted',
      messageId: sms.attemptId,
    });
    expect(kept).toMatchObject([
      {
        id: email.attemptId,
        channel: 'EMAIL',
        to: email.to.email,
        subject: email.subject,
        html: email.html,
        text: email.text,
      },
      { id: sms.attemptId, channel: 'SMS', to: sms.to, subject: null, html: null, text: sms.text, createdAt: 5 },
    ]);
  });

  it('does not know what became of a message that could not be written, or not in time', async () => {
    const failing: InboxWriter = () => Promise.reject(new Error('D1 is away'));
    const silent: InboxWriter = () => new Promise(() => {});
    expect(await inbox('SMS', failing).send(anSms(), options)).toMatchObject({ kind: 'unknown' });
    expect(await inbox('SMS', silent).send(anSms(), { timeoutMs: 20 })).toMatchObject({ kind: 'unknown' });
  });
});
