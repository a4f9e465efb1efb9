/** A path with parameters, `/console/paylinks/:id`, and what answers there. */
export type Route<T> = { pattern: string; target: T };

export type Found<T> = { target: T; params: Record<string, string> };

function paramsOf(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [n, part] of wanted.entries()) {
    const value = given[n] ?? '';
    if (!part.startsWith(':')) {
      if (part !== value) return null;
    } else if (value === '') return null;
    else params[part.slice(1)] = value;
  }
  return params;
}

/** The first route whose pattern fits a path; a slash at its end is forgiven. Parameters are as they stand in the path. */
export function findRoute<T>(routes: readonly Route<T>[], path: string): Found<T> | null {
  const plain = path.length > 1 ? path.replace(/\/+$/, '') : path;
  for (const { pattern, target } of routes) {
    const params = paramsOf(pattern, plain);
    if (params) return { target, params };
  }
  return null;
}
