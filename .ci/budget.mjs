// How heavy is the worker, and how long does it take to start? Bundles it as a deployment would, prints what weighs most, and fails over
// the budget of bytes. The start-up time is printed beside an empty worker's and judged by nobody: it is the machine's as much as ours.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import { parts, whenItRuns } from './evaluated.mjs';
import { startUps } from './startup.mjs';
import { ownerOf, wrangler } from './wrangler.mjs';

/** 215 KB, 15 more for the vendors' verbs, formats and manners, and 15 more for scopes, audit, caps and guards. */
const startBytes = 245 * 1024;
/** The console, which `import()` loads when somebody asks for it first. */
const consoleBytes = 90 * 1024;
/** What else `import()` loads: Upstash's client, the local inbox, statistics, QR codes. */
const laterBytes = 45 * 1024;

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

const textOf = (folder, name) => readFileSync(join(folder, name), 'utf8');
const gzipped = (text) => gzipSync(text, { level: 9 }).length;

/** The texts of a bundle by when they run, and what weighs in each of them by its owner, not gzipped. */
function sizesOf(folder) {
  const others = readdirSync(folder).filter((name) => /\.(m?js|wasm)$/.test(name) && name !== 'index.js');
  if (others.length > 0) throw new Error(`unexpected in the bundle: ${others}`);
  const meta = JSON.parse(textOf(folder, 'meta.json'));
  const texts = parts(textOf(folder, 'index.js'), JSON.parse(textOf(folder, 'index.js.map')), meta, folder);
  const when = whenItRuns(meta);
  const weights = { start: new Map(), console: new Map(), later: new Map() };
  for (const output of Object.values(meta.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      const where = weights[when(path)];
      where.set(ownerOf(path), (where.get(ownerOf(path)) ?? 0) + bytesInOutput);
    }
  }
  return { texts, weights };
}

function judge(what, size, budget, weights) {
  console.log(`${what}: ${kb(size)} gzipped, of ${kb(budget)}. What weighs most (not gzipped):`);
  list(weights, kb);
  if (size <= budget) return;
  console.error(`Over the budget by ${kb(size - budget)}.`);
  process.exitCode = 1;
}

const root = mkdtempSync(join(tmpdir(), 'paylinks-bundle-'));
try {
  const folder = bundle(join(root, 'gateway'));
  const empty = bundleEmpty(join(root, 'empty'));

  const sizes = sizesOf(folder);
  const judged = {
    start: ['Evaluated at start', startBytes],
    console: ['The console', consoleBytes],
    later: ['Loaded later', laterBytes],
  };
  for (const [name, [what, budget]] of Object.entries(judged))
    judge(what, gzipped(sizes.texts[name]), budget, sizes.weights[name]);

  const [start, nothing] = startUps([folder, empty]);
  const range = ({ ms: median, from, to }) => `${ms(median)} (${ms(from)} to ${ms(to)})`;
  console.log(`Start-up: ${range(start)}; an empty worker's: ${range(nothing)}. What takes longest:`);
  list(start.weights, ms);
} finally {
  rmSync(root, { recursive: true, force: true });
}
