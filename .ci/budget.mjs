// How heavy is the worker, and how long does it take to start? Bundles it as a deployment would, prints what weighs most, and fails over
// the budget of bytes. The start-up time is printed beside an empty worker's and judged by nobody: it is the machine's as much as ours.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import { startUps } from './startup.mjs';
import { ownerOf, wrangler } from './wrangler.mjs';

/** 215 KB, 15 more for the vendors' verbs, formats and manners, and 15 more for scopes, audit, caps and guards. */
const budgetBytes = 245 * 1024;

const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
const ms = (time) => `${time.toFixed(1)} ms`;

function list(weights, unit) {
  for (const [owner, weight] of [...weights].sort((a, b) => b[1] - a[1]).slice(0, 8)) {
    console.log(`  ${unit(weight).padStart(9)}  ${owner}`);
  }
}

/** Bundles a worker as a deployment would: index.js, index.js.map, worker.bundle and meta.json. @param config wrangler.toml's production by default */
function bundle(folder, config = ['--env=']) {
  const files = ['--outfile', join(folder, 'worker.bundle'), '--metafile', join(folder, 'meta.json')];
  wrangler('deploy', '--dry-run', ...config, '--outdir', folder, ...files);
  return folder;
}

/** A worker that does nothing, on the same runtime. */
function bundleEmpty(folder) {
  const compatibility = readFileSync('wrangler.toml', 'utf8').match(/^compatibility_.*$/gm) ?? [];
  const source = join(folder, 'source');
  mkdirSync(source, { recursive: true });
  writeFileSync(join(source, 'index.js'), 'export default { fetch: () => new Response() };\n');
  writeFileSync(
    join(source, 'wrangler.toml'),
    ['name = "empty"', 'main = "index.js"', ...compatibility, ''].join('\n'),
  );
  return bundle(folder, ['--config', join(source, 'wrangler.toml')]);
}

function sizeOf(folder) {
  const size = readdirSync(folder)
    .filter((name) => /\.(m?js|wasm)$/.test(name))
    .reduce((all, name) => all + gzipSync(readFileSync(join(folder, name)), { level: 9 }).length, 0);
  const weights = new Map();
  for (const output of Object.values(JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8')).outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      weights.set(ownerOf(path), (weights.get(ownerOf(path)) ?? 0) + bytesInOutput);
    }
  }
  return { size, weights };
}

const root = mkdtempSync(join(tmpdir(), 'paylinks-bundle-'));
try {
  const folder = bundle(join(root, 'gateway'));
  const empty = bundleEmpty(join(root, 'empty'));

  const { size, weights } = sizeOf(folder);
  console.log(`Worker: ${kb(size)} gzipped, of ${kb(budgetBytes)}. What weighs most (not gzipped):`);
  list(weights, kb);
  if (size > budgetBytes) {
    console.error(`Over the budget by ${kb(size - budgetBytes)}.`);
    process.exitCode = 1;
  }

  const [start, nothing] = startUps([folder, empty]);
  const range = ({ ms: median, from, to }) => `${ms(median)} (${ms(from)} to ${ms(to)})`;
  console.log(`Start-up: ${range(start)}; an empty worker's: ${range(nothing)}. What takes longest:`);
  list(start.weights, ms);
} finally {
  rmSync(root, { recursive: true, force: true });
}
