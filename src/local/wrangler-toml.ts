import { readFileSync } from 'node:fs';

/** One line of a table of wrangler.toml: a name and a text, a number or a boolean. */
const assignment = /^\s*([A-Za-z_]\w*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s#"']+))\s*(?:#.*)?$/;

/**
 * The texts, numbers and booleans of a table of wrangler.toml (`[vars]`; '' for what stands above every table). Reading TOML in full is
 * wrangler's job, which takes a second to load: a line that is not understood here is left out, and wrangler or the gateway itself then
 * says what is wrong.
 */
export function tableOf(file: string, wanted: string): Map<string, string> {
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

/** The variables of wrangler.toml. @param environment of `--env`; null: none */
export const configuredVariables = (file: string, environment: string | null): Map<string, string> =>
  tableOf(file, environment ? `[env.${environment}.vars]` : '[vars]');
