import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { configOf } from '../../src/env.ts';
import type { WebhookEndpoint } from '../../src/store/webhook-endpoints.ts';
import { newSecret, secretsOf, signedHeaders } from '../../src/webhooks/signature.ts';

const config = configOf(env);
const endpoint = (some: Partial<WebhookEndpoint>): WebhookEndpoint => ({
  id: 'e',
  merchantId: 'm',
  url: 'https://hooks.shop.example/',
  description: null,
  eventTypes: ['*'],
  secretCiphertext: '',
  previousSecretCiphertext: null,
  previousSecretExpiresAt: null,
  disabledAt: null,
  disabledReason: null,
  failingSince: null,
  createdAt: 0,
  updatedAt: 0,
  format: 'standard',
  headerNames: [],
  headersCiphertext: null,
  includeChildren: false,
  ...some,
});

describe('signing', () => {
  it('makes secrets of 32 bytes that open only in the row they were sealed for', async () => {
    const { secret, sealed } = await newSecret(config, 'e');
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(await secretsOf(config, endpoint({ secretCiphertext: sealed }), 0)).toEqual([secret]);
    await expect(secretsOf(config, endpoint({ id: 'other', secretCiphertext: sealed }), 0)).rejects.toThrow();
    expect((await newSecret(config, 'e')).secret).not.toBe(secret);
  });

  it('signs as the public library does, whatever the body and the time', async () => {
    const { secret } = await newSecret(config, 'e');
    const text = fc.string({ unit: 'binary' });
    await fc.assert(
      fc.asyncProperty(text, fc.uuid(), fc.integer({ min: 0, max: 4_000_000_000_000 }), async (body, id, now) => {
        const headers = await signedHeaders([secret], id, now, body);
        expect(headers['webhook-timestamp']).toBe(String(Math.floor(now / 1000)));
        expect(headers['webhook-signature']).toBe(new Webhook(secret).sign(id, new Date(now), body));
      }),
    );
  });

  it('signs with both secrets while a rotation overlaps, and not a moment longer', async () => {
    const old = await newSecret(config, 'e');
    const next = await newSecret(config, 'e');
    const now = Date.now();
    const rotated = endpoint({
      secretCiphertext: next.sealed,
      previousSecretCiphertext: old.sealed,
      previousSecretExpiresAt: now + 1,
    });
    const headers = await signedHeaders(await secretsOf(config, rotated, now), 'id', now, '{"type":"x"}');
    expect(new Webhook(old.secret).verify('{"type":"x"}', headers)).toEqual({ type: 'x' });
    expect(new Webhook(next.secret).verify('{"type":"x"}', headers)).toEqual({ type: 'x' });
    expect(() => new Webhook(old.secret).verify('{"type":"y"}', headers)).toThrow();
    expect(await secretsOf(config, rotated, now + 1)).toEqual([next.secret]);
  });
});
