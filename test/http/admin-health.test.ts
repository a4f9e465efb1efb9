import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { configOf } from '../../src/env.ts';
import { sweepStats } from '../../src/stats/sweep.ts';
import { merchantApi, request } from '../support/api.ts';
import { anAttempt, seedSent } from '../support/attempts.ts';
import { ownForm, Visitor } from '../support/console.ts';
import { seedHook } from '../support/hooks.ts';
import { seedMerchant } from '../support/merchants.ts';

const operator = { authorization: `Bearer ${env.ADMIN_TOKEN}` };

const OfMerchant = z.looseObject({ merchantId: z.string() });
const Health = z.looseObject({
  countedAt: z.nullable(z.string()),
  providers: z.array(z.looseObject({ provider: z.string() })),
  unknown: z.array(OfMerchant),
  overQuota: z.array(OfMerchant),
  webhooks: z.looseObject({ troubled: z.array(z.looseObject({ merchantId: z.string(), endpointId: z.string() })) }),
  stores: z.looseObject({ databaseBytes: z.number() }),
});

async function healthNow() {
  const response = await request('GET', '/admin/health', undefined, operator);
  expect(response.status).toBe(200);
  return Health.parse(await response.json());
}

/** Has the cron count the running hour. */
async function countNow(now = Date.now()) {
  await env.DB.prepare("DELETE FROM sweeps WHERE name = 'stats-running'").run();
  await sweepStats(env, configOf(env), now);
}

async function operatorsPage(): Promise<string> {
  const person = new Visitor();
  await person.request('POST', '/console/sign-in', { token: String(env.ADMIN_TOKEN) }, ownForm);
  await person.get('/console/operator/health');
  return person.page;
}

it('the operator sees how providers, webhooks, keys and stores stand, and nobody else does', async () => {
  const { merchant, call } = await merchantApi();
  await seedHook(merchant);
  await seedSent(merchant, [
    anAttempt({ provider: 'telnyx', channel: 'SMS', status: 'UNKNOWN', acceptedAt: null }),
    anAttempt({ provider: 'telnyx', channel: 'SMS', status: 'SENT' }),
    anAttempt({ provider: 'telnyx', channel: 'SMS', status: 'DELIVERED' }),
  ]);
  const now = Date.now();
  await countNow(now);
  const found = await healthNow();
  expect(found.providers.find(({ provider }) => provider === 'telnyx')).toEqual({
    channel: 'SMS',
    provider: 'telnyx',
    sent: 2,
    delivered: 1,
    bounced: 0,
    failed: 0,
    unknown: 1,
  });
  expect(found).toMatchObject({
    countedAt: new Date(now).toISOString(),
    webhooks: { due: expect.any(Number), givenUp: expect.any(Number), endpoints: expect.any(Number) },
    sealing: { changing: false, left: 0 },
    stores: { merchants: expect.any(Number), paylinks: expect.any(Number) },
  });
  expect(found.stores.databaseBytes).toBeGreaterThan(10_000);
  expect((await call('GET', '/admin/health')).status).toBe(401);
});

it('names merchants whose sends have an unknown outcome, those with most first, until the outcome is known', async () => {
  const [few, many, none] = await Promise.all([
    seedMerchant({ name: 'Few Unknown' }),
    seedMerchant({ name: 'Many Unknown' }),
    seedMerchant({ name: 'None Unknown' }),
  ]);
  const open = () => anAttempt({ status: 'UNKNOWN', acceptedAt: null });
  const attempt = open();
  await seedSent(few, [attempt, anAttempt()]);
  await seedSent(many, [open(), open(), open()]);
  await seedSent(none, [anAttempt()]);
  await countNow();
  const of = (found: Awaited<ReturnType<typeof healthNow>>) =>
    found.unknown.filter(({ merchantId }) => [few.id, many.id, none.id].includes(merchantId));
  const hour = expect.stringMatching(/:00:00\.000Z$/);
  expect(of(await healthNow())).toEqual([
    { merchantId: many.id, name: 'Many Unknown', unknown: 3, lastHour: hour },
    { merchantId: few.id, name: 'Few Unknown', unknown: 1, lastHour: hour },
  ]);
  const page = await operatorsPage();
  expect(page).toContain('Many Unknown');
  expect(page).not.toContain('None Unknown');
  await env.DB.prepare("UPDATE paylink_logs SET status = 'DELIVERED', accepted_at = created_at WHERE id = ?")
    .bind(attempt.id)
    .run();
  await countNow();
  expect(of(await healthNow()).map(({ merchantId }) => merchantId)).toEqual([many.id]);
});

