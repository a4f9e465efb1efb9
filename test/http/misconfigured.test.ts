import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import app from '../../src/app.ts';
import { type Bindings, configOf } from '../../src/env.ts';

it.each(['/healthz', '/graphql'])(
  'a wrong variable is a 500 `misconfigured` on %s, without name or value of the variable',
  async (path) => {
    const request = new Request(`http://gateway.test${path}`, { headers: { 'x-request-id': 'asked-1' } });
    const wrong = { ...env, EMAIL_FROM: 'not-an-address' };
    const response = await app.fetch(request, wrong, createExecutionContext());
    const text = await response.text();
    expect([response.status, response.headers.get('x-request-id')]).toEqual([500, 'asked-1']);
    expect(text).toContain('misconfigured');
    expect(text).not.toMatch(/EMAIL_FROM|not-an-address/);
  },
);

const deployed = { ...env, ENVIRONMENT: 'staging', PUBLIC_BASE_URL: 'https://pay.example.com' };

it.each([
  'PUBLIC_BASE_URL',
  'MAILCHANNELS_BASE_URL',
  'RESEND_BASE_URL',
  'TWILIO_BASE_URL',
  'TELNYX_BASE_URL',
  'UPSTASH_REDIS_REST_URL',
])('%s may be http only locally', (name) => {
  for (const url of ['http://api.example.com', 'HTTP://api.example.com/']) {
    const plain: Bindings = { ...deployed, [name]: url };
    expect(() => configOf(plain)).toThrow(`${name}: must begin with https:// unless ENVIRONMENT is local`);
    expect(() => configOf({ ...plain, ENVIRONMENT: 'production' })).toThrow(name);
    expect(() => configOf({ ...plain, ENVIRONMENT: 'local' })).not.toThrow();
    expect(() => configOf({ ...plain, [name]: 'https://api.example.com' })).not.toThrow();
  }
});
