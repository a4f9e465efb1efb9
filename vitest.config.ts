import { readFileSync } from 'node:fs';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { generatePhoneMetadata } from './src/local/generate-phone-metadata.mjs';

generatePhoneMetadata();
const migrations = await readD1Migrations('src/store/migrations');

/** Long enough for a busy machine: no test is judged by its time. */
const timeouts = { testTimeout: 60_000, hookTimeout: 120_000 };

const ALL = ['test/**/*.test.{ts,tsx}'];
/** These drive the running gateway, or need no runtime. */
const OUTSIDE = ['test/e2e/**', 'test/node/**'];
/** These replace globals, take tables away or fill the database: each has a runtime of its own. The others share one, as starting one takes seconds. */
const ALONE = [
  'test/{cron,growth,key-rotation,metrics,round-trips,rows}.test.ts',
  'test/admission/**/*.test.ts',
  'test/audit/**/*.test.ts',
  'test/auth/seal-anew.test.ts',
  'test/delivery/providers/**/*.test.ts',
  'test/fuzz/**/*.test.ts',
  // Guards against floods remember an address for the whole isolate.
  'test/http/**/*.test.{ts,tsx}',
  'test/paylinks/**/*.test.ts',
  'test/store/{checkout-urls,move-rows,schema}.test.ts',
  'test/stats/**/*.test.ts',
  'test/support/**/*.test.ts',
  'test/webhooks/**/*.test.ts',
];

const gateway = cloudflareTest({
  main: 'src/index.ts',
  wrangler: { configPath: './wrangler.toml' },
  miniflare: {
    bindings: {
      ENVIRONMENT: 'local',
      PUBLIC_BASE_URL: 'http://gateway.test',
      COORDINATORS: '1',
      SANDBOX_REPORT_MS: '0',
      EMAIL_PROVIDERS: 'inbox',
      SMS_PROVIDERS: 'inbox',
      SECRETS_KEY: '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff',
      ADMIN_TOKEN: 'test-admin-token-0123456789abcdef',
      TEST_MIGRATIONS: migrations,
      FUZZ_REQUESTS: process.env.FUZZ_REQUESTS ?? '2000',
      FUZZ_SEED: process.env.FUZZ_SEED ?? '17',
      TEST_SCHEMA: readFileSync('schema.sql', 'utf8'),
    },
  },
});

const inWorkers = {
  ...timeouts,
  expect: { poll: { timeout: 60_000 } },
  globalSetup: ['test/support/global-setup.ts', 'test/support/redis-setup.ts'],
  setupFiles: ['test/support/warm-up.ts'],
};

export default defineConfig({
  test: {
    // More than cores: files that drive a running gateway mostly wait.
    maxWorkers: 3,
    projects: [
      { plugins: [gateway], test: { ...inWorkers, name: 'workers', include: ALONE } },
      {
        plugins: [gateway],
        test: { ...inWorkers, name: 'workers-shared', isolate: false, include: ALL, exclude: [...OUTSIDE, ...ALONE] },
      },
      {
        test: {
          name: 'node',
          include: ['test/e2e/**/*.test.ts', 'test/node/**/*.test.ts'],
          ...timeouts,
        },
      },
    ],
  },
});
