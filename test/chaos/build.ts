import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { convertV4MiniflareOptions } from 'miniflare';
import { unstable_getMiniflareWorkerOptions } from 'wrangler';
import { seedSql } from '../../src/local/seed.ts';
import { runWrangler } from '../../src/local/wrangler.ts';

const root = join(import.meta.dirname, '../..');
const workerName = 'gateway';

/** The gateway as it is, or with the platform's manners round it. */
const entries = { gateway: 'src/index.ts', platform: 'test/support/platform/worker.ts' };
export type Entry = keyof typeof entries;

/** Builds the worker as a deploy would. @param folder gets the bundle */
export async function bundleWorker(folder: string, entry: Entry): Promise<string> {
  const file = entries[entry];
  await runWrangler(['deploy', file, '--dry-run', '--outdir', folder]);
  return join(folder, basename(file).replace(/ts$/, 'js'));
}

/**
 * Writes down the runtime's options: wrangler.toml with the variables laid over it, state in `folder`, the worker's socket on `port`
 * without a proxy before it.
 */
export function writeOptions(bundle: string, folder: string, port: number, variables: Record<string, string>): string {
  const { workerOptions } = unstable_getMiniflareWorkerOptions(join(root, 'wrangler.toml'));
  const bindings = typeof workerOptions.bindings === 'object' ? workerOptions.bindings : {};
  const flags = Array.isArray(workerOptions.compatibilityFlags) ? workerOptions.compatibilityFlags : [];
  const options = convertV4MiniflareOptions({
    ...workerOptions,
    name: workerName,
    rootPath: root,
    modules: [{ type: 'ESModule', path: 'index.js', contents: readFileSync(bundle, 'utf8') }],
    // A worker sees its callers hang up only with this flag.
    compatibilityFlags: [...flags, 'enable_request_signal'],
    bindings: { ...bindings, ...variables },
    unsafeDirectSockets: [{ host: '127.0.0.1', port }],
    cf: false,
  });
  const file = join(folder, 'options.json');
  // The conversion drops the place of the data.
  writeFileSync(file, JSON.stringify({ ...options, resourcePersistencePath: join(folder, 'state') }));
  return file;
}

/** SQL that brings an empty database to the current schema, with the demo merchants in it. */
export async function schemaAndSeed(secretsKey: string): Promise<string> {
  const migrations = join(root, 'src/store/migrations');
  const texts = readdirSync(migrations)
    .sort()
    .map((name) => readFileSync(join(migrations, name), 'utf8'));
  return [...texts, await seedSql(secretsKey)].join('\n');
}
