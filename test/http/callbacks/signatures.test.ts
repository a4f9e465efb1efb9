import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { MailChannelsKeys } from '../../../src/delivery/providers/mailchannels/keys.ts';
import { twilioCallback } from '../../../src/delivery/providers/twilio/callback.ts';
import { configOf } from '../../../src/env.ts';
import { anAttempt, attemptInD1, everything, seedSent } from '../../support/attempts.ts';
import { seedMerchant } from '../../support/merchants.ts';
import {
  type Callback,
  deliver,
  fromMailchannels,
  fromResend,
  fromTelnyx,
  fromTwilio,
  handle,
  mailchannelsKeyId,
  mailchannelsPublicKey,
  publicKeys,
  reporting,
} from '../../support/providers/signed-callbacks.ts';

const keys = publicKeys();
beforeEach(() => {
  vi.stubGlobal('fetch', keys.answer);
  for (const level of ['info', 'warn', 'error'] as const) vi.spyOn(console, level).mockImplementation(() => {});
});

/** One attempt with each provider, and the callback that says it was delivered. `now`: when it is signed. */
async function delivered(provider: string, now = Date.now()): Promise<{ attemptId: string; callback: Callback }> {
  const merchant = await seedMerchant();
  const channel = provider === 'twilio' || provider === 'telnyx' ? ('SMS' as const) : ('EMAIL' as const);
  const attempt = anAttempt({ provider, channel });
  const paylink = await seedSent(merchant, [attempt]);
  return { attemptId: attempt.id, callback: callbackOf(provider, attempt.id, paylink.id, now) };
}

function callbackOf(provider: string, attemptId: string, paylinkId: string, now: number): Callback {
  switch (provider) {
    case 'mailchannels': {
      const about = { campaign_id: attemptId, email: 'pay@example.com', recipients: ['ada@example.com'] };
      return fromMailchannels([{ event: 'delivered', customer_handle: handle, ...about }], now);
    }
    case 'resend':
      return fromResend({ type: 'email.delivered', data: { email_id: 'e', tags: { attempt: attemptId } } }, now);
    case 'telnyx': {
      const payload = { id: 'm', to: [{ phone_number: '+12025550199', status: 'delivered' }], tags: [attemptId] };
      return fromTelnyx({ data: { id: crypto.randomUUID(), event_type: 'message.finalized', payload } }, now);
    }
    default: {
      const form = { MessageSid: 'SM0123', MessageStatus: 'delivered', To: '+12025550199', AccountSid: 'AC1' };
      return fromTwilio(form, `?attempt=${attemptId}&paylink=${paylinkId}`);
    }
  }
}

const signed: Record<string, string[]> = {
  mailchannels: ['content-digest', 'signature-input', 'signature'],
  resend: ['svix-id', 'svix-timestamp', 'svix-signature'],
  telnyx: ['telnyx-timestamp', 'telnyx-signature-ed25519'],
  twilio: ['x-twilio-signature'],
};

const flipped = (bytes: Uint8Array, bit: number) =>
  bytes.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

/** The header with one bit changed; null where that is no header value that could be sent. */
function flippedHeader(value: string, bit: number): string | null {
  const changed = String.fromCharCode(
    ...flipped(
      Uint8Array.from(value, (char) => char.charCodeAt(0)),
      bit,
    ),
  );
  return /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(changed) ? changed : null;
}

