import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** The variables of a local run, as `wrangler dev` is to be told of them: in its arguments, which every user of the machine can read, or in files. */
export type LocalVariables = {
  /** For `--var`: what is local and no secret, and what the command line said. */
  vars: Map<string, string>;
  /** For `--env-file`, the later one wins. */
  envFiles: string[];
  /** The key that the gateway will have. */
  secretsKey: string;
};

/** What `.dev.vars` says wins over what is local by default; `--var` wins over both. */
export function localVariables(
  secretsFile: string,
  port: number,
  devVarsFile: string,
  asked: ReadonlyMap<string, string>,
): LocalVariables {
  const vars = new Map<string, string>([
    ['ENVIRONMENT', 'local'],
    ['EMAIL_PROVIDERS', 'inbox'],
    ['SMS_PROVIDERS', 'inbox'],
    ['PUBLIC_BASE_URL', `http://localhost:${port}`],
  ]);
  const envFiles = [secretsFile];
  if (existsSync(devVarsFile)) {
    chmodSync(devVarsFile, 0o600);
    envFiles.push(devVarsFile);
  }
  let secretsKey = '';
  for (const file of envFiles) {
    const said = parseEnv(readFileSync(file, 'utf8'));
    secretsKey = said.SECRETS_KEY ?? secretsKey;
    // wrangler lets `--var` win over files.
    for (const name of Object.keys(said)) vars.delete(name);
  }
  for (const [name, value] of asked) vars.set(name, value);
  return { vars, envFiles, secretsKey: vars.get('SECRETS_KEY') ?? secretsKey };
}
