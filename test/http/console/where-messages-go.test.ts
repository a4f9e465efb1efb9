import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import app from '../../../src/app.ts';
import type { Bindings } from '../../../src/env.ts';
import { merchantApi } from '../../support/api.ts';

const staging = { ENVIRONMENT: 'staging', PUBLIC_BASE_URL: 'https://pay.example.com' };
const inbox = { EMAIL_PROVIDERS: 'inbox', SMS_PROVIDERS: 'inbox' };
const resend = {
  ...inbox,
  EMAIL_PROVIDERS: 'resend,inbox',
  RESEND_API_KEY: 're_test',
  RESEND_WEBHOOK_SECRET: `whsec_${btoa('a secret of the webhook')}`,
};

/** The console's first page for a merchant of this mode, of a gateway with these variables. */
async function overview(mode: 'live' | 'test', vars: Partial<Bindings>): Promise<string> {
  const { key } = await merchantApi({ mode });
  const bindings: Bindings = { ...env, ...vars };
  const origin = `${bindings.PUBLIC_BASE_URL}`;
  const ask = (path: string, init: RequestInit) =>
    app.fetch(new Request(origin + path, init), bindings, createExecutionContext());
  const form = { 'content-type': 'application/x-www-form-urlencoded', origin, 'sec-fetch-site': 'same-origin' };
  const signedIn = await ask('/console/sign-in', { method: 'POST', headers: form, body: `key=${key}` });
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
  return (await ask('/console', { headers: { cookie, accept: 'text/html' } })).text();
}

it.each([
  ['live', { ...inbox }, 'No provider is set up: messages stay in the <a href="/inbox">inbox</a>.'],
  ['live', { ...resend }, 'Live: messages reach customers.'],
  ['test', { ...resend }, 'Test mode: messages stay in the <a href="/inbox">inbox</a>.'],
  ['test', { ...resend, ...staging }, 'Test mode: messages stay in the inbox.'],
] as const)('the console says where messages of a %s merchant go: %o', async (mode, vars, sentence) => {
  expect(await overview(mode, vars)).toContain(sentence);
});
