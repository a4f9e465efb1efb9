import { describe, expect, inject, it } from 'vitest';
import { mailchannels } from '../../../src/delivery/providers/mailchannels/send.ts';
import { resend } from '../../../src/delivery/providers/resend/send.ts';
import { behave, callsOf } from '../../support/providers/fake-client.ts';
import { anEmail, fakeConfig } from '../sample.ts';

const url = inject('fakeProviders');
const config = fakeConfig(url);
const options = { timeoutMs: 10_000 };

describe('mailchannels', () => {
  it('signs with DKIM when it is configured', async () => {
    const signing = fakeConfig(url, {
      MAILCHANNELS_DKIM_DOMAIN: 'example.com',
      MAILCHANNELS_DKIM_SELECTOR: 's1',
      MAILCHANNELS_DKIM_PRIVATE_KEY: 'MIIabc',
    });
    expect(await mailchannels(signing).send(anEmail(), options)).toMatchObject({ kind: 'accepted' });
  });

  it('refuses what the SDK finds wrong before anything is sent', async () => {
    const message = anEmail({ attemptId: 'x'.repeat(49) });
    expect(await mailchannels(config).send(message, options)).toMatchObject({ kind: 'refused', by: 'provider' });
    expect(await callsOf(url, { to: message.to.email })).toMatchObject({ count: 0 });
  });

  it('reports the reason of a 202 that says failed, without the address in it', async () => {
    const message = anEmail();
    await behave(url, { provider: 'mailchannels', to: message.to.email, behaviours: ['accepted-but-failed'] });
    expect(await mailchannels(config).send(message, options)).toEqual({
      kind: 'refused',
      by: 'provider',
      reason: 'failed 550 no such user <[address]>',
    });
  });

  it('cannot settle what is unknown: its callback does', () => {
    expect(mailchannels(config).settle).toBeNull();
  });
});

describe('resend', () => {
  it('settles a lost answer by asking again under the same key, and the message is taken once', async () => {
    const message = anEmail();
    await behave(url, { provider: 'resend', to: message.to.email, behaviours: ['reset-after'] });
    expect(await resend(config).send(message, options)).toMatchObject({ kind: 'unknown' });
    const outcome = await resend(config).settle?.({ message, attemptedAt: Date.now(), knownMessageIds: [] }, options);
    const report = await callsOf(url, { to: message.to.email });
    expect(report).toMatchObject({ count: 2, delivered: 1 });
    expect(outcome).toEqual({ kind: 'accepted', messageId: report.calls[0]?.messageId });
    expect(report.calls.map(({ idempotencyKey }) => idempotencyKey)).toEqual([message.attemptId, message.attemptId]);
  });

  it('stays unknown while the first request is still being worked on, or was another message', async () => {
    const message = anEmail();
    await behave(url, { provider: 'resend', to: message.to.email, behaviours: [{ kind: 'late', ms: 500 }] });
    const first = resend(config).send(message, options);
    await expect.poll(async () => (await callsOf(url, { to: message.to.email })).delivered).toBe(1);
    const lost = { message, attemptedAt: Date.now(), knownMessageIds: [] };
    expect(await resend(config).settle?.(lost, options)).toMatchObject({ kind: 'unknown' });
    expect(await first).toMatchObject({ kind: 'accepted' });
    const changed = { ...lost, message: { ...message, subject: 'Another subject' } };
    expect(await resend(config).settle?.(changed, options)).toMatchObject({ kind: 'unknown' });
    expect(await callsOf(url, { to: message.to.email })).toMatchObject({ delivered: 1 });
  });

  it.each(['401', '400', '429', '500-before'] as const)(
    'asked again and answering %s proves nothing of the first request',
    async (behaviour) => {
      const message = anEmail();
      await behave(url, { provider: 'resend', to: message.to.email, behaviours: [behaviour] });
      const outcome = await resend(config).settle?.({ message, attemptedAt: Date.now(), knownMessageIds: [] }, options);
      expect(outcome).toMatchObject({ kind: 'unknown' });
    },
  );

  it('does not ask again once the key may be forgotten', async () => {
    const message = anEmail();
    const attemptedAt = Date.now() - 24 * 60 * 60_000;
    expect(await resend(config).settle?.({ message, attemptedAt, knownMessageIds: [] }, options)).toMatchObject({
      kind: 'unknown',
    });
    expect(await callsOf(url, { to: message.to.email })).toMatchObject({ count: 0 });
  });
});

describe.each([mailchannels, resend])('every email (%o)', (make) => {
  it('takes names and subjects that would inject a header as one harmless line', async () => {
    const evil = 'Luna"\r\nBcc: victim@example.org\u202e <x@y.z>\0';
    const message = anEmail({ subject: evil, from: { email: 'pay@example.com', name: evil } });
    const named = { ...message, to: { ...message.to, name: evil } };
    expect(await make(config).send(named, options)).toMatchObject({ kind: 'accepted' });
    const { calls } = await callsOf(url, { to: message.to.email });
    expect(calls[0]?.subject).toBe('Luna" Bcc: victim@example.org <x@y.z>');
  });

  it('needs neither a name nor a reply-to', async () => {
    const message = anEmail({ replyTo: null });
    const bare = { ...message, to: { ...message.to, name: null } };
    expect(await make(config).send(bare, options)).toMatchObject({ kind: 'accepted' });
  });
});
