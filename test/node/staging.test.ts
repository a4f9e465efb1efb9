import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import { checkStaging, faultsOf } from '../../.ci/staging.mjs';

const readConfig = (env?: string) => unstable_readConfig({ config: 'wrangler.toml', env }, { hideWarnings: true });
const dryRun =
  'env.DB (shop-staging) D1 Database\nenv.FILES (files-staging) R2 Bucket\nenv.REGION ("eu")\n--dry-run: exiting now.';
const config = (names: string) => ({
  name: `gateway${names}`,
  vars: { REGION: 'eu' },
  d1_databases: [{ binding: 'DB', database_name: `shop${names}`, database_id: `id${names}` }],
  r2_buckets: [{ binding: 'FILES', bucket_name: `files${names}` }],
  queues: { producers: [], consumers: [{ queue: `events${names}`, dead_letter_queue: `dead${names}` }] },
  ratelimits: [{ name: 'FLOOD', namespace_id: `1${names}` }],
});

it('staging deploys with everything that production has and nothing that is production’s', async () => {
  expect(await checkStaging()).toEqual([]);
});

it('an id, bucket, queue, name or namespace of production in staging, a missing binding or variable, and a missing environment are found', () => {
  const production = config('');
  const good = { production, staging: config('-staging'), deployed: `env.FLOOD (100 requests/60s)\n${dryRun}` };
  expect(faultsOf(good)).toEqual([]);
  expect(faultsOf({ ...good, staging: production })).toEqual([
    "staging has production's name: gateway",
    "staging has production's d1_databases.0.database_name: shop",
    "staging has production's d1_databases.0.database_id: id",
    "staging has production's r2_buckets.0.bucket_name: files",
    "staging has production's queues.consumers.0.queue: events",
    "staging has production's queues.consumers.0.dead_letter_queue: dead",
    "staging has production's ratelimits.0.namespace_id: 1",
  ]);
  expect(faultsOf({ ...good, deployed: good.deployed.replace('files-staging', 'files') })).toEqual([
    "staging has production's r2_buckets.0.bucket_name: files",
  ]);
  expect(faultsOf({ ...good, deployed: good.deployed.replace('env.DB', 'env.OTHER') })).toEqual(['staging lacks DB']);
  expect(faultsOf({ ...good, deployed: good.deployed.replace('env.REGION', '') })).toEqual(['staging lacks REGION']);
  expect(faultsOf({ ...good, deployed: `No environment found\n${good.deployed}` })).toHaveLength(1);
  expect(faultsOf({ ...good, deployed: good.deployed.replace('--dry-run: exiting now.', '') })).toHaveLength(1);
});

it.each([undefined, 'staging'])(
  'fetch reaches the public internet only, and the platform logs no URLs and headers: %s',
  (env) => {
    const { compatibility_flags, observability } = readConfig(env);
    expect(compatibility_flags).toContain('global_fetch_strictly_public');
    expect(observability?.logs).toMatchObject({ invocation_logs: false });
  },
);

it.each([undefined, 'staging'])('nothing is reached on workers.dev, past Access and WAF: %s', (env) => {
  const { workers_dev, preview_urls } = readConfig(env);
  expect({ workers_dev, preview_urls }).toEqual({ workers_dev: false, preview_urls: false });
});

it('CI checks staging', () => {
  expect(readFileSync('.ci/run', 'utf8')).toContain('.ci/staging.mjs');
});
