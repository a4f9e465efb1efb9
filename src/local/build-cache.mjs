// Which parts of public/ are built, and from what. No imports of packages.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** @typedef {{ name: string, sources: string[], results: string[] }} Part sources: files and folders; results: what must be there */

/** @type {Part[]} */
export const parts = [
  {
    name: 'pages',
    sources: [
      ...[
        'src/site',
        'docs',
        'README.md',
        'CHANGELOG.md',
        'LICENSE',
        'test/vectors/hmac.json',
        'test/vectors/hmac-v2.json',
        'package-lock.json',
      ],
      ...['src/errors.ts', 'src/http/problem.ts', 'src/local/demo.ts', 'src/local/demo-command.ts'],
    ],
    results: [
      ...['public/landing.html', 'public/landing-local.html', 'public/llms.txt', 'public/docs/site.css'],
      ...['public/docs/index.html', 'public/docs/errors.html', 'public/docs/redoc.standalone.js'],
    ],
  },
  {
    name: 'graphiql',
    sources: [
      'src/site/graphiql',
      'src/local/demo.ts',
      'src/local/demo-command.ts',
      'src/local/life',
      'package-lock.json',
    ],
    results: ['public/graphiql.html', 'public/graphiql'],
  },
  // The schemas are all over the code.
  { name: 'openapi', sources: ['src', 'package-lock.json'], results: ['public/openapi.json'] },
];

/** @param {string} path @returns {string[]} the files below, in one order on every machine */
function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}

/** @param {Part} part @param {string} directory the project's */
function keyOf({ sources }, directory) {
  const hash = createHash('sha256');
  for (const file of sources.flatMap((source) => filesBelow(join(directory, source)))) {
    hash
      .update(`${file.slice(directory.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

/** @param {Part} part @param {string} directory */
const stampOf = ({ name }, directory) => join(directory, `.wrangler/site/${name}`);

/** Is a part built, from what its sources are now? @param {Part} part */
export function isFresh(part, directory = root) {
  const stamp = stampOf(part, directory);
  return (
    existsSync(stamp) &&
    part.results.every((file) => existsSync(join(directory, file))) &&
    readFileSync(stamp, 'utf8') === keyOf(part, directory)
  );
}

/** Notes what a part was built from. @param {Part} part */
export function markFresh(part, directory = root) {
  const stamp = stampOf(part, directory);
  mkdirSync(dirname(stamp), { recursive: true });
  // Renamed into place, so that no reader sees half a file.
  writeFileSync(`${stamp}.${process.pid}`, keyOf(part, directory));
  renameSync(`${stamp}.${process.pid}`, stamp);
}
