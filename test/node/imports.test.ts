import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

/** From the top down; a file imports from its own room and from those below. `delivery` and `webhooks` stand side by side. */
const FLOORS = [['http'], ['auth'], ['admission'], ['paylinks'], ['delivery', 'webhooks'], ['store'], ['lib']];
/** What every room but `lib` may use: the domain's words, errors and configuration. */
const GROUND = ['src/env.ts', 'src/errors.ts', 'src/model.ts', 'src/paylink-id.ts'];
/** Libraries of one place. */
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
const roomOf = (path: string) => (path.split('/').length > 2 ? (path.split('/')[1] ?? '') : '');
const floorOf = (path: string) => FLOORS.findIndex((rooms) => rooms.includes(roomOf(path)));

function faultOf(path: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) {
    const kept = LIBRARIES.find(([library]) => library.test(specifier));
    return kept && !kept[1].test(path) ? `${path} imports ${specifier}` : null;
  }
  const target = targetOf(path, specifier);
  const [from, to] = [floorOf(path), floorOf(target)];
  const upward = from > to && to >= 0;
  const aside = from === to && from >= 0 && roomOf(path) !== roomOf(target);
  const outOfTheHouse = from >= 0 && to < 0 && (!GROUND.includes(target) || roomOf(path) === 'lib');
  return upward || aside || outOfTheHouse ? `${path} imports ${target}` : null;
}

/** `env.ts` names the objects' RPC types, which name its own: the one circle that is allowed. */
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

test('imports go one way: http, auth, admission, paylinks, delivery or webhooks, store, lib', () => {
  expect(faultsIn(sources())).toEqual([]);
});

test('no file imports itself, however far round', () => {
  expect(circleIn(sources())).toEqual([]);
});

test('a planted upward import, an import aside and a circle are found', () => {
  const planted = (path: string, to: string): Source => ({ path, text: `import { x } from '${to}';\n` });
  expect(faultsIn([planted('src/store/a.ts', '../webhooks/b.ts')])).toHaveLength(1);
  expect(faultsIn([planted('src/delivery/a.ts', '../webhooks/b.ts')])).toHaveLength(1);
  expect(faultsIn([planted('src/lib/a.ts', '../model.ts')])).toHaveLength(1);
  expect(faultsIn([planted('src/paylinks/a.ts', 'hono')])).toHaveLength(1);
  expect(circleIn([planted('src/lib/a.ts', './b.ts'), planted('src/lib/b.ts', './a.ts')])).toHaveLength(3);
});
