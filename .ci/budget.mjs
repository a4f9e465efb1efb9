// How heavy is the worker? Bundles it as a deployment would, says what weighs most, and fails over the budget.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import { toolNode } from '../src/local/install.mjs';

const budget = 180 * 1024;
const root = join(import.meta.dirname, '..');
const out = mkdtempSync(join(tmpdir(), 'paylinks-bundle-'));
const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;

/** `node_modules/@scope/name`, or the folder under src/. */
function ownerOf(path) {
  const inModules = path.split('node_modules/').at(-1);
  if (inModules !== path)
    return inModules
      .split('/')
      .slice(0, inModules.startsWith('@') ? 2 : 1)
      .join('/');
  return path.split('/').slice(0, 2).join('/');
}

try {
  const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js');
  const args = ['deploy', '--dry-run', '--outdir', out, '--metafile', join(out, 'meta.json')];
  const env = {
    ...process.env,
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_HIDE_BANNER: 'true',
    WRANGLER_WRITE_LOGS: 'false',
  };
  const bundled = spawnSync(toolNode, [wrangler, ...args], { cwd: root, env, encoding: 'utf8' });
  if (bundled.status !== 0) {
    console.error(bundled.stdout, bundled.stderr);
    process.exit(1);
  }
  const size = readdirSync(out)
    .filter((name) => /\.(m?js|wasm)$/.test(name))
    .reduce((all, name) => all + gzipSync(readFileSync(join(out, name)), { level: 9 }).length, 0);

  const weights = new Map();
  for (const output of Object.values(JSON.parse(readFileSync(join(out, 'meta.json'), 'utf8')).outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      weights.set(ownerOf(path), (weights.get(ownerOf(path)) ?? 0) + bytesInOutput);
    }
  }
  console.log(`Worker: ${kb(size)} gzipped, of ${kb(budget)}. What weighs most (not gzipped):`);
  for (const [owner, bytes] of [...weights].sort((a, b) => b[1] - a[1]).slice(0, 8)) {
    console.log(`  ${kb(bytes).padStart(9)}  ${owner}`);
  }
  if (size > budget) {
    console.error(`Over the budget by ${kb(size - budget)}.`);
    process.exitCode = 1;
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}
