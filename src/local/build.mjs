// What a deployment and `wrangler dev` build before they bundle ([build] in wrangler.toml): generated code and static files. It runs on the
// machine's own Node (≥ 20): no imports of packages.
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { isFresh, markFresh, parts } from './build-cache.mjs';
import { generatePhoneMetadata } from './generate-phone-metadata.mjs';
import { toolNode } from './install.mjs';

const script = fileURLToPath(new URL('../site/build.ts', import.meta.url));

/** Builds one part of public/ with the Node from npm, which reads TypeScript. Ends this process when it fails. */
function build(/** @type {string} */ part) {
  const done = spawnSync(toolNode, ['--disable-warning=ExperimentalWarning', script, part], { encoding: 'utf8' });
  if (done.status === 0) return;
  console.error(done.stdout, done.stderr);
  process.exit(done.status || 1);
}

/** The phone metadata, and each part of public/ whose sources have changed. */
export function buildAll() {
  generatePhoneMetadata();
  for (const part of parts) {
    if (isFresh(part)) continue;
    build(part.name);
    markFresh(part);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildAll();
