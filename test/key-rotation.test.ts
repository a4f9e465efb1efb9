import { createExecutionContext, reset, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { hkdfSync } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import * as z from 'zod';
import app from '../src/app.ts';
import { credentialCache, forgetCredentials } from '../src/auth/credential-cache.ts';
import { runSweeps } from '../src/cron.ts';
import { type Bindings, configOf } from '../src/env.ts';
import { sealedPrefix } from '../src/lib/secrets.ts';
import type { Merchant } from '../src/model/merchant.ts';
import { recordOptOut } from '../src/paylinks/recipients/suppressions.ts';
import { countSealedOtherwise } from '../src/store/sealed-secrets.ts';
import { listEndpoints } from '../src/store/webhook-endpoints.ts';
import { secretsOf } from '../src/webhooks/signature.ts';
import { giveCredential, signHmac } from './auth/merchant-side.ts';
import { seedHook } from './support/hooks.ts';
import { seedMerchant } from './support/merchants.ts';
import { createBody } from './support/verbs.ts';

const oldKey = z.string().parse(env.SECRETS_KEY);
const newKey = 'a5'.repeat(32);
const oldToken = z.string().parse(env.ADMIN_TOKEN);
const newToken = 'another-admin-token-0123456789abcdef';
const derived = Buffer.from(hkdfSync('sha256', Buffer.from(oldKey, 'hex'), '', 'paylinks:recipient-hash', 32)).toString(
  'hex',
);

const secret = 'sk_live_of_the_drill';
const stopped = '+12025550166';
const Answer = z.object({ paylinkId: z.string(), shortLink: z.string(), status: z.string() });

let merchant: Merchant;
beforeEach(async () => {
  await reset();
  merchant = await seedMerchant();
  await giveCredential(merchant.id, 'hmac', secret);
  await seedHook(merchant);
});

/** An isolate that started with these variables, and remembers no credential. */
const isolate = (variables: Record<string, string | undefined>): Bindings => ({ ...env, ...variables });

async function ask(at: Bindings, request: Request): Promise<Response> {
  forgetCredentials(credentialCache, merchant.id);
  const ctx = createExecutionContext();
  const response = await app.fetch(request, at, ctx);
  await waitOnExecutionContext(ctx);
  return response;
}

function signed(at: Bindings, method: string, path: string, value?: object): Promise<Response> {
  const url = `http://gateway.test${path}`;
  const text = value === undefined ? '' : JSON.stringify(value);
  const timestamp = Math.floor(Date.now() / 1000);
  const { headers } = signHmac({ merchantId: merchant.id, secret, timestamp, method, url, body: text });
  headers.set('content-type', 'application/json');
  return ask(at, new Request(url, { method, headers, ...(text === '' ? {} : { body: text }) }));
}

/** Creates, sends, reads and opens; asks for a send to who said STOP; delivers a webhook's signature; acts as the operator. */
async function traffic(at: Bindings, token: string, earlier: string | undefined): Promise<string> {
  const created = await signed(at, 'POST', '/', createBody(merchant.id));
  expect(created.status).toBe(201);
  const { paylinkId, shortLink } = Answer.parse(await created.json());
  const sent = await signed(at, 'PATCH', `/${paylinkId}/send`, { sendEmail: true, sendSms: false });
  expect([sent.status, Answer.parse(await sent.json()).status]).toEqual([200, 'SENT']);
  expect((await signed(at, 'GET', `/${paylinkId}`)).status).toBe(200);
  for (const link of [shortLink, earlier ?? shortLink]) expect((await ask(at, new Request(link))).status).toBe(302);

  const customer = { phone: stopped };
  const toStopped = Answer.parse(await (await signed(at, 'POST', '/', createBody(merchant.id, { customer }))).json());
  const refused = await signed(at, 'PATCH', `/${toStopped.paylinkId}/send`, { sendEmail: false, sendSms: true });
  expect([refused.status, await refused.json()]).toMatchObject([400, { code: 'suppressed' }]);

  for (const endpoint of await listEndpoints(env.DB, merchant.id))
    expect(await secretsOf(configOf(at), endpoint, Date.now())).toHaveLength(1);
  const admin = new Request('http://gateway.test/admin/merchants', { headers: { authorization: `Bearer ${token}` } });
  expect((await ask(at, admin)).status).toBe(200);
  return shortLink;
}

const both = `${newKey},${oldKey}`;
const first = { SECRETS_KEY: oldKey, ADMIN_TOKEN: oldToken };
const own = { RECIPIENT_HASH_KEY: derived };
const tokens = { ADMIN_TOKEN: newToken, ADMIN_TOKEN_PREVIOUS: oldToken };

it.each([
  [
    'as the documentation says',
    [
      { ...first, ...own },
      { ...first, ...own, SECRETS_KEY_PREVIOUS: both, ADMIN_TOKEN_PREVIOUS: oldToken },
      { ...own, ...tokens, SECRETS_KEY: newKey, SECRETS_KEY_PREVIOUS: both },
      { ...own, ADMIN_TOKEN: newToken, SECRETS_KEY: newKey, SECRETS_KEY_PREVIOUS: undefined },
    ],
  ],
  [
    'without a RECIPIENT_HASH_KEY, as long as the previous key stays',
    [
      { ...first, SECRETS_KEY_PREVIOUS: both, ADMIN_TOKEN_PREVIOUS: oldToken },
      { ...tokens, SECRETS_KEY: newKey, SECRETS_KEY_PREVIOUS: both },
      { ADMIN_TOKEN: newToken, SECRETS_KEY: newKey, SECRETS_KEY_PREVIOUS: oldKey },
    ],
  ],
])(
  'keys are replaced under traffic, old and new isolates side by side: nothing is refused, nobody is forgotten, links go on working – %s',
  async (_, steps) => {
    let before = isolate(first);
    await recordOptOut(before, configOf(before), { provider: 'twilio', kind: 'stop', from: stopped, key: 'SM1' }, 1);
    const earlier = await traffic(before, oldToken, undefined);
    for (const [n, step] of steps.entries()) {
      const after = isolate(step);
      const isLast = n === steps.length - 1;
      const rounds = async (at: Bindings, token: string) => {
        for (let round = 0; round < 2; round++) await traffic(at, token, earlier);
      };
      const token = isLast ? newToken : oldToken;
      await Promise.all([rounds(before, token), rounds(after, token), runSweeps(after, Date.now())]);
      await rounds(after, token);
      before = after;
    }
    expect(await countSealedOtherwise(env.DB, await sealedPrefix({ SECRETS_KEY: newKey }))).toBe(0);
  },
  60_000,
);
