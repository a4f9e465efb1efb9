import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import * as z from 'zod';

const LocalSecrets = z.object({
  SECRETS_KEY: z.string().regex(/^[0-9a-f]{64}$/),
  ADMIN_TOKEN: z.string().min(24),
});

/** The secrets that a deployed gateway would have, generated for this machine. */
export type LocalSecrets = z.infer<typeof LocalSecrets>;

/** The secrets next to the local data. The first start generates them; later starts need the same ones to decrypt the data. */
export function localSecrets(persistTo: string): LocalSecrets {
  const file = join(persistTo, 'secrets.json');
  if (existsSync(file)) return LocalSecrets.parse(JSON.parse(readFileSync(file, 'utf8')));
  const made = { SECRETS_KEY: randomBytes(32).toString('hex'), ADMIN_TOKEN: randomBytes(24).toString('base64url') };
  mkdirSync(persistTo, { recursive: true });
  writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  return made;
}

/**
 * The variables of a local run: the local defaults, then those of `.dev.vars`, then those of the command line. `.dev.vars` is read here
 * because a `--var` hides what wrangler reads from it.
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
