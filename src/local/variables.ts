import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { LocalSecrets } from './secrets-file.ts';

/**
 * The variables of a local run: what is local by default, then what `.dev.vars` says (wrangler reads that file; a `--var` of ours would
 * hide it), then what the command line says.
 */
export function localVariables(
  secrets: LocalSecrets,
  port: number,
  devVarsFile: string,
  asked: ReadonlyMap<string, string>,
): Map<string, string> {
  const variables = new Map<string, string>([
    ['ENVIRONMENT', 'local'],
    ['EMAIL_PROVIDERS', 'inbox'],
    ['SMS_PROVIDERS', 'inbox'],
    ['PUBLIC_BASE_URL', `http://localhost:${port}`],
    ['SECRETS_KEY', secrets.SECRETS_KEY],
    ['ADMIN_TOKEN', secrets.ADMIN_TOKEN],
  ]);
  const fromFile = existsSync(devVarsFile) ? parseEnv(readFileSync(devVarsFile, 'utf8')) : {};
  for (const [name, value] of Object.entries(fromFile)) if (value !== undefined) variables.set(name, value);
  for (const [name, value] of asked) variables.set(name, value);
  return variables;
}
