import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import app from '../../src/app.ts';

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