// First, as changed key ids below use up the look-ups of a minute.
describe('MailChannels’ signature', () => {
  const event = { event: 'test', customer_handle: handle };

  it('of another account, though valid, is a 401 for the whole batch', async () => {
    expect((await deliver(fromMailchannels([event]))).status).toBe(200);
    expect((await deliver(fromMailchannels([event, { ...event, customer_handle: 'mallory' }]))).status).toBe(401);
    expect((await deliver(fromMailchannels([event, { event: 'test' }]))).status).toBe(401);
  });

  it('that covers other components than the digest is a 401', async () => {
    const callback = fromMailchannels([event]);
    for (const list of ['()', '("content-digest" "@method")', '("@method")', '("content-digest";req)']) {
      const input = (callback.headers['signature-input'] ?? '').replace('("content-digest")', list);
      const headers = { ...callback.headers, 'signature-input': input };
      expect((await deliver({ ...callback, headers })).status).toBe(401);
    }
  });

  it('by a key that MailChannels does not know is a 401, and its id is requested once', async () => {
    const id = 'nobody-1';
    const answers = [
      await deliver(fromMailchannels([event], Date.now(), id)),
      await deliver(fromMailchannels([event], Date.now(), id)),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    expect(keys.asked.filter((asked) => asked === id)).toHaveLength(1);
    expect(keys.asked.filter((asked) => asked === mailchannelsKeyId)).toHaveLength(1);
  });

  it('is a 503 with Retry-After while its key cannot be requested', async () => {
    vi.stubGlobal('fetch', async () => new Response('', { status: 502 }));
    const bindings = { ...reporting, MAILCHANNELS_BASE_URL: 'http://down.test' };
    const answer = await deliver(fromMailchannels([event]), bindings);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30']);
  });

  it('is checked with a rotated key, and made-up key ids cause a bounded number of requests', async () => {
    const rotating = publicKeys({ old: mailchannelsPublicKey, new: mailchannelsPublicKey });
    vi.stubGlobal('fetch', rotating.answer);
    const cache = new MailChannelsKeys();
    const config = configOf(reporting);
    const now = Date.now();
    expect(await cache.get(config, 'old', now)).not.toBeNull();
    expect(await cache.get(config, 'new', now)).not.toBeNull();
    for (let n = 0; n < 100; n++) expect(await cache.get(config, `invented-${n}`, now)).toBeNull();
    expect(rotating.asked).toHaveLength(20);
    expect(await cache.get(config, 'old', now)).not.toBeNull();
    expect(await cache.get(config, 'old', now + 3_600_000)).not.toBeNull();
    expect(rotating.asked).toHaveLength(21);
  });
});

describe('an address that posts callbacks which nobody signed', () => {
  const from = (callback: Callback, address: string): Callback => ({
    ...callback,
    headers: { ...callback.headers, 'cf-connecting-ip': address },
  });

  it('gets 429 and has no key looked up, and what is signed there is heard all the same', async () => {
    const flooding = '203.0.113.50';
    const { callback } = await delivered('twilio');
    const unsigned = { ...callback, headers: { ...callback.headers, 'x-twilio-signature': 'no' } };
    const statuses: number[] = [];
    for (let n = 0; n < 250; n++) statuses.push((await deliver(from(unsigned, flooding))).status);
    expect(statuses.slice(0, 50)).toEqual(Array.from({ length: 50 }, () => 401));
    expect(statuses.at(-1)).toBe(429);
    expect((await deliver(from(unsigned, '203.0.113.51'))).status).toBe(401);
    const invented = fromMailchannels([{ event: 'test', customer_handle: handle }], Date.now(), 'invented-by-a-flood');
    expect((await deliver(from(invented, flooding))).status).toBe(429);
    expect(keys.asked).not.toContain('invented-by-a-flood');
    for (const provider of Object.keys(signed))
      expect((await deliver(from((await delivered(provider)).callback, flooding))).status).toBe(200);
  });
});

describe.each(Object.keys(signed))('a callback of %s', (provider) => {
  it('is accepted when another implementation signed it', async () => {
    const { attemptId, callback } = await delivered(provider);
    expect((await deliver(callback)).status).toBe(200);
    expect(await attemptInD1(attemptId)).toMatchObject({ status: 'DELIVERED' });
  });

  it('with any bit of its headers changed is a 401 and changes nothing', async () => {
    const { callback } = await delivered(provider);
    const before = await everything();
    for (const name of signed[provider] ?? []) {
      const value = callback.headers[name] ?? '';
      for (let bit = 0; bit < value.length * 8; bit++) {
        const changed = flippedHeader(value, bit);
        if (changed === null) continue;
        const { status } = await deliver({ ...callback, headers: { ...callback.headers, [name]: changed } });
        if (status !== 401) expect.fail(`${name}: ${changed} was answered ${status}`);
      }
    }
    expect(await everything()).toEqual(before);
  });

  it('with any bit of its body changed is a 401 and changes nothing', async () => {
    const { callback } = await delivered(provider);
    const before = await everything();
    for (let bit = 0; bit < callback.body.length * 8; bit++) {
      const { status } = await deliver({ ...callback, body: flipped(callback.body, bit) });
      if (status !== 401) expect.fail(`bit ${bit} was answered ${status}`);
    }
    expect(await everything()).toEqual(before);
  });

  it('without one of its headers, or without a configured secret, is a 401 and changes nothing', async () => {
    const { callback } = await delivered(provider);
    const before = await everything();
    for (const name of signed[provider] ?? []) {
      const { [name]: _, ...headers } = callback.headers;
      const answer = await deliver({ ...callback, headers });
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ code: 'unauthenticated' });
    }
    expect((await deliver(callback, env)).status).toBe(401);
    expect(await everything()).toEqual(before);
  });
});

describe.each(['mailchannels', 'resend', 'telnyx'])('a callback of %s, whose signature has a time,', (provider) => {
  it('ten minutes old, or ten minutes early, is a 401 and changes nothing', async () => {
    const { callback: old } = await delivered(provider, Date.now() - 600_000);
    const { callback: early } = await delivered(provider, Date.now() + 600_000);
    const before = await everything();
    expect([(await deliver(old)).status, (await deliver(early)).status]).toEqual([401, 401]);
    expect(await everything()).toEqual(before);
  });
});

describe('Twilio’s signature', () => {
  it.each([null, '', 'no', 'x'.repeat(28), 'AAAA'])(
    'that cannot be one (%s) spares the form being read',
    async (signature) => {
      const request = {
        url: new URL('http://gateway.test/webhooks/twilio'),
        headers: new Headers(signature === null ? {} : { 'x-twilio-signature': signature }),
        get body(): Uint8Array {
          throw new Error('the form was read');
        },
        now: Date.now(),
        mayAsk: true,
      };
      expect(await twilioCallback.read(configOf(reporting), request)).toEqual({ kind: 'not_signed' });
    },
  );

  it('is of a form of at most 64 KiB', async () => {
    const long = fromTwilio({ MessageSid: 'SM1', Body: 'x'.repeat(65_536) });
    expect((await deliver(long)).status).toBe(413);
    expect((await deliver(fromTwilio({ MessageSid: 'SM1', Body: 'x'.repeat(65_000) }))).status).toBe(200);
  });

  it('covers the URL with its query', async () => {
    const { callback, attemptId } = await delivered('twilio');
    const other = callback.path.replace(attemptId, crypto.randomUUID());
    expect((await deliver({ ...callback, path: other })).status).toBe(401);
  });

  it('is valid for any form that Twilio’s own package signs', async () => {
    const name = fc.string({ minLength: 1, maxLength: 8, unit: 'binary' }).filter((text) => text !== '__proto__');
    const text = fc.string({ maxLength: 12, unit: 'binary' });
    const form = fc.dictionary(name, text, { noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(form, async (fields) => {
        expect((await deliver(fromTwilio({ ...fields, SmsStatus: 'received' }))).status).toBe(200);
      }),
      { numRuns: 100 },
    );
  });
});
