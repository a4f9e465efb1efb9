// Which part of a bundle runs at start? esbuild keeps a module that only `import()` reaches in the same file, but wrapped in a function that
// runs at the first `import()`. Such modules are told from the others by their imports, their text by the source map.
import { relative, resolve } from 'node:path';
import process from 'node:process';

/** The inputs that one input reaches without `import()`, itself too. @param meta esbuild's metafile */
function reachedFrom(meta, from) {
  const reached = new Set([from]);
  for (const path of reached)
    for (const { path: next, kind } of meta.inputs[path]?.imports ?? [])
      if (kind !== 'dynamic-import') reached.add(next);
  return reached;
}

const consoleEntry = 'src/http/console/routes.tsx';

/** Tells of each input when it runs: at `start`, with the `console`, or with something else that `import()` loads (`later`). */
export function whenItRuns(meta) {
  const entry = Object.values(meta.outputs).find(({ entryPoint }) => entryPoint)?.entryPoint;
  const [atStart, withConsole] = [reachedFrom(meta, entry), reachedFrom(meta, consoleEntry)];
  if (!meta.inputs[consoleEntry]) throw new Error(`there is no ${consoleEntry} in the bundle`);
  return (path) => (atStart.has(path) ? 'start' : withConsole.has(path) ? 'console' : 'later');
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The numbers of one segment of a source map's mappings (base 64 VLQ). */
function numbersOf(segment) {
  const numbers = [];
  let value = 0;
  let shift = 0;
  for (const char of segment) {
    const digit = digits.indexOf(char);
    value += (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}

/** The text of a bundle by its source: `add(source, text)` for each piece, in order. What has no source is the bundler's own. */
function eachPiece(text, map, add) {
  let source = 0;
  text.split('\n').forEach((line, row) => {
    let column = 0;
    let owner = null;
    for (const segment of (map.mappings.split(';')[row] ?? '').split(',').filter(Boolean)) {
      const [columns = 0, sources = 0] = numbersOf(segment);
      add(owner, line.slice(column, column + columns));
      column += columns;
      source += sources;
      owner = map.sources[source] ?? null;
    }
    add(owner, `${line.slice(column)}\n`);
  });
}

/** A bundle's text by when it runs. What is the bundler's own runs at start. @param folder where the source map's paths begin */
export function parts(text, map, meta, folder) {
  const when = whenItRuns(meta);
  const pieces = { start: [], console: [], later: [] };
  eachPiece(text, map, (source, piece) => {
    const path = source === null ? null : relative(process.cwd(), resolve(folder, source));
    pieces[path === null || !meta.inputs[path] ? 'start' : when(path)].push(piece);
  });
  return { start: pieces.start.join(''), console: pieces.console.join(''), later: pieces.later.join('') };
}
