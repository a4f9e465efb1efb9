import { readFileSync } from 'node:fs';

/** One line of a table of wrangler.toml: a name and a text, a number or a boolean. */
const assignment = /^\s*([A-Za-z_]\w*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s#"']+))\s*(?:#.*)?$/;

/**
 * The variables of `[vars]` in wrangler.toml, or of an environment's. Reading TOML in full is wrangler's job, which takes a second to
 * load: a line that is not understood here is left out, and the gateway itself then says what is wrong.
 * @param environment of `--env`; null: none
 */
export function configuredVariables(file: string, environment: string | null): Map<string, string> {
  const wanted = environment ? `[env.${environment}.vars]` : '[vars]';
  const found = new Map<string, string>();
  let table = '';
  for (const line of readFileSync(file, 'utf8').split(/\r?\n/)) {
    const heading = /^\s*(\[[^\]]*\]+)\s*(?:#.*)?$/.exec(line)?.[1];
    if (heading) table = heading;
    const [, name, quoted, literal, bare] = (table === wanted && assignment.exec(line)) || [];
    if (name) found.set(name, quoted?.replaceAll(/\\(["\\])/g, '$1') ?? literal ?? bare ?? '');
  }
  return found;
}
