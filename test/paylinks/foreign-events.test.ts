import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { configOf } from '../../src/env.ts';
import type { DeliveryEvent, DeliveryLog } from '../../src/model/delivery.ts';
import { receiveDeliveryEvents } from '../../src/paylinks/delivery-events.ts';
import { anAttempt, attemptInD1, seedSent } from '../support/attempts.ts';
import { seedMerchant } from '../support/merchants.ts';

/** What Resend reports of a message, in the worst words. */
const fromResend = (some: Partial<DeliveryEvent>): DeliveryEvent => ({
  id: `resend:${crypto.randomUUID()}`,
  provider: 'resend',
  attemptId: null,
  paylinkId: null,
  messageId: null,
  status: 'BOUNCED',
  suppression: 'hard_bounce',
  reason: 'gone',
  ...some,
});

describe('a provider’s event', () => {
  let attempt: DeliveryLog;
  beforeEach(async () => {
    attempt = anAttempt({ provider: 'mailchannels' });
    await seedSent(await seedMerchant(), [attempt]);
  });
  const told = async (event: DeliveryEvent) => {
    await receiveDeliveryEvents(env, configOf(env), [event], Date.now());
  };
  const suppressed = () =>
    env.DB.prepare('SELECT reason FROM suppressions WHERE recipient_hash = ?').bind(attempt.recipientHash).first();

  it.each([
    ['with the id of another provider’s message', () => ({ messageId: attempt.messageId })],
    ['that names an attempt of another provider', () => ({ attemptId: attempt.id, messageId: 'theirs' })],
  ])('%s is not of our attempt: it is neither changed nor suppressed', async (_, about) => {
    const event = fromResend(about());
    await told(event);
    expect(await attemptInD1(attempt.id)).toEqual({ status: 'SENT', messageId: attempt.messageId, reason: null });
    expect(await suppressed()).toBeNull();
  });

  it('of the provider that took the message is of our attempt', async () => {
    await told({ ...fromResend({ attemptId: attempt.id }), provider: 'mailchannels' });
    expect(await attemptInD1(attempt.id)).toMatchObject({ status: 'BOUNCED' });
    expect(await suppressed()).toEqual({ reason: 'hard_bounce' });
  });
});
