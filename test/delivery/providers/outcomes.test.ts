import { describe, expect, inject, it } from 'vitest';
import type { Message, Provider, ProviderOutcome } from '../../../src/delivery/port.ts';
import { mailchannels } from '../../../src/delivery/providers/mailchannels/send.ts';
import { resend } from '../../../src/delivery/providers/resend/send.ts';
import { telnyx } from '../../../src/delivery/providers/telnyx/send.ts';
import { twilio } from '../../../src/delivery/providers/twilio/send.ts';
import type { Config } from '../../../src/env.ts';
import type { Behaviour } from '../../support/providers/fake-behaviour.ts';
import { behave, callsOf } from '../../support/providers/fake-client.ts';
import { anEmail, anSms, fakeConfig } from '../sample.ts';

const url = inject('fakeProviders');
const config = fakeConfig(url);

const fleet: { make: (config: Config) => Provider; message: () => Message }[] = [
  { make: mailchannels, message: anEmail },
  { make: resend, message: anEmail },
  { make: twilio, message: anSms },
  { make: telnyx, message: anSms },
];

const addressOf = (message: Message) => (message.channel === 'EMAIL' ? message.to.email : message.to);
const short = { timeoutMs: 700 };
const ample = { timeoutMs: 10_000 };

/** What an answer has to be read as, and whether the provider had taken the message. */
type Expectation = {
  behaviour: Behaviour;
  outcome: (outcome: ProviderOutcome) => unknown;
  is: unknown;
  taken: number;
  timeoutMs?: number;
};
const kindAndBy = (outcome: ProviderOutcome) =>
  outcome.kind === 'refused' ? [outcome.kind, outcome.by] : [outcome.kind];
const expected: Expectation[] = [
  { behaviour: 'ok', outcome: kindAndBy, is: ['accepted'], taken: 1 },
  { behaviour: { kind: 'slow', ms: 20 }, outcome: kindAndBy, is: ['accepted'], taken: 1 },
  { behaviour: { kind: 'late', ms: 20 }, outcome: kindAndBy, is: ['accepted'], taken: 1 },
  ...(['400', '401', '403', '429'] as const).map(
    (behaviour): Expectation => ({ behaviour, outcome: kindAndBy, is: ['refused', 'provider'], taken: 0 }),
  ),
  { behaviour: 'accepted-but-failed', outcome: kindAndBy, is: ['refused', 'provider'], taken: 0 },
  ...(['500-before', '502-before', 'reset-before', '409', 'redirect'] as const).map(
    (behaviour): Expectation => ({ behaviour, outcome: kindAndBy, is: ['unknown'], taken: 0 }),
  ),
  ...[521, 523, 525, 526, 530].map(
    (status): Expectation => ({
      behaviour: { kind: 'edge', status, taken: false },
      outcome: (o) => o,
      is: { kind: 'refused', by: 'provider', reason: `${status} the provider was not reached` },
      taken: 0,
    }),
  ),
  ...[520, 522, 524].flatMap((status) =>
    [false, true].map(
      (taken): Expectation => ({
        behaviour: { kind: 'edge', status, taken },
        outcome: (o) => o,
        is: { kind: 'unknown', reason: `answered ${status}` },
        taken: taken ? 1 : 0,
      }),
    ),
  ),
  ...(['500-after', 'reset-after', 'close-after', 'garbage', 'huge'] as const).map(
    (behaviour): Expectation => ({ behaviour, outcome: kindAndBy, is: ['unknown'], taken: 1 }),
  ),
  {
    behaviour: 'hang',
    outcome: (o) => o,
    is: { kind: 'unknown', reason: 'no answer within 700 ms' },
    taken: 1,
    timeoutMs: 700,
  },
  { behaviour: 'hang-before', outcome: kindAndBy, is: ['unknown'], taken: 0, timeoutMs: 700 },
  { behaviour: 'stall', outcome: kindAndBy, is: ['unknown'], taken: 1, timeoutMs: 700 },
];

describe.each(fleet.map((one) => ({ ...one, name: one.make(config).name })))(
  '$name',
  ({ name, make, message: aMessage }) => {
    const provider = make(config);

    it.each(expected)(
      'answering $behaviour makes $is, and is asked once',
      async ({ behaviour, outcome, is, taken, timeoutMs }) => {
        const message = aMessage();
        const to = addressOf(message);
        await behave(url, { provider: name === 'inbox' ? '*' : name, to, behaviours: [behaviour], as: 'mode' });
        expect(outcome(await provider.send(message, timeoutMs === undefined ? ample : short))).toEqual(is);
        expect(await callsOf(url, { to })).toMatchObject({ count: 1, malformed: 0, delivered: taken });
      },
    );

    it('passes the trace on and names the message it took', async () => {
      const message = aMessage();
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const outcome = await provider.send(message, { ...ample, traceparent });
      const { calls } = await callsOf(url, { to: addressOf(message) });
      expect(calls).toMatchObject([{ attemptId: message.attemptId, traceparent, problem: null, text: message.text }]);
      expect(outcome).toEqual({ kind: 'accepted', messageId: calls[0]?.messageId });
    });

    it('keeps the recipient out of the reason of a refusal', async () => {
      for (const behaviour of ['400', 'accepted-but-failed', 'recipient-invalid'] as const) {
        const message = aMessage();
        const to = addressOf(message);
        await behave(url, { provider: '*', to, behaviours: [behaviour] });
        const outcome = await provider.send(message, ample);
        expect(outcome.kind).toBe('refused');
        expect(JSON.stringify(outcome)).not.toContain(to.replace('+', ''));
      }
    });

    it('does not know what became of a message when nothing listens', async () => {
      const nowhere = make(fakeConfig('http://127.0.0.1:9'));
      expect(kindAndBy(await nowhere.send(aMessage(), ample))).toEqual(['unknown']);
    });

    it('is refused with wrong credentials', async () => {
      const wrong = { MAILCHANNELS_API_KEY: 'x', RESEND_API_KEY: 'x', TWILIO_AUTH_TOKEN: 'x', TELNYX_API_KEY: 'x' };
      expect(kindAndBy(await make(fakeConfig(url, wrong)).send(aMessage(), ample))).toEqual(['refused', 'provider']);
    });

    it('does not send a message of the other channel', async () => {
      const other = aMessage().channel === 'EMAIL' ? anSms() : anEmail();
      expect(await provider.send(other, ample)).toEqual({ kind: 'refused', by: 'provider', reason: 'wrong channel' });
    });
  },
);
