import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { secretsFile } from './secrets-file.ts';

/** The variables of a local run, as `wrangler dev` is to be told of them: in its arguments, which every user of the machine can read, or in files. */
export type LocalVariables = {
  /** For `--var`: what is local and no secret, and what the command line said. */
  vars: Map<string, string>;
  /** For `--env-file`, the later one wins. */
  envFiles: string[];
  /** All that the gateway will be given, wherever it comes from. */
  all: Map<string, string>;
};

export type VariableSources = {
  /** Where people reach this gateway. */
  url: string;
  /** Has `secrets.env`. */
  persistTo: string;
  /** May have `.dev.vars` and its example. */
  root: string;
  /** Of wrangler.toml. */
  configured: ReadonlyMap<string, string>;
  /** On the command line. */
  asked: ReadonlyMap<string, string>;
};

const saidIn = (file: string): Map<string, string> =>
  new Map(existsSync(file) ? Object.entries(parseEnv(readFileSync(file, 'utf8'))).map(([k, v = '']) => [k, v]) : []);

const loopback = /^http:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?\/?$/;

/**
 * What `.dev.vars` says wins over what is local by default, and that over wrangler.toml; `--var` wins over all. What a `.dev.vars` has for
 * `wrangler dev` alone is passed over: the example's keys, which would not open this data, and a local address, whose port may be another.
 */
export function localVariables({ url, persistTo, root, configured, asked }: VariableSources): LocalVariables {
  const local = new Map([
    ['ENVIRONMENT', 'local'],
    ['EMAIL_PROVIDERS', 'inbox'],
    ['SMS_PROVIDERS', 'inbox'],
    ['PUBLIC_BASE_URL', url],
  ]);
  const secrets = saidIn(secretsFile(persistTo));
  const file = join(root, '.dev.vars');
  const said = saidIn(file);
  const example = saidIn(join(root, '.dev.vars.example'));
  const forWrangler = [...secrets.keys()].filter((name) => said.has(name) && said.get(name) === example.get(name));
  for (const name of forWrangler) said.delete(name);
  if (loopback.test(said.get('PUBLIC_BASE_URL') ?? '')) said.delete('PUBLIC_BASE_URL');

  // wrangler lets `--var` win over files.
  const vars = new Map([...[...local].filter(([name]) => !said.has(name)), ...asked]);
  return {
    vars,
    envFiles: [secretsFile(persistTo), ...filesOf(file), ...restored(persistTo, secrets, forWrangler)],
    all: new Map([...configured, ...local, ...secrets, ...said, ...asked]),
  };
}

function filesOf(devVars: string): string[] {
  if (!existsSync(devVars)) return [];
  chmodSync(devVars, 0o600);
  return [devVars];
}

/** A file that says again what `secrets.env` says of these names, for after `.dev.vars`. */
function restored(persistTo: string, secrets: ReadonlyMap<string, string>, names: readonly string[]): string[] {
  const file = join(persistTo, 'own-keys.env');
  rmSync(file, { force: true });
  if (names.length === 0) return [];
  writeFileSync(file, names.map((name) => `${name}=${secrets.get(name)}\n`).join(''), { mode: 0o600 });
  return [file];
}
