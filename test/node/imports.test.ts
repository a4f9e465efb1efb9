import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

/** From the top down: a file imports from its own folder and from those below. `delivery` and `webhooks` are on one level. */
const LEVELS = [
  ['http'],
  ['auth'],
  ['admission'],
  ['paylinks'],
  ['delivery', 'webhooks'],
  ['audit', 'stats'],
  ['store'],
  ['model'],
  ['lib'],
];
/** What every folder but `lib` may import: errors, configuration and ids. */
const SHARED = ['src/env.ts', 'src/errors.ts', 'src/paylink-id.ts'];
/** Libraries that only one place may import. */
const LIBRARIES: [library: RegExp, place: RegExp][] = [
  [/^hono($|\/(?!jsx|html))/, /^src\/(http\/|app\.ts)/],
  [/^graphql/, /^src\/http\/graphql\//],
];

const IMPORT = /(?:^|\n)(?:import|export)\s[^;]*?from\s*'([^']+)'|(?:^|\n)import\s*'([^']+)'|import\('([^']+)'\)/g;

type Source = { path: string; text: string };
const sources = (): Source[] =>
  globSync('src/**/*.{ts,tsx}').map((path) => ({ path: normalize(path), text: readFileSync(path, 'utf8') }));

const importsOf = ({ text }: Source) =>
  [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
const targetOf = (path: string, specifier: string) => normalize(join(dirname(path), specifier));
const folderOf = (path: string) => (path.split('/').length > 2 ? (path.split('/')[1] ?? '') : '');
const levelOf = (path: string) => LEVELS.findIndex((folders) => folders.includes(folderOf(path)));

function faultOf(path: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) {
    const rule = LIBRARIES.find(([library]) => library.test(specifier));
    return rule && !rule[1].test(path) ? `${path} imports ${specifier}` : null;
  }
  const target = targetOf(path, specifier);
  const [from, to] = [levelOf(path), levelOf(target)];
  const upward = from > to && to >= 0;
  const aside = from === to && from >= 0 && folderOf(path) !== folderOf(target);
  const outside = from >= 0 && to < 0 && (!SHARED.includes(target) || folderOf(path) === 'lib');
  return upward || aside || outside ? `${path} imports ${target}` : null;
}

/** The only allowed circle: `env.ts` imports the objects' RPC types, which import its own. */
function circleIn(files: readonly Source[]): string[] {
  const graph = new Map(files.map((file) => [file.path, importsOf(file).filter((to) => to.startsWith('.'))]));
  const done = new Set<string>();
  const walk = (path: string, trail: string[]): string[] => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path) || path === 'src/env.ts') return [];
    for (const specifier of graph.get(path) ?? []) {
      const circle = walk(targetOf(path, specifier), [...trail, path]);
      if (circle.length > 0) return circle;
    }
    done.add(path);
    return [];
  };
  return files.map(({ path }) => walk(path, [])).find((circle) => circle.length > 0) ?? [];
}

const faultsIn = (files: readonly Source[]) =>
  files.flatMap((file) => importsOf(file).flatMap((specifier) => faultOf(file.path, specifier) ?? []));

test('imports go one way: http, auth, admission, paylinks, delivery or webhooks, audit or stats, store, model, lib', () => {
  expect(faultsIn(sources())).toEqual([]);
});

test('no file imports itself, directly or through others', () => {
  expect(circleIn(sources())).toEqual([]);
});

test('an upward import, an import on the same level and a circle are found', () => {
  const planted = (path: string, to: string): Source => ({ path, text: `import { x } from '${to}';\n` });
  expect(faultsIn([planted('src/store/a.ts', '../webhooks/b.ts')])).toHaveLength(1);
  expect(faultsIn([planted('src/delivery/a.ts', '../webhooks/b.ts')])).toHaveLength(1);
  expect(faultsIn([planted('src/lib/a.ts', '../model/paylink.ts')])).toHaveLength(1);
  expect(faultsIn([planted('src/model/a.ts', '../store/b.ts')])).toHaveLength(1);
  expect(faultsIn([planted('src/paylinks/a.ts', 'hono')])).toHaveLength(1);
  expect(circleIn([planted('src/lib/a.ts', './b.ts'), planted('src/lib/b.ts', './a.ts')])).toHaveLength(3);
});

test('the client needs nothing but its own files: of all else it imports types only', () => {
  const needs = (files: readonly Source[]) =>
    files
      .filter(({ path }) => path.startsWith('src/client/'))
      .flatMap(({ path, text }) =>
        [...text.matchAll(/(?:^|\n)(?:import|export)\s(?!type)[^;]*?from\s*'(?!\.\/)([^']+)'/g)].map(
          ([, specifier]) => `${path} imports ${specifier}`,
        ),
      );
  expect(needs(sources())).toEqual([]);
  const planted = {
    path: 'src/client/a.ts',
    text: "import { z } from 'zod';\nimport type { X } from '../model/x.ts';\n",
  };
  expect(needs([planted])).toEqual(['src/client/a.ts imports zod']);
});
