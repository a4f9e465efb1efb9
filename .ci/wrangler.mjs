// wrangler as a deployment runs it, and whose code a file of its bundle is.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { toolNode } from '../src/local/install.mjs';

const root = join(import.meta.dirname, '..');

/** Runs a wrangler command, off-line and silently; ends this process with what it says when it fails. @returns what it said */
export function wrangler(...args) {
  const env = {
    ...process.env,
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_HIDE_BANNER: 'true',
    WRANGLER_WRITE_LOGS: 'false',
  };
  const script = join(root, 'node_modules/wrangler/bin/wrangler.js');
  const done = spawnSync(toolNode, [script, ...args], { cwd: root, env, encoding: 'utf8' });
  if (done.status === 0) return `${done.stdout}${done.stderr}`;
  console.error(done.stdout, done.stderr);
  process.exit(1);
}

/** `@scope/name` or `name` of a package, or the folder under src/. */
export function ownerOf(path) {
  const inModules = path.split('node_modules/').at(-1);
  if (inModules !== path)
    return inModules
      .split('/')
      .slice(0, inModules.startsWith('@') ? 2 : 1)
      .join('/');
  return path.slice(path.lastIndexOf('src/')).split('/').slice(0, 2).join('/');
}