it('names merchants that are over their quota, by API and by console, and nobody who is within it', async () => {
  const over = await merchantApi({ name: 'Over Its Quota', rateLimitRequests: 1, rateLimitWindowSeconds: 60 });
  const within = await merchantApi({ name: 'Within Its Quota' });
  const before = Date.now();
  const statuses: number[] = [];
  for (let n = 0; n < 3; n += 1) statuses.push((await over.call('GET', '/paylinks')).status);
  expect(statuses).toEqual([200, 429, 429]);
  expect((await within.call('GET', '/paylinks')).status).toBe(200);
  await expect
    .poll(async () => (await healthNow()).overQuota.find(({ merchantId }) => merchantId === over.merchant.id))
    .toEqual({
      merchantId: over.merchant.id,
      name: 'Over Its Quota',
      // The second is written with the next after a minute.
      refused: 1,
      lastAt: expect.any(String),
    });
  const found = (await healthNow()).overQuota;
  expect(Date.parse(String(found.find(({ name }) => name === 'Over Its Quota')?.lastAt))).toBeGreaterThanOrEqual(
    before,
  );
  expect(found.map(({ merchantId }) => merchantId)).not.toContain(within.merchant.id);
  const page = await operatorsPage();
  expect(page).toContain('Over Its Quota');
  expect(page).not.toContain('Within Its Quota');
});

it('a person who uses up the quota in the console is seen too', async () => {
  const { merchant, key } = await merchantApi({ name: 'Busy Person', rateLimitRequests: 1 });
  const person = new Visitor();
  await person.request('POST', '/console/sign-in', { key }, ownForm);
  const statuses = [];
  for (let n = 0; n < 3; n += 1) statuses.push((await person.get('/console')).status);
  expect(statuses.at(-1)).toBe(429);
  await expect
    .poll(async () => (await healthNow()).overQuota.map(({ merchantId }) => merchantId))
    .toContain(merchant.id);
});

it('names endpoints that fail or were switched off for it, by host, and not those their merchant switched off', async () => {
  const merchant = await seedMerchant({ name: 'Deaf Shop' });
  const [failing, gone, off, fine] = await Promise.all([1, 2, 3, 4].map(() => seedHook(merchant)));
  const set = (sets: string, of: typeof failing) =>
    env.DB.prepare(`UPDATE webhook_endpoints SET ${sets} WHERE id = ?`).bind(of?.endpoint.id).run();
  await set('failing_since = 5000', failing);
  await set("disabled_at = 7000, disabled_reason = 'gone', url = 'https://hooks.example.com/secret?token=1'", gone);
  await set("disabled_at = 8000, disabled_reason = 'merchant'", off);
  const { webhooks } = await healthNow();
  const found = webhooks.troubled.filter(({ merchantId }) => merchantId === merchant.id);
  expect(found.map(({ endpointId }) => endpointId)).toEqual([gone?.endpoint.id, failing?.endpoint.id]);
  expect(found[0]).toEqual({
    merchantId: merchant.id,
    name: 'Deaf Shop',
    endpointId: gone?.endpoint.id,
    host: 'hooks.example.com',
    failingSince: null,
    disabledAt: new Date(7000).toISOString(),
  });
  expect(fine).toBeDefined();
  const page = await operatorsPage();
  expect(page).toContain('hooks.example.com');
  expect(page).not.toContain('token=1');
});
