import { describe, expect, inject, it } from 'vitest';
import { resend } from '../../../src/delivery/providers/resend/send.ts';
import { twilio } from '../../../src/delivery/providers/twilio/send.ts';
import { anEmail, anSms, fakeConfig } from '../../delivery/sample.ts';
import { Behaviours } from './fake-behaviour.ts';
import { behave, callsOf } from './fake-client.ts';
import { fakeCredentials } from './fake-credentials.ts';

const url = inject('fakeProviders');
const config = fakeConfig(url);
const options = { timeoutMs: 10_000 };

describe('the fake providers', () => {
  it('refuse a malformed request with the reason, and take nothing', async () => {
    const answer = await fetch(`${url}/v2/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${fakeCredentials.TELNYX_API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        from: '+12025550143',
        to: '3333333333',
        text: 'x',
        type: 'SMS',
        webhook_url: 'https://a.example/?attempt=1',
      }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('to');
  });

  it('know nothing but their routes', async () => {
    expect((await fetch(`${url}/tx/v1/send`)).status).toBe(404);
    expect((await fetch(`${url}/_control`, { method: 'POST', body: '{"provider":"nobody"}' })).status).toBe(400);
  });

  it('behave as queued, one request each, and then well again', async () => {
    const { to } = anSms();
    await behave(url, { provider: 'twilio', to, behaviours: ['429', '500-before'] });
    const kinds = [];
    for (let turn = 0; turn < 3; turn += 1) kinds.push((await twilio(config).send(anSms({ to }), options)).kind);
    expect(kinds).toEqual(['refused', 'unknown', 'accepted']);
  });

  it('draw from a mix by seed and attempt, whatever the order, so that a run can be repeated', () => {
    const attempts = Array.from({ length: 40 }, (_, index) => `attempt-${index}`);
    const run = (seed: string, order: string[]) => {
      const behaviours = new Behaviours();
      behaviours.add({ provider: '*', as: 'mix', seed, behaviours: ['ok', '429', 'hang'] });
      return new Map(
        [...order, ...order].map((id, index) => [`${id} ${index < 40}`, behaviours.next('twilio', '+1', id)]),
      );
    };
    const first = run('a', attempts);
    expect(new Set(first.values())).toEqual(new Set(['ok', '429', 'hang']));
    expect(run('a', attempts.toReversed())).toEqual(first);
    expect(run('b', attempts)).not.toEqual(first);
  });

  it('count a message once, however often it is asked for under one key', async () => {
    const message = anEmail();
    for (let turn = 0; turn < 3; turn += 1) await resend(config).send(message, options);
    expect(await callsOf(url, { to: message.to.email })).toMatchObject({ count: 3, delivered: 1 });
  });
});
