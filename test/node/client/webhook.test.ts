import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { verifyWebhook } from '../../../src/client/webhook.ts';

const secret = `whsec_${btoa('a secret of twenty-four!')}`;
const other = `whsec_${btoa('another secret, as long!')}`;
const body = JSON.stringify({ type: 'paylink.paid', timestamp: '2026-01-01T00:00:00.000Z', data: { merchantId: 'm' } });
const now = 1_767_225_600_000;

/** As somebody else's library signs. */
function signed(by = secret, at = now, text = body): Headers {
  const signature = new Webhook(by).sign('evt_1', new Date(at), text);
  const seconds = String(Math.floor(at / 1000));
  return new Headers({ 'webhook-id': 'evt_1', 'webhook-timestamp': seconds, 'webhook-signature': signature });
}

it('a message that is signed is what it says, also while the secret changes', async () => {
  const verified = { kind: 'verified', id: 'evt_1', event: JSON.parse(body) };
  expect(await verifyWebhook(secret, signed(), body, now)).toEqual(verified);
  expect(await verifyWebhook([other, secret], signed(), body, now)).toEqual(verified);
  const both = signed();
  both.set(
    'webhook-signature',
    `v1a,nothing ${signed(other).get('webhook-signature')} ${both.get('webhook-signature')}`,
  );
  expect(await verifyWebhook(secret, both, body, now)).toEqual(verified);
});

it('another secret, another body, an old message and a missing header are rejected', async () => {
  const kindOf = async (...asked: Parameters<typeof verifyWebhook>) => (await verifyWebhook(...asked)).kind;
  expect(await kindOf(other, signed(), body, now)).toBe('rejected');
  expect(await kindOf(secret, signed(), `${body} `, now)).toBe('rejected');
  for (const off of [301_000, -301_000])
    expect(await kindOf(secret, signed(secret, now + off), body, now)).toBe('rejected');
  for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
    const headers = signed();
    headers.delete(name);
    expect(await kindOf(secret, headers, body, now)).toBe('rejected');
  }
  const garbled = signed();
  garbled.set('webhook-signature', 'v1,%%%');
  expect(await kindOf(secret, garbled, body, now)).toBe('rejected');
});
