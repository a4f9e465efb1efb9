import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { seedSql } from '../src/local/seed.ts';
import { coordinatorsOf } from '../src/paylink-id.ts';
import { callbackKey, customerHandle } from './callbacks.ts';
import { blocked, blockedMerchantId, hmacSecret, manyMerchants, merchantId, unknown } from './credentials.ts';
import type { Samples } from './floor/env.ts';
import { migrations, startWorker, type Worker, type WorkerSpec } from './workerd.ts';

const secretsKey = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';

/** What all workers of a run share; `folder` keeps their state, `pool` is how many coordinators there are. */
export type Setup = { folder: string; providerUrl: string; pool: number };

const hashOf = (authorization: string) => createHash('sha256').update(authorization.slice(7)).digest('hex');

/** The current schema, many merchants, and the demo merchants: one with a quota that no load reaches, one with a quota of one request a day. */
async function prepareDatabase(worker: Worker): Promise<void> {
  const db = await worker.database();
  const statements = [
    ...migrations(),
    await seedSql(secretsKey),
    ...manyMerchants.flatMap(({ id, bearer }, n) => [
      `INSERT INTO merchants (id, name, mode, country, locale, sms_countries, created_at, updated_at) VALUES ('${id}', 'Merchant ${n}', 'live', 'US', 'en-US', '["US"]', 0, 0)`,
      `INSERT INTO credentials (id, merchant_id, scheme, key_hash, created_at) VALUES ('${id}', '${id}', 'bearer', '${hashOf(bearer)}', 0)`,
    ]),
    `UPDATE merchants SET rate_limit_requests = 1000000000, recipient_send_cap = 1000000000, paylink_send_cap = 1000000000, sms_send_cap = 1000000000, override_send_cap = 1000000000 WHERE id <> '${blockedMerchantId}'`,
    `UPDATE merchants SET rate_limit_requests = 1, rate_limit_window_seconds = 86400 WHERE id = '${blockedMerchantId}'`,
  ]
    .flatMap((text) => text.replaceAll(/(^|\s)-- .*$/gm, '').split(/;\s*$/m))
    .filter((text) => text.trim() !== '');
  await db.batch(statements.map((sql) => db.prepare(sql)));
}

async function start(spec: WorkerSpec, { folder }: Setup): Promise<Worker> {
  const state = join(folder, spec.name);
  mkdirSync(state, { recursive: true });
  const worker = await startWorker(spec, state);
  await prepareDatabase(worker);
  return worker;
}

const gateway = (name: string, entry: string, { providerUrl, pool }: Setup): WorkerSpec => ({
  name,
  entry,
  objects: { COORDINATOR: 'PaylinkCoordinator', GATE: 'MerchantGate' },
  variables: {
    // Its provider speaks http.
    ENVIRONMENT: 'local',
    PUBLIC_BASE_URL: 'https://pay.example.com',
    EMAIL_PROVIDERS: 'mailchannels',
    SMS_PROVIDERS: 'inbox',
    EMAIL_FROM: 'pay@example.com',
    EMAIL_FROM_NAME: 'Paylinks',
    SMS_FROM: '+12025550143',
    MAILCHANNELS_BASE_URL: providerUrl,
    MAILCHANNELS_API_KEY: 'bench',
    MAILCHANNELS_CUSTOMER_HANDLE: customerHandle,
    SECRETS_KEY: secretsKey,
    COORDINATORS: String(pool),
  },
});

/** The gateway as it is deployed. */
export const startGateway = (setup: Setup, name = 'gateway'): Promise<Worker> =>
  start(gateway(name, 'src/index.ts', setup), setup);

/** The gateway over a database whose rows are counted (`GET /_rows`). */
export const startCounted = (setup: Setup, name: string): Promise<Worker> =>
  start(gateway(name, 'bench/counted.ts', setup), setup);

export const startFloor = (setup: Setup, samples: Samples): Promise<Worker> => {
  const variables = {
    COORDINATORS: JSON.stringify(coordinatorsOf(merchantId, setup.pool)),
    PROVIDER: setup.providerUrl,
    MERCHANT_ID: merchantId,
    SAMPLES: JSON.stringify(samples),
    UNKNOWN: hashOf(unknown),
    BLOCKED: hashOf(blocked),
    HMAC_SECRET: hmacSecret,
    CALLBACK_KEY: callbackKey,
  };
  const objects = { COORDINATOR: 'FloorCoordinator', GATE: 'FloorGate' };
  return start({ name: 'floor', entry: 'bench/floor/worker.ts', objects, variables }, setup);
};
