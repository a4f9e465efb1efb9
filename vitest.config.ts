import { readFileSync } from 'node:fs';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

const migrations = await readD1Migrations('src/store/migrations');

/** Long enough for a busy machine: no test is judged by its time. */
const timeouts = { testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [
          cloudflareTest({
            main: 'src/index.ts',
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: {
                ENVIRONMENT: 'local',
                PUBLIC_BASE_URL: 'http://gateway.test',
                COORDINATORS: '1',
                EMAIL_PROVIDERS: 'inbox',
                SMS_PROVIDERS: 'inbox',
                SECRETS_KEY: '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff',
                ADMIN_TOKEN: 'test-admin-token-0123456789abcdef',
                TEST_MIGRATIONS: migrations,
                TEST_SCHEMA: readFileSync('schema.sql', 'utf8'),
              },
            },
          }),
        ],
        test: {
          name: 'workers',
          expect: { poll: { timeout: 60_000 } },
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/e2e/**', 'test/node/**'],
          ...timeouts,
          globalSetup: ['test/support/global-setup.ts', 'test/support/redis-setup.ts'],
        },
      },
      {
        test: {
          name: 'node',
          include: ['test/e2e/**/*.test.ts', 'test/node/**/*.test.ts'],
          ...timeouts,
          fileParallelism: false,
        },
      },
    ],
  },
});
