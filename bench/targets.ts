import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { demoMerchants } from '../src/local/demo.ts';
import { seedSql } from '../src/local/seed.ts';
import { callbackKey, customerHandle } from './callbacks.ts';
import type { LoadGenerator } from './processes.ts';
import { migrations, type Recipe, startWorker, type Worker } from './workerd.ts';

const secretsKey = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';

const [demo, other] = demoMerchants;
const secretOf = (merchant: typeof demo, scheme: string) => {
  const secret = merchant?.credentials.find((credential) => credential.scheme === scheme)?.secret;
  if (!merchant || secret === undefined) throw new Error(`no demo credential of scheme ${scheme}`);
  return secret;
};

export const merchantId = demo?.id ?? '';
export const hmacSecret = secretOf(demo, 'hmac');
export const bearer = `Bearer ${secretOf(demo, 'bearer')}`;
/** Of a merchant whose quota is one request a day. */
export const blocked = `Bearer ${secretOf(other, 'bearer')}`;
export const unknown = 'Bearer plk_test_nobody_00000000000000000000000000000000';

/** The database at the current schema; the demo merchant with a quota that no load reaches. */
async function prepareDatabase(worker: Worker): Promise<void> {
  const db = await worker.database();
  const statements = [
    ...migrations(),
    await seedSql(secretsKey),
    `UPDATE merchants SET rate_limit_requests = 1000000000, recipient_send_cap = 1000000000, paylink_send_cap = 1000000000 WHERE id = '${merchantId}'`,
    `UPDATE merchants SET rate_limit_requests = 1, rate_limit_window_seconds = 86400 WHERE id = '${other?.id ?? ''}'`,
  ]
    .flatMap((text) => text.replaceAll(/(^|\s)-- .*$/gm, '').split(';'))
    .filter((text) => text.trim() !== '');
  await db.batch(statements.map((sql) => db.prepare(sql)));
}

const variables = (provider: string, coordinators: number) => ({
  ENVIRONMENT: 'production',
  PUBLIC_BASE_URL: 'https://pay.example.com',
  EMAIL_PROVIDERS: 'mailchannels',
  SMS_PROVIDERS: 'inbox',
  EMAIL_FROM: 'pay@example.com',
  EMAIL_FROM_NAME: 'Paylinks',
  SMS_FROM: '+12025550143',
  MAILCHANNELS_BASE_URL: provider,
  MAILCHANNELS_API_KEY: 'bench',
  MAILCHANNELS_CUSTOMER_HANDLE: customerHandle,
  SECRETS_KEY: secretsKey,
  COORDINATORS: String(coordinators),
});

export type Place = { folder: string; provider: string; coordinators: number };

async function start(recipe: Recipe, { folder }: Place, inspectorPort?: number): Promise<Worker> {
  const state = join(folder, recipe.name);
  mkdirSync(state, { recursive: true });
  const worker = await startWorker(recipe, state, inspectorPort);
  await prepareDatabase(worker);
  return worker;
}

/** The gateway as it is deployed. */
export const startGateway = (place: Place, inspectorPort?: number): Promise<Worker> =>
  start(
    {
      name: 'gateway',
      entry: 'src/index.ts',
      objects: { COORDINATOR: 'PaylinkCoordinator', GATE: 'MerchantGate' },
      variables: variables(place.provider, place.coordinators),
    },
    place,
    inspectorPort,
  );

/** The gateway over a database whose rows are counted (`GET /_rows`). */
export const startCounted = (place: Place, name: string): Promise<Worker> =>
  start(
    {
      name,
      entry: 'bench/counted.ts',
      objects: { COORDINATOR: 'PaylinkCoordinator', GATE: 'MerchantGate' },
      variables: variables(place.provider, place.coordinators),
    },
    place,
  );

/** What somebody would assemble instead. */
export const startPeer = (place: Place): Promise<Worker> =>
  start(
    {
      name: 'peer',
      entry: 'bench/peer.ts',
      objects: { HITS: 'HitCounter' },
      variables: variables(place.provider, place.coordinators),
    },
    place,
  );

export type AnswerName = 'created' | 'read' | 'sent' | 'unauthenticated' | 'limited';

/** Texts that the gateway made of one create and one send, and the headers of its answers. */
export type Samples = {
  id: string;
  created: string;
  answer: string;
  message: string;
  unauthenticated: string;
  limited: string;
  headers: { [name in AnswerName]?: Record<string, string> };
};

const hashOf = (authorization: string) => createHash('sha256').update(authorization.slice(7)).digest('hex');

export const startFloor = (place: Place, samples: Samples, inspectorPort?: number): Promise<Worker> =>
  start(
    {
      name: 'floor',
      entry: 'bench/floor.ts',
      objects: { COORDINATOR: 'FloorCoordinator', GATE: 'FloorGate' },
      variables: {
        COORDINATORS: String(place.coordinators),
        PROVIDER: place.provider,
        MESSAGE: samples.message,
        ANSWER: samples.answer,
        CREATED: samples.created,
        SAMPLE_ID: samples.id,
        UNAUTHENTICATED: samples.unauthenticated,
        LIMITED: samples.limited,
        HEADERS: JSON.stringify(samples.headers),
        UNKNOWN: hashOf(unknown),
        BLOCKED: hashOf(blocked),
        HMAC_SECRET: hmacSecret,
        CALLBACK_KEY: callbackKey,
      },
    },
    place,
    inspectorPort,
  );

export type Generator = Pick<LoadGenerator, 'fire'>;
