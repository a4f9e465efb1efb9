import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { merchantApi, request } from '../support/api.ts';
import { anAttempt, seedSent } from '../support/attempts.ts';
import { seedHook } from '../support/hooks.ts';

const operator = { authorization: `Bearer ${env.ADMIN_TOKEN}` };

it('the operator sees how providers, webhooks, keys and stores stand, and nobody else does', async () => {
  const { merchant, call } = await merchantApi();
  await seedHook(merchant);
  await seedSent(merchant, [
    anAttempt({ provider: 'telnyx', channel: 'SMS', status: 'UNKNOWN', acceptedAt: null }),
    anAttempt({ provider: 'telnyx', channel: 'SMS', status: 'SENT' }),
    anAttempt({ provider: 'telnyx', channel: 'SMS', status: 'SENT' }),
  ]);
  const response = await request('GET', '/admin/health', undefined, operator);
  expect(response.status).toBe(200);
  const found = await response.json<{ providers: { provider: string }[]; stores: { databaseBytes: number } }>();
  expect(found.providers.find(({ provider }) => provider === 'telnyx')).toEqual({
    channel: 'SMS',
    provider: 'telnyx',
    attempts: 3,
    statuses: { SENT: 2, UNKNOWN: 1 },
  });
  expect(found).toMatchObject({
    webhooks: { due: expect.any(Number), givenUp: expect.any(Number), endpoints: expect.any(Number) },
    sealing: { changing: false, left: 0 },
    stores: { merchants: expect.any(Number), paylinks: expect.any(Number) },
  });
  expect(found.stores.databaseBytes).toBeGreaterThan(10_000);
  expect((await call('GET', '/admin/health')).status).toBe(401);
});
