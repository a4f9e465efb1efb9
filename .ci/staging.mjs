// Does staging touch anything of production's? An environment of wrangler inherits no bindings, and one that is missing binds production's.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { wrangler } from './wrangler.mjs';

/** Keys of wrangler's configuration whose values name something that exists once in the account. */
const resources = new Set([
  'name',
  'database_id',
  'database_name',
  'preview_database_id',
  'bucket_name',
  'preview_bucket_name',
  'queue',
  'dead_letter_queue',
  'namespace_id',
  'id',
  'preview_id',
  'script_name',
  'service',
  'dataset',
  'index_name',
  'pattern',
  'route',
]);
/** Where `name` is what the code calls it. */
const bound = new Set(['durable_objects', 'ratelimits']);
/** Parts of a configuration that bind nothing. */
const skipped = new Set(['vars', 'env', 'migrations', 'build']);

/**
 * Every text of a configuration with its key and where it stands.
 * @param {unknown} value
 * @param {string[]} path
 * @returns {Generator<{ key: string, value: string, path: string[] }>}
 */
function* textsOf(value, path = []) {
  if (typeof value === 'string' && value !== '')
    yield { key: path.findLast((part) => !/^\d+$/.test(part)) ?? '', value, path };
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value))
    if (path.length > 0 || !skipped.has(key)) yield* textsOf(inner, [...path, key]);
}

const isOwnName = (/** @type {string[]} */ path) => bound.has(path[0] ?? '');

/**
 * What is wrong with staging, a line each.
 * @param {{ production: unknown, staging: unknown, deployed: string }} given the resolved configurations, and what the dry run printed
 */
export function faultsOf({ production, staging, deployed }) {
  const faults = [];
  const words = new Set(deployed.split(/[\s()",]+/));
  const ofStaging = new Set([...textsOf(staging)].filter(({ key }) => resources.has(key)).map(({ value }) => value));
  for (const { key, value, path } of textsOf(production)) {
    if (key === 'binding' || (key === 'name' && isOwnName(path))) {
      if (!words.has(`env.${value}`)) faults.push(`staging lacks ${value}`);
    } else if (resources.has(key) && (ofStaging.has(value) || words.has(value))) {
      faults.push(`staging has production's ${path.join('.')}: ${value}`);
    }
  }
  const vars = typeof production === 'object' && production && 'vars' in production ? production.vars : {};
  for (const name of Object.keys(vars ?? {})) if (!words.has(`env.${name}`)) faults.push(`staging lacks ${name}`);
  if (!words.has('--dry-run:')) faults.push('the dry run of staging did not finish');
  if (deployed.includes('No environment found')) faults.push('wrangler.toml has no [env.staging]');
  return faults;
}

/** Resolves both environments as a deployment does, and deploys staging dry. */
export async function checkStaging() {
  const config = join(import.meta.dirname, '../wrangler.toml');
  const { unstable_readConfig } = await import('wrangler');
  const folder = mkdtempSync(join(tmpdir(), 'paylinks-staging-'));
  try {
    const deployed = wrangler('deploy', '--dry-run', '-e', 'staging', '--outdir', folder);
    const production = unstable_readConfig({ config }, { hideWarnings: true });
    const staging = unstable_readConfig({ config, env: 'staging' }, { hideWarnings: true });
    return faultsOf({ production, staging, deployed });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const faults = await checkStaging();
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
  else console.log('Staging shares nothing with production.');
}
